"""A PostgreSQL that hangs: boards and streams go on, writes are refused in time, the server ends when it is told to."""

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import httpx
import psycopg
import pytest

from app.config import Settings
from app.db.outages import UNCONFIRMED
from app.services.access import tokens
from tests.builders import OWLS, SLUG, Game, act_by, an_activity
from tests.postgresql import PostgreSQL
from tests.web.process import server_process
from tests.web.running_app import API, WEEK, until
from tests.web.test_waiting import AT_ONCE, IN_TIME, timed
from tests.web.viewing import LIVE, parsed

pytestmark = pytest.mark.parametrize("engine", ["own_postgresql"])
BOARDS = (f"/weeks/{SLUG}", f"{WEEK}/leaderboard")


@pytest.fixture
def bearer(game: Game) -> dict[str, str]:
    """The header of a tool that reads and writes, and was seen before."""
    with game.database.unit_of_work() as session:
        token = tokens.create(
            session, act_by("Olu", datetime.now(UTC)), name="A tool", scopes=["activities:write", "read"], days=None
        )
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def server(settings: Settings) -> Iterator[httpx.Client]:
    """A real server process on real clocks."""
    with server_process(settings) as (_process, address), httpx.Client(base_url=address, timeout=30) as client:
        yield client


def test_postgresql_that_hangs_keeps_boards_and_ends_writes_in_time(
    server: httpx.Client, own_postgresql: PostgreSQL, bearer: dict[str, str]
) -> None:
    def record(name: str) -> httpx.Response:
        return server.post(f"{WEEK}/activities", json=an_activity(external_id=name), headers=bearer)

    before = [server.get(path, headers=bearer).content for path in BOARDS] and record("before").status_code
    with server.stream("GET", LIVE) as stream:
        events = parsed(stream.iter_lines())
        next(events)
        with own_postgresql.hanging():
            first = record("first")
            boards = [timed(partial(server.get, path)) for path in BOARDS for _ in range(3)]
            asked = [timed(ask) for ask in (
                lambda: record("second"),
                lambda: server.get(f"{API}/rules", headers=bearer),
                lambda: server.get("/readyz"),
                lambda: server.get("/healthz"),
            )]  # fmt: skip
        until(lambda: record("after").status_code in {200, 201})
        newest = next(events)
    points = {standing["team"]: standing["points"] for standing in server.get(BOARDS[1]).json()["standings"]}

    assert (before, first.status_code, [status for status, _ in asked]) == (201, 503, [503, 503, 503, 200])
    assert ({status for status, _ in boards}, first.elapsed.total_seconds() < IN_TIME) == ({200}, True)
    assert max(seconds for _, seconds in (*boards[1:], *asked)) < AT_ONCE
    # What was not confirmed in time may have been done, and its answer says so; nothing else counts.
    assert points[OWLS] in ({10, 15} if first.json()["detail"] == UNCONFIRMED else {10})
    assert newest["event"] == "board"


def test_server_ends_though_its_database_hangs(
    settings: Settings, own_postgresql: PostgreSQL, bearer: dict[str, str]
) -> None:
    """One activity that has just arrived, and a batch, which may take long, in the middle of its transaction."""
    answers: dict[str, int | None] = {}
    with server_process(settings) as (process, address), psycopg.connect(own_postgresql.url) as other:

        def send(path: str, body: object) -> None:
            answers[path] = None
            with suppress(httpx.HTTPError):
                answer = httpx.post(f"{address}{WEEK}/{path}", content=json.dumps(body), headers=bearer, timeout=30)
                answers[path] = answer.status_code

        other.execute("SELECT FROM week FOR UPDATE")
        sending = [
            threading.Thread(target=send, args=[path, an_activity()]) for path in ("activities/batch", "activities")
        ]
        sending[0].start()
        until(lambda: other.execute("SELECT FROM pg_locks WHERE NOT granted").rowcount)
        with own_postgresql.hanging():
            sending[1].start()
            time.sleep(0.3)
            begun = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(20)
            seconds = time.monotonic() - begun
        for thread in sending:
            thread.join()

    assert (answers, process.returncode) == ({"activities/batch": 503, "activities": 503}, 0)
    assert seconds < 9
