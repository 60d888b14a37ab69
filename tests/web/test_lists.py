"""Lists: as many queries for three rows as for one, on every page and in the API."""

from collections.abc import Iterator

import pytest

from app.config import Settings
from app.domain import actor as actors
from app.domain.actor import Act
from app.domain.calendar.slots import slot
from app.models import Person
from app.services import calendar_feeds, guestbook, guide, notices
from app.services.access import accounts, links
from app.services.displays import displays
from app.services.displays import messages as screen_messages
from app.services.displays.messages import MessageFields
from app.services.feedback import items as feedback_items
from app.services.feedback.items import Change
from app.services.intake import authors, service_accounts
from app.services.notices import News
from app.services.rules import rule_sets
from app.services.shifts import seats, shifts
from app.services.shifts.shifts import ShiftFields
from app.services.weeks import weeks
from tests.builders import (
    ADA,
    BO,
    CATS,
    DUA,
    ENDS,
    OWLS,
    PACIFIC,
    RULES,
    SLUG,
    Game,
    a_team,
    a_week,
    act_by,
    an_activity,
)
from tests.cost import statements_to
from tests.integrations.sources.samples import GITHUB
from tests.services.intake.inbox import Inbox
from tests.web.running_app import API, WEEK, RunningApp, Visitor, screen_code, serving, sign_in

FOR_TOKENS = (
    f"{API}/weeks",
    WEEK,
    f"{WEEK}/teams",
    f"{API}/people",
    f"{API}/cards",
    f"{WEEK}/activities",
    f"{WEEK}/exports/ledger",
    f"{WEEK}/shifts?person={ADA}",
    f"{API}/displays",
    f"{API}/display-messages",
)
FOR_ORGANIZERS = (
    "/organizer", "/organizer/weeks", f"/organizer/weeks/{SLUG}", f"/organizer/weeks/{SLUG}/teams",
    f"/organizer/weeks/{SLUG}/lists", f"/organizer/weeks/{SLUG}/shifts", f"/organizer/weeks/{SLUG}/shifts/coverage",
    "/organizer/people", "/organizer/people/{ada}", "/organizer/tokens", "/organizer/displays", "/organizer/audit",
    "/me", "/me/activities", "/me/settings", "/me/calendar", "/me/notices", "/me/ready", "/weeks/{week}/teams/{owls}",
    "/organizer/displays/remote", "/organizer/displays/messages",
    "/weeks/{week}/shifts",
    f"/organizer/weeks/{SLUG}/ledger", f"/organizer/weeks/{SLUG}/ledger?by_hand=on&same_link=on&night=on&person=a",
    f"/organizer/weeks/{SLUG}/ledger/reversal?all=on",
    "/organizer/guide", "/organizer/ready", "/organizer/sources", "/organizer/webhooks", "/organizer/deliveries",
    "/organizer/unmatched",
    "/organizer/identities", "/organizer/sources/github/accounts", "/weeks/{week}/guestbook", "/weeks",
    "/weeks/hall-of-fame",
    "/weeks/{week}/latest",
    "/cards", "/me/reviews", "/organizer/reviews", "/organizer/feedback", "/weeks/{week}/feedback",
    "/organizer/exports", "/organizer/forecast", "/organizer/rules", "/organizer/rules/history", "/weeks/{week}/rules",
)  # fmt: skip


@pytest.fixture
def still_site(game: Game, settings: Settings) -> Iterator[RunningApp]:
    """The standard site without its jobs, so that nothing but requests asks the database."""
    assert game.slug == SLUG
    with serving(settings, has_jobs=False) as site:
        yield site


def grow(site: RunningApp, number: int) -> None:
    """One more row in every list there is."""
    site.game.team(f"Foxes {number}", f"fox-{number}@example.com", f"vixen-{number}@example.com")
    site.game.batch(*(an_activity(person=email, subject=f"t-{number}") for email in (ADA, BO, DUA)))
    site.game.batch(an_activity(kind="knowledge_card", person=BO, source="guru"))
    with site.database.unit_of_work() as session:
        for state in ("draft", "open", "closed"):
            slug = f"{state}-{number}"
            a_week(session, slug, state="draft" if state == "draft" else "open")
            for team in (OWLS, CATS):
                a_team(session, team, slug=slug)
    for state in ("open", "closed"):
        Game(site.database, slug=f"{state}-{number}").batch(an_activity(person=ADA))
    Game(site.database, slug=f"closed-{number}").close()
    with site.database.unit_of_work() as session:
        person = accounts.create(session, act_by("Olu", site.clock.now), name="New", email=f"new-{number}@example.com")
        ada = accounts.by_email(session, ADA)
        assert ada is not None
        week = weeks.find(session, SLUG, site.clock.now)
        notices.tell(session, week, [ada.id], News("nudge", week.slug, number, {}), site.clock.now)
        calendar_feeds.create(session, ada, None, act_by("Olu", site.clock.now))
        links.make(session, person, "invitation", act_by("Olu", site.clock.now))
        displays.pair(session, screen_code(), f"Hall {number}", act_by("Olu", site.clock.now))
        screen_messages.write(session, MessageFields("news", f"Day {number}"), act_by("Olu", site.clock.now))
        for author in (ada, person):
            by = by_of(author, site)
            guestbook.write(session, SLUG, author.id, f"Day {number}", "", by, is_public=True, may_quote=True)
        wish = guestbook.write(
            session, SLUG, ada.id, "", f"Wish {number}", by_of(ada, site), is_public=True, may_quote=False
        )
        for title, entries in (("Planned", (wish.id,)), ("New", ())):
            item = feedback_items.make(
                session, SLUG, Change(title=title, entries=entries), act_by("Olu", site.clock.now)
            )
            if entries:
                plan = Change(state="planned", owner=ADA)
                feedback_items.change(session, SLUG, item.id, plan, act_by("Olu", site.clock.now))
        guide.change(session, f"Guide {number}", act_by("Olu", site.clock.now), note="")
        text = RULES.replace("points = 25", f"points = {25 + number}")
        rule_sets.activate(session, text, act_by("Olu", site.clock.now), note="")
    take_a_shift(site, number, person.id)
    deliver(site, number)
    for email in (ADA, f"fox-{number}@example.com"):
        sign_in(site, email, "owner")


def by_of(person: Person, site: RunningApp) -> Act:
    """An act of a player."""
    return Act(actors.person(person.name, person.id, "player"), site.clock.now)


def take_a_shift(site: RunningApp, number: int, person_id: str) -> None:
    """One more shift, with somebody on it."""
    act = act_by("Olu", site.clock.now)
    with site.database.unit_of_work() as session:
        shift = shifts.create(session, SLUG, slot(ENDS, 60 * number, 60 * number + 60, PACIFIC), ShiftFields(), act)
        seats.sign_up(session, SLUG, shift.id, person_id, act, reason="They asked")


def deliver(site: RunningApp, number: int) -> None:
    """One more delivery recorded and one that waits, an identity and a service account."""
    inbox = Inbox(site.database, site.clock.now)
    if number == 1:
        inbox.connect("github")
    with site.database.unit_of_work() as session:
        authors.name(session, "github", f"ada-{number}", ADA, act_by("Olu", site.clock.now))
        service_accounts.add(session, "github", f"robot-{number}", act_by("Olu", site.clock.now))
    for author in (f"ada-{number}", f"nobody-{number}"):
        issue = {**GITHUB.body["issue"], "id": f"{author}", "user": {"id": author}}
        inbox.take("github", GITHUB, {**GITHUB.body, "issue": issue}, x_github_delivery=author)


def costs(site: RunningApp, ada: Visitor) -> dict[str, int]:
    """The number of statements each list takes, for who is known already."""
    names = {"ada": ada.person_id, "week": SLUG, "owls": site.game.team_id(OWLS)}
    addresses = {path: path.format_map(names) for path in (*FOR_TOKENS, *FOR_ORGANIZERS)}
    return {path: min(cost(site, ada, address) for _ in range(3)) for path, address in addresses.items()}


def cost(site: RunningApp, ada: Visitor, address: str) -> int:
    """The number of statements this list takes; somebody not seen for two seconds is looked up besides."""
    with statements_to(site.database) as statements:
        answer = site.get(address, "admin") if address in FOR_TOKENS else ada.get(address)
    assert answer.status_code == 200, address
    return len(statements)


def test_lists_cost_as_many_queries_for_three_rows_as_for_one(still_site: RunningApp) -> None:
    grow(still_site, 1)
    ada = sign_in(still_site, ADA, "owner")
    few = costs(still_site, ada)

    for number in (2, 3):
        grow(still_site, number)
    many = costs(still_site, ada)

    assert many == few
