"""Revoking takes hold within five seconds, in streams that are open and in pages that are asked for."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.db.database import Database
from app.live.timing import USUAL
from app.services.access import accounts, sign_ins, tokens
from app.services.displays import displays
from tests.builders import SLUG, act_by
from tests.web.running_app import SIGNED_IN, RunningApp, Visitor, pair, sign_in, until
from tests.web.viewing import LIVE, QUICK, watching

BOARD, DISPLAY = f"/weeks/{SLUG}/live", "/display/live"


def end_sign_in(site: RunningApp, who: Visitor) -> None:
    with site.database.unit_of_work() as session:
        sign_ins.end_all(session, who.person_id, act_by("Olu", site.clock.now))


def switch_off(site: RunningApp, who: Visitor) -> None:
    with site.database.unit_of_work() as session:
        person = accounts.find(session, who.person_id)
        accounts.switch(session, person, act_by("Olu", site.clock.now), on=False)


def demote(site: RunningApp, who: Visitor) -> None:
    with site.database.unit_of_work() as session:
        person = accounts.find(session, who.person_id)
        accounts.set_role(session, person, "player", act_by("Olu", site.clock.now))


def revoke_display(site: RunningApp, _who: Visitor) -> None:
    with site.database.unit_of_work() as session:
        [display] = displays.every(session)
        displays.revoke(session, display.id, act_by("Olu", site.clock.now))


def grow_old(site: RunningApp, _who: Visitor) -> None:
    site.clock.now += timedelta(days=8)


def cookie(who: Visitor) -> str:
    return "; ".join(f"{name}={value}" for name, value in who.cookies.items())


@SIGNED_IN
@pytest.mark.parametrize(
    ("comes_in", "path", "loses_it"),
    [
        (sign_in, BOARD, end_sign_in),
        (sign_in, BOARD, switch_off),
        (sign_in, BOARD, grow_old),
        (lambda site: sign_in(site, role="organizer"), BOARD, demote),
        (pair, BOARD, revoke_display),
        (pair, DISPLAY, revoke_display),
    ],
    ids=["sign-out", "switched off", "too old", "demoted", "display, board", "display, picture"],
)
def test_an_open_stream_ends_within_five_seconds(
    site: RunningApp,
    comes_in: Callable[[RunningApp], Visitor],
    path: str,
    loses_it: Callable[[RunningApp, Visitor], None],
) -> None:
    who = comes_in(site)
    with watching(site, path, Cookie=cookie(who)) as events:
        assert events.get(timeout=5) != {}

        loses_it(site, who)
        begun = time.monotonic()
        while events.get(timeout=5.5) != {}:
            pass  # the clock may bring one more picture first

    assert time.monotonic() - begun < 6


@SIGNED_IN
def test_a_player_who_was_an_organizer_gets_the_players_stream_at_once_again(site: RunningApp) -> None:
    who = sign_in(site, role="organizer")
    demote(site, who)

    until(lambda: who.get("/organizer").status_code == 403, 5)

    with watching(site, BOARD, Cookie=cookie(who)) as events:
        assert events.get(timeout=5) != {}


@SIGNED_IN
def test_a_page_is_refused_within_five_seconds(site: RunningApp) -> None:
    who, screen = sign_in(site), pair(site)
    assert (who.get("/me").status_code, screen.get(f"/weeks/{SLUG}").status_code) == (200, 200)

    end_sign_in(site, who)
    revoke_display(site, screen)

    assert until(lambda: who.get("/me").status_code == 401, 5) < 5
    assert until(lambda: screen.get(f"/weeks/{SLUG}").status_code == 401, 5) < 5


@pytest.mark.parametrize("timing", [QUICK])
@pytest.mark.parametrize("path", [LIVE, BOARD, DISPLAY, f"/weeks/{SLUG}/summary/present/live"])
def test_a_stream_of_a_public_board_needs_no_scope_but_ends_with_its_token(site: RunningApp, path: str) -> None:
    token = site.token("rules:write")
    with watching(site, path, Authorization=f"Bearer {token}") as events:
        seen = [events.get(timeout=5) for _ in range(6)]
        with site.database.unit_of_work() as session:
            tokens.revoke(session, "rules:write", act_by("Olu", site.clock.now))
        while events.get(timeout=5.5) != {}:
            pass

    assert [each.get("comment") for each in seen] == [None, *["still here"] * 5]


@SIGNED_IN
def test_a_change_in_another_process_ends_a_stream_within_five_seconds(site: RunningApp) -> None:
    with watching(site, LIVE, Authorization=f"Bearer {site.token('read')}") as events:
        events.get(timeout=5)
        other = Database(site.database.url)
        with other.unit_of_work() as session:
            tokens.revoke(session, "read", act_by("Olu", site.clock.now))
        other.dispose()

        assert events.get(timeout=5) == {}


@SIGNED_IN
@pytest.mark.parametrize("timing", [replace(USUAL, recheck=60.0, trust=60.0)])
@pytest.mark.parametrize("loses_it", [end_sign_in, switch_off])
def test_a_change_in_the_same_process_ends_a_stream_at_once(
    site: RunningApp, loses_it: Callable[[RunningApp, Visitor], None]
) -> None:
    who, other = sign_in(site), sign_in(site, "bo@example.com")
    with watching(site, BOARD, Cookie=cookie(who)) as ending, watching(site, BOARD, Cookie=cookie(other)) as staying:
        ending.get(timeout=5)
        staying.get(timeout=5)

        loses_it(site, who)

        assert (ending.get(timeout=5), staying.empty()) == ({}, True)


@SIGNED_IN
@pytest.mark.parametrize("timing", [replace(QUICK, recheck=60.0)])
def test_a_change_that_takes_nothing_away_ends_no_stream(site: RunningApp) -> None:
    who = sign_in(site)
    with watching(site, BOARD, Cookie=cookie(who)) as events:
        events.get(timeout=5)
        with site.database.unit_of_work() as session:
            accounts.set_theme(session, accounts.find(session, who.person_id), "dark")

        assert [events.get(timeout=5) for _ in range(3)] == [{"comment": "still here"}] * 3
