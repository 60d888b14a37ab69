"""Live streams of real server processes: one that is told to stop, and two on one database."""

import signal
import time
from typing import Any

import httpx
import pytest

from app.config import Settings
from app.services.access import tokens
from tests.builders import act_by, an_activity
from tests.web.process import server_process
from tests.web.running_app import WEEK
from tests.web.viewing import LIVE, parsed, state


@pytest.mark.parametrize("engine", ["sqlite"])
def test_sigterm_ends_streams_and_server_at_once(settings: Settings, game: object) -> None:
    with server_process(settings) as (process, address):
        with httpx.stream("GET", f"{address}{LIVE}", timeout=20) as answer:
            lines = answer.iter_lines()
            next(lines)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            rest = list(lines)
            process.wait(10)

        assert rest[-1] == ""
        assert time.monotonic() - begun < 5
        assert process.returncode == 0


@pytest.mark.parametrize("engine", ["postgresql"])
def test_change_through_one_server_shows_on_the_streams_of_another(settings: Settings, game: Any) -> None:
    with (
        server_process(settings) as (_one, first),
        server_process(settings) as (_two, second),
        httpx.stream("GET", f"{second}{LIVE}", timeout=20) as answer,
    ):
        events = parsed(answer.iter_lines())
        next(events)
        _cut_listeners(game)
        assert _record(first, game).status_code == 201
        begun = time.monotonic()
        one = state(next(events))
        assert _record(first, game).status_code == 201
        while state(next(events))["totals"]["issue"] < 2:
            pass

    assert one["totals"]["issue"] == 1
    assert time.monotonic() - begun < 8


def _cut_listeners(game: Any) -> None:
    """Kill every connection that listens for hints, as a broken network would."""
    with game.database.writer.connect() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'")


def _record(address: str, game: Any) -> httpx.Response:
    with game.database.unit_of_work() as session:
        known = {token.name for token in tokens.every(session)}
        name = f"writer {len(known)}"
        text = tokens.create(session, act_by("Olu", game.now), name=name, scopes=["activities:write"], days=None)
    headers = {"Authorization": f"Bearer {text}"}
    return httpx.post(f"{address}{WEEK}/activities", json=an_activity(), headers=headers, timeout=20)
