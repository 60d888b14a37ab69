"""Personal links and the first owner: one use, one winner, one new secret for one browser."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import httpx
import pytest
from sqlmodel import select

from app.models import SignIn
from app.services.access import accounts, links, sign_ins
from app.services.access.links import GONE, OWNED
from app.services.audit import audit
from tests.builders import ADA, BO, CHIDI, GUS, SLUG, act_by
from tests.web.anonymous_browser import COOKIE, browsing, first_link, link_for, refusal_in, switch_off
from tests.web.reading import mistakes
from tests.web.running_app import BOTH_ENGINES, RunningApp, SettableClock, sign_in, until
from tests.web.viewing import TRUSTING_NOBODY

OWNER = {"name": "Olu Okoro", "email": "olu@example.com"}


def racing(count: int, act: Callable[[int], httpx.Response]) -> list[int]:
    """The statuses of so many requests at once, in order."""
    with ThreadPoolExecutor(count) as pool:
        return sorted(answer.status_code for answer in pool.map(act, range(count)))


def actions(site: RunningApp) -> list[str]:
    """The audit's entries, oldest first."""
    with site.database.reading() as session:
        return [item.action for item in audit.page(session, audit.Filter(), cursor=None, limit=500).items][::-1]


def owners(site: RunningApp) -> list[str]:
    """The owners' e-mails."""
    with site.database.reading() as session:
        return [owner.email for owner in accounts.owners(session)]


@BOTH_ENGINES
def test_personal_link_greets_and_signs_in(site: RunningApp) -> None:
    link = link_for(site)
    with browsing(site) as ada:
        page = ada.get(link)
        answer = ada.send(link)

        assert ("Hello <bdi>Ada Lovelace" in page.text, page.status_code) == (True, 200)
        assert (answer.status_code, answer.headers["location"]) == (303, "/me")
        assert (ada.secret[:3], len(ada.secret), ada.is_in()) == ("as_", 46, True)
    assert actions(site)[-2:] == ["link.made", "sign-in.started"]


def test_personal_link_of_an_organizer_leads_to_their_pages(site: RunningApp) -> None:
    sign_in(site, GUS, "organizer")
    with browsing(site) as gus:
        assert gus.send(link_for(site, GUS)).headers["location"] == "/organizer"


@pytest.mark.parametrize(
    ("to", "place"),
    [("board", "/"), (f"week_shifts/{SLUG}", f"/weeks/{SLUG}/shifts"), ("nowhere", "/me"), ("//example.com", "/me")],
)
def test_personal_link_leads_to_a_page_we_know(site: RunningApp, to: str, place: str) -> None:
    link = link_for(site) + "?to=" + to
    with browsing(site) as ada:
        [action] = re.findall(r'<form[^>]*action="([^"]*)"', ada.get(link).text)
        assert ada.send(action).headers["location"] == place


@BOTH_ENGINES
def test_personal_link_works_once(site: RunningApp) -> None:
    link = link_for(site)
    with browsing(site) as ada, browsing(site) as eve:
        ada.send(link)
        answers = [eve.get(link), eve.send(link)]

        assert [(answer.status_code, refusal_in(answer)) for answer in answers] == [(404, GONE)] * 2
        assert (eve.secret, eve.is_in(), ada.is_in()) == ("", False, True)


def test_personal_link_opened_once_more_says_who_is_signed_in_and_where_to_go(site: RunningApp) -> None:
    link = link_for(site)
    with browsing(site) as ada:
        ada.send(link)

        page = ada.get(link)

    assert (page.status_code, "Signed in as: <bdi>Ada Lovelace</bdi>" in page.text) == (404, True)


def test_opening_a_link_uses_nothing_up(site: RunningApp) -> None:
    link = link_for(site)
    with browsing(site) as scanner:
        opened = [scanner.get(link).status_code, scanner.client.head(link).status_code]
        opened.append(scanner.client.options(link).status_code)

        assert (opened, scanner.secret) == ([200, 200, 405], "")
    with browsing(site) as ada:
        assert ada.send(link).status_code == 303


@pytest.mark.parametrize(
    ("days", "status"), [(timedelta(days=7) - timedelta(seconds=1), 303), (timedelta(days=7), 404)]
)
def test_personal_link_lasts_seven_days(site: RunningApp, days: timedelta, status: int) -> None:
    link = link_for(site)
    site.clock.now += days

    with browsing(site) as ada:
        assert ada.send(link).status_code == status


def test_new_link_and_taking_back_end_the_one_before(site: RunningApp) -> None:
    first, second = link_for(site), link_for(site)
    with browsing(site) as ada:
        assert (ada.send(first).status_code, ada.get(second).status_code) == (404, 200)
        with site.database.unit_of_work() as session:
            person = accounts.by_email(session, ADA)
            assert person is not None
            links.revoke(session, person, act_by("Olu", site.clock.now))

        assert (ada.get(second).status_code, ada.send(second).status_code, ada.secret) == (404, 404, "")


def test_link_of_somebody_switched_off_is_gone(site: RunningApp) -> None:
    link = link_for(site)
    switch_off(site)
    with browsing(site) as ada:
        answers = [ada.get(link), ada.send(link)]

    assert [(answer.status_code, refusal_in(answer)) for answer in answers] == [(404, GONE)] * 2


@BOTH_ENGINES
def test_of_parallel_uses_of_a_link_one_signs_in(site: RunningApp) -> None:
    link = link_for(site)

    def use(_: int) -> httpx.Response:
        with browsing(site) as somebody:
            return somebody.send(link)

    assert racing(10, use) == [303] + [404] * 9
    with site.database.reading() as session:
        person = accounts.by_email(session, ADA)
        assert person is not None
        assert len(sign_ins.of_person(session, person.id, site.clock.now)) == 1


def test_signing_in_anew_ends_what_the_browser_had(site: RunningApp) -> None:
    with browsing(site) as browser, browsing(site) as thief:
        browser.send(link_for(site))
        old = browser.secret
        thief.client.cookies.set(COOKIE, old)
        assert thief.is_in()

        browser.send(link_for(site, BO))

        assert (browser.secret != old, browser.is_in(), thief.is_in()) == (True, True, False)
    assert actions(site)[-2:] == ["sign-in.ended", "sign-in.started"]


@pytest.mark.parametrize("planted", ["as_" + "x" * 43, "as_", "", "x" * 5_000, "as_%00"])
def test_planted_cookie_never_becomes_a_sign_in(site: RunningApp, planted: str) -> None:
    with browsing(site) as victim, browsing(site) as attacker:
        answer = victim.send(link_for(site), {"Cookie": f"{COOKIE}={planted}"})
        attacker.client.headers["Cookie"] = f"{COOKIE}={planted}"

        assert (answer.status_code, victim.secret in {"", planted}) == (303, False)
        assert not attacker.is_in()


def wait_for_use(site: RunningApp) -> None:
    """Wait until it is written that the only sign-in was used just now."""

    def last() -> datetime:
        with site.database.reading() as session:
            return session.exec(select(SignIn.used_at)).one()

    until(lambda: last() == site.clock.now)


@pytest.mark.parametrize("timing", [TRUSTING_NOBODY])
def test_sign_in_ends_after_twelve_idle_hours(site: RunningApp, clock: SettableClock) -> None:
    with browsing(site) as ada:
        ada.send(link_for(site))
        seen = []
        for hours in (11, 11, 12):
            clock.now += timedelta(hours=hours)
            seen.append(ada.is_in())
            if hours < 12:
                wait_for_use(site)

    assert seen == [True, True, False]


@pytest.mark.parametrize("timing", [TRUSTING_NOBODY])
def test_sign_in_ends_after_seven_days_however_busy(site: RunningApp, clock: SettableClock) -> None:
    begun = clock.now
    with browsing(site) as ada:
        ada.send(link_for(site))
        while ada.is_in():
            wait_for_use(site)
            clock.now += timedelta(hours=6)

    assert clock.now - begun == timedelta(days=7)


def test_only_a_hash_of_the_secret_is_kept(site: RunningApp) -> None:
    with browsing(site) as ada:
        ada.send(link_for(site))
        secret = ada.secret
    with site.database.reading() as session:
        rows = [row.model_dump() for row in session.exec(select(SignIn))]

    assert (len(rows), [row for row in rows if secret in str(row)]) == (1, [])


@BOTH_ENGINES
@pytest.mark.parametrize("visibility", ["signed-in"])
def test_first_page_leads_to_the_owner_link_until_somebody_owns_the_server(empty_site: RunningApp) -> None:
    before = [
        empty_site.get(path)
        for path in ("/", "/organizer", "/me", "/weeks", "/shifts", "/summary", "/guide", "/me/log")
    ]

    with browsing(empty_site) as olu:
        olu.send(first_link(empty_site), name="Olu", email="olu@example.com")
    after = empty_site.get("/organizer")

    said = ["Nobody owns this server yet" in answer.text for answer in (*before, after)]
    assert said == [True] * 7 + [False] * 2


def test_first_link_makes_its_opener_the_owner(empty_site: RunningApp) -> None:
    link = first_link(empty_site)
    with browsing(empty_site) as olu:
        page = olu.get(link)
        answer = olu.send(link, name="  Olu   Okoro ", email=" OLU@Example.com ")

        assert "Welcome to <bdi>Assembly Week</bdi>" in page.text
        assert (answer.status_code, answer.headers["location"], olu.is_in()) == (303, "/organizer", True)
    assert owners(empty_site) == ["olu@example.com"]


def test_owner_with_a_bad_e_mail_may_mend_it(empty_site: RunningApp) -> None:
    link = first_link(empty_site)
    with browsing(empty_site) as olu:
        refused = olu.send(link, name='Olu "O" <Okoro>', email="nowhere")

        assert (refused.status_code, refusal_in(refused)) == (
            422,
            "“nowhere” isn’t an email. Write one such as ada@example.com.",
        )
        assert 'value="Olu &#34;O&#34; &lt;Okoro&gt;"' in refused.text
        assert 'value="nowhere"' in refused.text
        both = olu.send(link, name=" ", email="nowhere")
        assert (refusal_in(both), list(mistakes(both))) == ("Not saved. Fix the marked fields.", ["name", "email"])
        assert olu.send(link, **OWNER).status_code == 303


def test_second_opener_is_told_whom_to_ask(empty_site: RunningApp) -> None:
    link, another = first_link(empty_site), first_link(empty_site)
    with browsing(empty_site) as olu, browsing(empty_site) as eve:
        olu.send(link, **OWNER)
        answers = [eve.send(link, name="Eve", email="eve@example.com"), eve.get(another), eve.send(another, **OWNER)]

        assert [(answer.status_code, refusal_in(answer)) for answer in answers] == [
            (404, GONE),
            (404, OWNED),
            (404, OWNED),
        ]
        assert eve.secret == ""
    assert owners(empty_site) == ["olu@example.com"]


@BOTH_ENGINES
def test_of_twenty_who_open_first_links_at_once_one_becomes_owner(empty_site: RunningApp) -> None:
    made = [first_link(empty_site) for _ in range(2)]

    def open_it(number: int) -> httpx.Response:
        with browsing(empty_site) as somebody:
            return somebody.send(made[number % 2], name=f"Somebody {number}", email=f"s{number}@example.com")

    assert racing(20, open_it) == [303] + [404] * 19
    assert len(owners(empty_site)) == 1
    with empty_site.database.reading() as session:
        assert links.make_first(session, act_by("serve", empty_site.clock.now)) is None


def test_first_link_takes_the_name_that_is_typed_for_somebody_whom_a_list_brought(site: RunningApp) -> None:
    link = first_link(site)
    with browsing(site) as ada:
        assert ada.send(link, name="Ada Lovelace", email=ADA).status_code == 303

    with site.database.reading() as session:
        found = accounts.by_email(session, ADA)
        assert found is not None
        assert (found.name, found.role) == ("Ada Lovelace", "owner")


def test_first_link_makes_nobody_owner_who_is_switched_off(site: RunningApp) -> None:
    switch_off(site, CHIDI)
    link = first_link(site)
    with browsing(site) as chidi:
        refused = chidi.send(link, name="Chidi", email=CHIDI)

    assert (refused.status_code, refusal_in(refused)[:28]) == (401, "This account is deactivated.")
    assert owners(site) == []
