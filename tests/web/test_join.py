"""Team codes: colleagues let themselves in, until the team is full or the week is over."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape

import httpx
import pytest

from app.models import Person
from app.services.access import accounts, credentials, throttle
from app.services.audit import audit
from app.services.organizing import join_codes
from app.services.organizing.join_codes import CANNOT_JOIN, UNKNOWN
from app.services.people.people import DISGUISED
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.sign_in.join import OVER
from tests.builders import ADA, BO, CATS, DUA, GUS, OWLS, SLUG, act_by
from tests.web.anonymous_browser import browsing, link_for, refusal_in
from tests.web.running_app import BOTH_ENGINES, RunningApp, SettableClock, sign_in, spend

NEW = {"name": "Gus Björk", "email": GUS}
DUCKS = "Ducks"


def code_for(site: RunningApp, team: str = DUCKS, *emails: str) -> str:
    """A new code of a team, which is made with these people where there is none."""
    team_id = site.game.team_id(team) if team in (OWLS, CATS) else site.game.team(team, *(emails or (ADA,)))
    with site.database.unit_of_work() as session:
        week = weeks.find(session, SLUG, site.clock.now)
        return join_codes.renew(session, teams.find(session, week, team_id), act_by("Olu", site.clock.now))


def members(site: RunningApp, team: str = DUCKS) -> list[str]:
    """The members of a team, by e-mail."""
    with site.database.reading() as session:
        found = teams.members(session, weeks.find(session, SLUG, site.clock.now))
        return sorted(person.email for person in found.get(site.game.team_id(team), []))


def person(site: RunningApp, email: str = GUS) -> Person | None:
    """Somebody, if there is somebody."""
    with site.database.reading() as session:
        return accounts.by_email(session, email)


@BOTH_ENGINES
def test_code_lets_a_colleague_into_the_team_and_signs_them_in(site: RunningApp) -> None:
    code = code_for(site)
    with browsing(site) as gus:
        page = gus.get(f"/join/{code}")
        answer = gus.send(f"/join/{code}", **NEW)

        assert "Members: <bdi>Ada Lovelace</bdi>. 2 spots open." in " ".join(page.text.split())
        assert f'<a href="/weeks/{SLUG}/summary">Summary</a>' in page.text
        assert (answer.status_code, answer.headers["location"], gus.is_in()) == (303, "/me?done=joined", True)
    assert members(site) == [ADA, GUS]
    found = person(site)
    assert found is not None
    assert (found.role, found.name) == ("player", "Gus Björk")


def test_code_leads_on_to_the_page_that_was_wanted_and_the_sign_in_back_to_the_code(site: RunningApp) -> None:
    code, to = code_for(site), f"week_shifts/{SLUG}"
    with browsing(site) as gus:
        typed = gus.get("/join", params={"code": code, "to": to}).headers["location"]
        page = gus.get(typed).text
        [action] = re.findall(r'<form[^>]*action="([^"]*)"', page)
        [back] = re.findall(r'href="(/sign-in[^"]*)"', page)
        answer = gus.send(action, **NEW)

        assert answer.headers["location"] == f"/weeks/{SLUG}/shifts"
        assert gus.get(back).headers["location"] == f"/join/{code}"


@BOTH_ENGINES
@pytest.mark.parametrize("typed", ["{}-{}", "{} {}", " {}{} ", "{}\u2013{}"])
def test_code_counts_however_it_is_typed(site: RunningApp, typed: str) -> None:
    code = code_for(site)
    text = typed.format(code[:4].lower(), code[4:])
    with browsing(site) as gus:
        answer = gus.get("/join", params={"code": text})

        assert (answer.status_code, answer.headers["location"]) == (303, f"/join/{code}")
        assert gus.get(f"/join/{text}").status_code == 200
        assert gus.send(f"/join/{text}", **NEW).status_code == 303


@BOTH_ENGINES
@pytest.mark.usefixtures("quiet_log")
@pytest.mark.parametrize(
    "code", ["ABCD-EFGH", "x", "%00", "%ff%fe", "\u212a", "a" * 5_000, "\U0001f600", "'--", "..", "%0d%0aX: 1"]
)
def test_code_nobody_has_is_asked_for_again(site: RunningApp, code: str) -> None:
    with browsing(site) as gus:
        answers = [gus.get(f"/join?code={code}"), gus.get(f"/join/x{code}"), gus.send(f"/join/x{code}", **NEW)]

    assert [
        (answer.status_code, UNKNOWN in unescape(answer.text), 'name="code"' in answer.text) for answer in answers
    ] == [(404, True, True)] * 3
    assert person(site) is None


def test_page_for_codes_without_a_code_just_asks(site: RunningApp) -> None:
    answers = [site.get("/join"), site.get("/join?code=%20")]

    assert [(answer.status_code, refusal_in(answer), 'name="code"' in answer.text) for answer in answers] == [
        (200, "", True)
    ] * 2


@BOTH_ENGINES
def test_codes_that_open_are_no_tries_and_guessing_ends(site: RunningApp, clock: SettableClock) -> None:
    spend(site, throttle.JOINS_FROM_ADDRESS, all_but=5)
    code = code_for(site)
    with browsing(site) as eve:
        opened = [eve.get(path).status_code for path in (f"/join/{code}", f"/join?code={code}") for _ in range(4)]
        wrong = [
            eve.get(path).status_code for path in ("/join/x1", "/join?code=x2", "/join/x3", "/join/x4", "/join/x5")
        ]
        beyond = [eve.get(path).status_code for path in ("/join/x6", f"/join/{code}", f"/join?code={code}")]
        beyond.append(eve.send(f"/join/{code}", **NEW).status_code)

        assert (opened, wrong, beyond) == ([200] * 4 + [303] * 4, [404] * 5, [429] * 4)
        clock.now += timedelta(minutes=10)
        assert eve.send(f"/join/{code}", **NEW).status_code == 303


@BOTH_ENGINES
def test_signed_in_player_joins_with_one_button(site: RunningApp) -> None:
    code = code_for(site)
    gus = sign_in(site, GUS)

    page = gus.get(f"/join/{code}")
    forged = gus.post(f"/join/{code}", csrf="")
    answer = gus.post(f"/join/{code}", name="Somebody Else", email=BO)

    assert ("Join as <bdi>Gus Björk</bdi>" in page.text, 'name="email"' in page.text) == (True, False)
    assert (forged.status_code, answer.status_code, answer.headers["location"]) == (403, 303, "/me?done=joined")
    assert members(site) == [ADA, GUS]


def test_signed_in_player_of_another_team_is_told_whom_to_ask(site: RunningApp) -> None:
    code = code_for(site)

    refused = sign_in(site, DUA).post(f"/join/{code}")

    assert (refused.status_code, refusal_in(refused)) == (409, "You are in team Cats. Ask an organizer to move you.")
    assert members(site) == [ADA]


@BOTH_ENGINES
def test_known_e_mail_and_full_team_get_the_very_same_refusal(site: RunningApp) -> None:
    full, free = code_for(site, CATS), code_for(site)
    with browsing(site) as eve:
        answer, unknown = (eve.send(f"/join/{full}", name="Eve", email=email) for email in (BO, "eve@example.com"))
        into_free = eve.send(f"/join/{free}", name="Eve", email=" BO@example.com")

        assert (answer.status_code, answer.text.replace(BO, "eve@example.com")) == (409, unknown.text)
        assert [refusal_in(answer) for answer in (answer, unknown, into_free)] == [CANNOT_JOIN] * 3
        assert (into_free.status_code, 'value=" BO@example.com"' in into_free.text, eve.secret) == (409, True, "")
    assert (members(site), person(site, "eve@example.com")) == ([ADA], None)


def test_full_team_offers_no_form(site: RunningApp) -> None:
    page = site.get(f"/join/{code_for(site, CATS)}")

    assert ("The team is full." in page.text, 'method="post"' in page.text) == (True, False)


@BOTH_ENGINES
def test_closed_week_takes_nobody_any_more(site: RunningApp) -> None:
    code = code_for(site)
    site.game.close()
    gus = sign_in(site, GUS)
    with browsing(site) as eve:
        page, refused, also = (
            eve.get(f"/join/{code}"),
            eve.send(f"/join/{code}", name="E", email="e@e"),
            gus.post(f"/join/{code}"),
        )

    assert ("This week is closed." in page.text, 'method="post"' in page.text) == (True, False)
    assert [(answer.status_code, refusal_in(answer)) for answer in (refused, also)] == [(409, OVER)] * 2
    assert members(site) == [ADA]


@BOTH_ENGINES
def test_of_parallel_newcomers_as_many_get_in_as_there_is_room(site: RunningApp) -> None:
    code = code_for(site)

    def join(number: int) -> httpx.Response:
        with browsing(site) as somebody:
            return somebody.send(f"/join/{code}", name=f"New {number}", email=f"new-{number % 6}@example.com")

    with ThreadPoolExecutor(12) as pool:
        statuses = sorted(answer.status_code for answer in pool.map(join, range(12)))

    assert (statuses, len(members(site))) == ([303] * 2 + [409] * 10, 3)


@BOTH_ENGINES
@pytest.mark.usefixtures("quiet_log")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "The name must not be empty."),
        ({"name": "A\u200bda"}, "The name must not contain the invisible character U+200B."),
        ({"name": "A\u202eda"}, "The name must not contain the invisible character U+202E."),
        ({"name": "A\x00da"}, "The name must not contain the invisible character U+0000."),
        ({"name": "A" * 61}, "The name must have at most 60 characters, this has 61."),
        ({"name": "A" * 5_000}, "The name must have at most 60 characters, this has 5000."),
        ({"email": ""}, "The email is missing."),
        (
            {"email": "gus@x\x00y"},
            f"“gus@x\x00y” isn’t an email: it has {DISGUISED}.",
        ),
        (
            {"email": f"{ADA},{BO}"},
            f"“{ADA},{BO}” is more than one email, or has something beside it.",
        ),
        (
            {"email": "\uff41da@example.com"},
            f"“\uff41da@example.com” isn’t an email: it has {DISGUISED}.",
        ),
        (
            {"email": "a\u200dda@example.com"},
            f"“a\u200dda@example.com” isn’t an email: it has {DISGUISED}.",
        ),
        (
            {"email": "a\ufe0fda@example.com"},
            f"“a\ufe0fda@example.com” isn’t an email: it has {DISGUISED}.",
        ),
        (
            {"email": "a" * 250 + "@example.com"},
            f"“{'a' * 60}…” isn’t an email: it has more than 254 characters.",
        ),
    ],
)
def test_name_or_e_mail_that_deceives_is_refused_and_stays_typed(
    site: RunningApp, changes: dict[str, str], said: str
) -> None:
    code = code_for(site)
    with browsing(site) as gus:
        refused = gus.send(f"/join/{code}", **{**NEW, **changes})

        assert (refused.status_code, refusal_in(refused), gus.secret) == (422, said, "")
    assert [value in refused.text for value in (NEW | changes).values() if value.isprintable()].count(False) == 0
    assert members(site) == [ADA]


@pytest.mark.parametrize("email", [" GUS@EXAMPLE.COM\t", "Gus@Example.com", "GU\u017f@example.com"])
def test_one_e_mail_makes_one_account_however_it_is_written(site: RunningApp, email: str) -> None:
    code = code_for(site)
    with browsing(site) as gus, browsing(site) as twin:
        first, second = gus.send(f"/join/{code}", **NEW), twin.send(f"/join/{code}", name="Twin", email=email)

    assert (first.status_code, second.status_code, refusal_in(second)) == (303, 409, CANNOT_JOIN)
    assert members(site) == [ADA, GUS]


def test_sign_in_by_a_code_ends_when_the_owner_of_the_e_mail_comes(site: RunningApp) -> None:
    code = code_for(site)
    with browsing(site) as squatter, browsing(site) as gus:
        squatter.send(f"/join/{code}", **NEW)
        assert squatter.is_in()

        gus.send(link_for(site, GUS))

        assert (squatter.is_in(), gus.is_in()) == (False, True)


def test_withdrawn_code_opens_nothing(site: RunningApp) -> None:
    code = code_for(site)
    newer = code_for(site)

    assert [site.get(f"/join/{each}").status_code for each in (code, newer)] == [404, 200]


def test_codes_cannot_be_guessed(site: RunningApp) -> None:
    codes = {code_for(site) for _ in range(20)}

    assert (len(codes), {len(code) for code in codes}) == (20, {credentials.CODE_LENGTH})
    assert set("".join(codes)) <= set(credentials.ALPHABET)


def test_joining_is_in_the_audit_with_its_address(site: RunningApp) -> None:
    code = code_for(site)
    with browsing(site) as gus:
        gus.send(f"/join/{code}", **NEW)
    with site.database.reading() as session:
        entries = audit.page(session, audit.Filter(), cursor=None, limit=3).items[::-1]

    assert [(entry.action, entry.by, entry.address) for entry in entries] == [
        ("person.created", "Gus Björk", "127.0.0.1"),
        ("membership.changed", "Gus Björk", "127.0.0.1"),
        ("sign-in.started", "Gus Björk", "127.0.0.1"),
    ]
