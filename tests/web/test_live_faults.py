"""A renderer, a board or a database that fails or hangs takes news from its own viewers, and nothing from anybody."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from queue import Queue

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.live.messages import event
from app.services.standings import boards
from app.services.standings.boards import LiveStandings
from app.services.weeks import weeks
from app.services.weeks.weeks import WeekStamp
from app.web.boards import BoardSnapshot
from tests.builders import SLUG, a_week
from tests.web.running_app import API, SIGNED_IN, RunningApp, sign_in, until
from tests.web.test_revocation import cookie, end_sign_in
from tests.web.viewing import LIVE, QUICK, Event, state, watch, watching

QUICK_TIMING = pytest.mark.parametrize("timing", [QUICK])
STILL_HERE = {"comment": "still here"}


class Moody:
    """A renderer that says how many issues there are, unless it is told to fail or to hang."""

    name = "moody"

    def __init__(self) -> None:
        self.error: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, snapshot: BoardSnapshot) -> bytes:
        """The message."""
        self.may_go_on.wait(20)
        if self.error is not None:
            raise self.error
        return event(1, str(snapshot.board.totals["issue"]).encode())


@pytest.fixture
def moody(site: RunningApp) -> Iterator[Moody]:
    """The renderer of what is watched at /moody; whatever became of it, it does not hang on."""
    renderer = Moody()
    watch(site, "/moody", renderer)
    yield renderer
    renderer.may_go_on.set()


def next_news(events: "Queue[Event]") -> Event:
    """The next event that is no heartbeat; it must come within ten seconds, however many heartbeats there are."""
    until = time.monotonic() + 10
    while (found := events.get(timeout=max(0.0, until - time.monotonic()))) == STILL_HERE:
        pass
    return found


def heartbeats(events: "Queue[Event]", count: int) -> None:
    """Wait for so many heartbeats."""
    while count:
        count -= events.get(timeout=10) == STILL_HERE


def failures(site: RunningApp) -> float:
    """The failures of the moody renderer in `/metrics`."""
    lines = site.get("/metrics", "read").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith('live_failures_total{topic="moody"}'))


@QUICK_TIMING
@pytest.mark.parametrize("error", [RuntimeError("a fault"), AssertionError("a fault"), KeyError("a fault")])
def test_publish_with_a_renderer_that_fails_goes_on_for_all_others(
    site: RunningApp, moody: Moody, error: Exception
) -> None:
    with watching(site, "/moody") as ill, watching(site) as well:
        ill.get(timeout=5)
        well.get(timeout=5)
        moody.error = error
        for number in (1, 2):
            site.record()

            assert state(next_news(well))["totals"]["issue"] == number
        heartbeats(well, 2)
        heartbeats(ill, 2)

        moody.error = None

        assert next_news(ill)["data"] == "2"


@QUICK_TIMING
def test_publish_counts_failures_and_logs_each_version_once(
    site: RunningApp, moody: Moody, caplog: pytest.LogCaptureFixture
) -> None:
    before = failures(site)
    with watching(site, "/moody") as events:
        events.get(timeout=5)
        moody.error = RuntimeError("a fault")
        site.record()

        until(lambda: failures(site) >= before + 3)

        moody.error = None
        next_news(events)
    assert [record.getMessage() for record in caplog.records] == [f"live: moody of week {SLUG} failed: a fault"]


@QUICK_TIMING
def test_open_with_a_renderer_that_fails_says_so_and_serves_what_there_was(site: RunningApp, moody: Moody) -> None:
    moody.error = RuntimeError("a fault")
    refused = site.get("/moody")
    moody.error = None
    until(lambda: site.ask("HEAD", "/moody").status_code == 200)
    with watching(site, "/moody") as events:
        events.get(timeout=5)
        moody.error = RuntimeError("a fault")
        site.record()

        with watching(site, "/moody") as later:
            found = later.get(timeout=5)["data"]

    assert (refused.status_code, refused.headers["retry-after"], found) == (503, "2", "0")


@SIGNED_IN
@QUICK_TIMING
def test_revocations_go_on_beside_a_renderer_that_fails_or_hangs(site: RunningApp, moody: Moody) -> None:
    ada, bo = sign_in(site, "ada@example.com"), sign_in(site, "bo@example.com")
    with (
        watching(site, "/moody") as ill,
        watching(site, f"/weeks/{SLUG}/live", Cookie=cookie(ada)) as first,
        watching(site, f"/weeks/{SLUG}/live", Cookie=cookie(bo)) as second,
    ):
        ill.get(timeout=5)
        moody.error = RuntimeError("a fault")
        site.record()
        end_sign_in(site, ada)
        assert ends(first)

        moody.error = None
        moody.may_go_on.clear()
        site.record()
        end_sign_in(site, bo)
        assert ends(second)


def ends(events: "Queue[Event]") -> bool:
    """Wait until a stream ends."""
    while events.get(timeout=10) != {}:
        pass
    return True


@QUICK_TIMING
def test_publish_with_a_renderer_that_hangs_goes_on_for_all_others(site: RunningApp, moody: Moody) -> None:
    with watching(site, "/moody") as ill, watching(site) as well:
        ill.get(timeout=5)
        well.get(timeout=5)
        moody.may_go_on.clear()
        for number in (1, 2, 3):
            site.record()

            assert state(next_news(well))["totals"]["issue"] == number
        heartbeats(well, 2)
        heartbeats(ill, 2)

        moody.may_go_on.set()

        assert next_news(ill)["data"] in {"1", "2", "3"}
        until(lambda: ill.queue[-1] == STILL_HERE if ill.queue else False)
    with watching(site, "/moody") as later:
        assert later.get(timeout=5)["data"] == "3"


@contextmanager
def hanging(site: RunningApp) -> Iterator[None]:
    """PostgreSQL answers nothing that reads weeks, sign-ins or tokens, for as long as the block lasts."""
    with site.database.writer.connect() as connection:
        until(lambda: _has_locked(connection))
        yield
        connection.rollback()


def _has_locked(connection: Connection) -> bool:
    """Lock the three tables; false where somebody read them in another order, and one of the two had to give way."""
    try:
        connection.exec_driver_sql("LOCK TABLE week, sign_in, token IN ACCESS EXCLUSIVE MODE")
    except OperationalError:
        connection.rollback()
        return False
    return True


@SIGNED_IN
@QUICK_TIMING
@pytest.mark.parametrize("engine", ["postgresql"])
def test_heartbeats_go_on_while_the_database_hangs(site: RunningApp) -> None:
    actor = sign_in(site)
    token = f"Bearer {site.token('read')}"
    with (
        watching(site, LIVE, Authorization=token) as one,
        watching(site, f"/weeks/{SLUG}/live", Cookie=cookie(actor)) as two,
    ):
        one.get(timeout=5)
        two.get(timeout=5)
        with hanging(site):
            heartbeats(one, 10)
            heartbeats(two, 10)
        site.record()

        assert state(next_news(one))["totals"]["issue"] == 1
        assert next_news(two).keys() == {"id", "data"}


@QUICK_TIMING
def test_publish_with_a_board_that_fails_goes_on_for_all_others(
    site: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow, is_well = boards.follow, threading.Event()

    def failing(session: Session, stamp: WeekStamp, now: datetime, known: LiveStandings | None = None) -> LiveStandings:
        if stamp.slug == "ill" and stamp.version > version and not is_well.is_set():
            raise RuntimeError("a fault")
        return follow(session, stamp, now, known)

    with site.database.unit_of_work() as session:
        version = a_week(session, "ill", state="open", now=site.clock.now).version
    monkeypatch.setattr(boards, "follow", failing)
    with watching(site, f"{API}/weeks/ill/live") as ill, watching(site) as well:
        ill.get(timeout=5)
        well.get(timeout=5)
        with site.database.unit_of_work() as session:
            weeks.bump_version(session, weeks.lock(session, "ill", site.clock.now))
        site.record()

        assert state(next_news(well))["totals"]["issue"] == 1
        heartbeats(ill, 2)

        is_well.set()

        assert state(next_news(ill)) == site.get(f"{API}/weeks/ill/leaderboard").json()
