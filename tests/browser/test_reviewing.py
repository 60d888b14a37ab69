"""Cards, reviews of answers and the page that connects Slack: whole at every width, whatever people are called."""

from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import Session, col, select

from app.models import AnswerReview, LedgerEntry, Person
from app.services.cards import cards
from app.services.cards.cards import Edit
from app.services.slack import links
from app.services.slack.links import Asked
from tests.browser.looking import LAPTOP, PHONE, WALL, flaws_light_and_dark, looking, overflow
from tests.browser.test_organizer_weeks import desk
from tests.browser.test_sizes import TABLET
from tests.builders import ADA, BO, DUA
from tests.web.running_app import RunningApp, sign_in
from tests.web.state_things import connect_slack

pytestmark = pytest.mark.browser

LONG_URL = f"https://wiki.example.com/{'long/' * 60}"
HOSTILE = "مهندسو الدعم \N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER} " + "W" * 40


def furnish(site: RunningApp) -> tuple[str, str]:
    """A verified card, a review that is done and one that is to do, and a link of Slack; the card's and the link's."""
    cards_made = [site.game.take(kind="knowledge_card", person=ADA, url=LONG_URL, source="x" * 32) for _ in range(2)]
    done, to_do = (site.game.take(kind="response", person=email, url=LONG_URL).entry.seq for email in (ADA, DUA))
    with site.database.unit_of_work() as session:
        people = {person.email: person for person in session.exec(select(Person))}
        for person in people.values():
            person.name = f"{HOSTILE} {person.name}"[:60]
        card = cards_made[0].entry.id
        cards.edit(session, card, Edit(HOSTILE * 2, LONG_URL), site.game.act)
        cards.verify(session, card, people[BO].id, site.game.act)
        week_id = session.exec(select(LedgerEntry.week_id).where(col(LedgerEntry.seq) == done)).one()
        review = add_review(session, week_id, done, people[ADA].id, people[DUA].id, site.clock.now)
        review.marks, review.good, review.try_next = "yes partly no na", "W" * 200, HOSTILE
        review.done_at = site.clock.now
        add_review(session, week_id, to_do, people[DUA].id, people[ADA].id, site.clock.now)
        connection = connect_slack(session, site, site.game.act, "W" * 80)
        return card, links.make(session, Asked(connection, "U1", "w" * 80), site.clock.now)


def add_review(session: Session, week_id: int, answer: int, author: str, reviewer: str, now: datetime) -> AnswerReview:
    """An answer that somebody reviews."""
    review = AnswerReview(
        week_id=week_id, activity_seq=answer, url=LONG_URL, author_id=author, reviewer_id=reviewer, asked_at=now,
    )  # fmt: skip
    session.add(review)
    session.flush()
    return review


@pytest.mark.parametrize("size", [PHONE, TABLET, LAPTOP, WALL])
def test_pages_with_hostile_names_fit_at_every_width(
    chromium: Browser, site: RunningApp, size: tuple[int, int]
) -> None:
    card, link = furnish(site)
    ada = sign_in(site, ADA)
    with looking(chromium, size) as page:
        cookies = ada.cookies.items()
        page.context.add_cookies([{"name": name, "value": value, "url": site.url} for name, value in cookies])
        wide = {}
        for path in ("/cards", f"/cards/{card}", "/me/reviews", f"/sign-in/slack/{link}"):
            page.goto(site.url + path)
            open_all(page)
            wide[path] = (overflow(page), flaws_light_and_dark(page) if size == PHONE else [])

    assert set(map(str, wide.values())) == {"(0, [])"}, wide


def open_all(page: Page) -> None:
    """Unfold every form."""
    page.eval_on_selector_all("details", "all => all.forEach((each) => { each.open = true; })")


@pytest.mark.parametrize("size", [PHONE, LAPTOP])
def test_organizers_pages_of_reviews_and_slack_fit(chromium: Browser, site: RunningApp, size: tuple[int, int]) -> None:
    furnish(site)
    with desk(chromium, site, size) as page:
        wide = {}
        for path in ("/organizer/reviews", "/organizer/sources/slack", "/cards"):
            page.goto(site.url + path)
            wide[path] = (overflow(page), flaws_light_and_dark(page) if size == PHONE else [])

    assert set(map(str, wide.values())) == {"(0, [])"}, wide
