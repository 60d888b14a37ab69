"""Pairing a screen: the code, the organizer's page, coming for it, and what never happens."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape

import httpx
import pytest
from sqlalchemy import func
from sqlmodel import select

from app.config import Settings
from app.models import Display
from app.services.displays import displays
from tests.builders import act_by
from tests.web.reading import mistakes
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, pair, serving, sign_in, until

CODE = re.compile(r'data-code="([0-9A-Z]{4}-[0-9A-Z]{4})"')


@pytest.fixture
def visibility() -> str:
    """Boards are for members, unless a test says otherwise."""
    return "signed-in"


def open_display(site: RunningApp) -> Visitor:
    """A browser on a screen that has never been here."""
    answer = site.get("/display")
    site.client.cookies.clear()
    return Visitor(site, "", {"plain-display": answer.cookies["plain-display"]}, "")


def code_on(screen: Visitor) -> str:
    """The code a screen shows; empty where it shows something else."""
    match = CODE.search(screen.get("/display").text)
    return match[1] if match else ""


def enter(organizer: Visitor, code: str, name: str = "Lobby") -> httpx.Response:
    """An organizer enters a code."""
    return organizer.post("/organizer/displays", code=code, name=name)


def displays_in(site: RunningApp) -> int:
    """The number of displays in the database."""
    with site.database.reading() as session:
        return session.exec(select(func.count()).select_from(Display)).one()


def flash(answer: httpx.Response) -> str:
    """The page's alert: what was done or refused."""
    match = re.search(r'class="alert[^>]*>([^<]*)<', answer.text)
    return unescape(match[1]) if match else ""


@BOTH_ENGINES
def test_screen_is_paired_by_its_code(site: RunningApp) -> None:
    organizer, screen = sign_in(site, "olu@example.com", "organizer"), open_display(site)
    code = code_on(screen)
    states = [screen.get("/display/pairing").json()["state"]]

    entered = enter(organizer, code.lower())
    states.append(screen.get("/display/pairing").json()["state"])
    said = [flash(organizer.get(entered.headers["location"]))]
    claimed = screen.post("/display/pairing")
    states.append(screen.get("/display/pairing").json()["state"])
    said.append(flash(organizer.get(entered.headers["location"])))

    assert states == ["waiting", "entered", "paired"]
    assert (said[0].partition(".")[0], said[1]) == ("Waiting for the screen that shows this code", "Screen paired.")
    assert (entered.status_code, entered.headers["location"]) == (303, "/organizer/displays?done=entered")
    assert (claimed.status_code, claimed.headers["location"]) == (303, "/display")
    assert 'id="display"' in screen.get("/display").text
    assert [screen.get(path).status_code for path in ("/", "/display/pulse", "/me/mark.css")] == [200, 200, 200]
    assert screen.get("/organizer/displays").status_code == 403


@pytest.mark.parametrize("visibility", ["public"])
def test_screen_of_a_public_board_is_paired_where_it_asks_for_a_code(site: RunningApp) -> None:
    organizer, screen = sign_in(site, role="organizer"), Visitor(site, "", {}, "")
    plain = screen.get("/display")
    asked = screen.get("/display?pair=yes")
    screen = Visitor(site, "", {"plain-display": asked.cookies["plain-display"]}, "")
    code = CODE.search(asked.text)
    assert code is not None

    states = [screen.get("/display/pairing").json()["state"]]
    enter(organizer, code[1])
    states.append(screen.get("/display/pairing").json()["state"])
    claimed = screen.post("/display/pairing")
    states.append(screen.get("/display/pairing").json()["state"])
    [display] = re.findall(r'action="/organizer/displays/([0-9a-f]+)/name"', organizer.get("/organizer/displays").text)
    organizer.post("/organizer/displays/remote", screen=display, do="mute")
    marks = [each.get("/display/pulse").json()["mark"] for each in (screen, Visitor(site, "", {}, ""))]

    assert (CODE.search(plain.text), "set-cookie" in plain.headers) == (None, False)
    assert (states, claimed.headers["location"]) == (["waiting", "entered", "paired"], "/display")
    assert 'id="display"' in screen.get("/display?pair=yes").text
    assert marks[0] != marks[1]
    assert Visitor(site, "", {}, "").get("/display/pairing").json()["state"] == "paired"
    assert Visitor(site, "", {}, "").post("/display/pairing").status_code == 303


def test_showing_a_code_stores_nothing_and_keeps_the_code(site: RunningApp) -> None:
    screen = open_display(site)

    codes = {code_on(screen) for _ in range(3)}
    screen.get("/display/pairing")

    assert len(codes) == 1
    assert displays_in(site) == 0


def test_code_page_keeps_to_itself(site: RunningApp) -> None:
    answer = site.get("/display")

    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    attributes = {part.strip().casefold() for part in cookie.split(";")[1:]}
    assert attributes == {"httponly", "max-age=34560000", "path=/", "samesite=lax"}
    assert answer.cookies["plain-display"] not in answer.text


def test_every_screen_has_a_code_of_its_own(site: RunningApp) -> None:
    codes = {code_on(open_display(site)) for _ in range(5)}

    assert len(codes) == 5


def test_code_of_one_screen_does_not_let_another_in(site: RunningApp) -> None:
    organizer, screen, other = sign_in(site, role="organizer"), open_display(site), open_display(site)

    enter(organizer, code_on(screen))

    refused = other.post("/display/pairing")
    assert (refused.status_code, other.get("/display/pulse").status_code) == (404, 401)
    assert "This screen’s code wasn’t entered yet." in refused.text.replace("&#39;", "’")
    assert CODE.search(refused.text) is not None


def test_claim_without_javascript_leads_to_the_board(site: RunningApp) -> None:
    organizer, screen = sign_in(site, role="organizer"), open_display(site)
    form = re.search(r'<form[^>]*method="post" action="([^"]*)"', screen.get("/display").text)
    enter(organizer, code_on(screen))

    assert form is not None
    assert screen.post(form[1]).headers["location"] == "/display"


def test_entered_code_expires_after_fifteen_minutes(site: RunningApp) -> None:
    organizer, screen = sign_in(site, role="organizer"), open_display(site)
    enter(organizer, code_on(screen))

    site.clock.now += timedelta(minutes=15)

    assert screen.get("/display/pairing").json()["state"] == "waiting"
    assert screen.post("/display/pairing").status_code == 404
    assert "No screen ever came for this code" in organizer.get("/organizer/displays").text


def test_wrong_code_comes_back_with_what_was_typed(site: RunningApp) -> None:
    organizer = sign_in(site, role="organizer")

    answer = enter(organizer, "abc-1", "The <lobby>")

    assert answer.status_code == 422
    assert mistakes(answer) == {
        "code": "A display’s code has eight letters and digits, such as K7QM-4XPE. Read it again."
    }
    assert re.findall(r'<input[^>]*name="(code|name)"[^>]*value="([^"]*)"', answer.text) == [
        ("code", "ABC1"),
        ("name", "The &lt;lobby&gt;"),
    ]


def test_code_in_the_address_is_filled_in_and_nothing_more(site: RunningApp) -> None:
    organizer, screen = sign_in(site, role="organizer"), open_display(site)
    code = code_on(screen)

    page = organizer.get(f"/organizer/displays?code={code.replace('-', '')}")

    assert f'value="{code}"' in page.text
    assert displays_in(site) == 0


def test_revoked_screen_loses_its_stream_and_shows_a_fresh_code(site: RunningApp) -> None:
    organizer, screen = sign_in(site, role="organizer"), open_display(site)
    old = code_on(screen)
    enter(organizer, old)
    screen.post("/display/pairing")
    revoke = re.search(r'action="(/organizer/displays/[0-9a-f]+/revoke)"', organizer.get("/organizer/displays").text)
    assert revoke is not None

    with watching(screen) as lines:
        next(lines)
        answer = organizer.post(revoke[1])
        waited = until(lambda: screen.get("/display/pulse").status_code == 401)
        ended = until(lambda: next(lines, None) is None)

    fresh = screen.get("/display")
    code = CODE.search(fresh.text)
    assert (answer.status_code, answer.headers["location"]) == (303, "/organizer/displays?done=revoked")
    assert waited + ended < 5
    assert code is not None
    assert code[1] != old
    assert fresh.cookies["plain-display"] != screen.cookies["plain-display"]
    assert organizer.post(revoke[1]).status_code == 404


@contextmanager
def watching(screen: Visitor) -> Iterator[Iterator[str]]:
    """The lines of the display's stream."""
    headers = {"Cookie": f"plain-display={screen.cookies['plain-display']}"}
    with screen.site.client.stream("GET", "/display/live", headers=headers) as answer:
        yield answer.iter_lines()


def test_screen_is_renamed_at_its_place_in_the_list(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    pair(site)
    rename = re.search(r'action="(/organizer/displays/([0-9a-f]+)/name)"', organizer.get("/organizer/displays").text)
    assert rename is not None

    nameless = organizer.post(rename[1], name=" ")
    renamed = organizer.post(rename[1], name="Café <3>")

    assert (nameless.status_code, list(mistakes(nameless))) == (422, [f"{rename[2]}-name"])
    assert renamed.headers["location"] == "/organizer/displays?done=renamed"
    assert "<bdi>Café &lt;3&gt;</bdi>" in organizer.get("/organizer/displays").text


def test_paired_screen_reads_and_writes_nothing(site: RunningApp) -> None:
    screen = pair(site)

    statuses = [
        screen.post("/organizer/displays", code="ABCDEFGH", name="x").status_code,
        screen.get("/organizer/weeks").status_code,
        screen.get("/api/v1/weeks").status_code,
    ]

    assert statuses == [403, 403, 401]


def test_only_organizers_pair(site: RunningApp) -> None:
    player, organizer = sign_in(site), sign_in(site, "olu@example.com", "organizer")
    fields = {"code": "ABCDEFGH", "name": "Lobby"}

    statuses = [
        site.post("/organizer/displays", data=fields).status_code,
        player.post("/organizer/displays", **fields).status_code,
        organizer.post("/organizer/displays", csrf="wrong", **fields).status_code,
        site.get("/organizer/displays").status_code,
        player.get("/organizer/displays").status_code,
    ]

    assert statuses == [401, 403, 403, 401, 403]
    assert displays_in(site) == 0


def test_claim_from_another_site_is_refused(site: RunningApp) -> None:
    screen = open_display(site)
    cookie = f"plain-display={screen.cookies['plain-display']}"

    answer = site.post("/display/pairing", headers={"Cookie": cookie, "Origin": "https://elsewhere.example"})

    assert answer.status_code == 403


def test_claim_without_a_cookie_says_why(site: RunningApp) -> None:
    answer = site.post("/display/pairing")

    assert answer.status_code == 409
    assert "This browser keeps no cookies" in answer.text
    assert site.get("/display/pairing").json()["state"] == "no cookie"


@pytest.mark.parametrize("cookie", ["", "ad_", "as_x", "ad_" + "x" * 200, "ad_\u00ff"])
def test_strange_cookie_is_replaced_or_used_and_never_fails(site: RunningApp, cookie: str) -> None:
    headers = {"Cookie": f"plain-display={cookie}".encode("latin-1")}

    statuses = [site.get(path, headers=headers).status_code for path in ("/display", "/display/pairing")]

    assert statuses == [200, 200]


def test_member_and_token_see_the_board_without_a_code(site: RunningApp) -> None:
    assert 'id="display"' in sign_in(site).get("/display").text
    assert 'id="display"' in site.get("/display", "read").text
    assert site.get("/display", "activities:write").status_code == 403


def test_plain_http_beyond_this_machine_needs_the_setting(settings: Settings, engine: str) -> None:
    with serving(settings.changed(board_visibility="signed-in", trusted_hosts="board.lan")) as site:
        answer = site.get("/display", headers={"Host": "board.lan"})

    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.mark.parametrize("visibility", ["public"])
def test_public_boards_need_no_pairing(site: RunningApp) -> None:
    answer = site.get("/display")

    assert 'id="display"' in answer.text
    assert "set-cookie" not in answer.headers
    assert site.get("/display/pairing").json()["state"] == "paired"
    assert site.post("/display/pairing").headers["location"] == "/display"


def test_code_entered_by_a_clock_that_was_ahead_is_waiting_again(site: RunningApp) -> None:
    screen, olu = open_display(site), sign_in(site, role="organizer")
    right = site.clock.now
    code = code_on(screen)
    with site.database.unit_of_work() as session:
        displays.pair(session, code, "Lobby", act_by("Olu", right + timedelta(hours=11)))

    state = screen.get("/display/pairing").json()["state"]
    answer = enter(olu, code)

    assert (state, answer.status_code) == ("waiting", 303)
    assert screen.get("/display/pairing").json()["state"] == "entered"
