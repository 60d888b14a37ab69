"""A commit that fails, a full disk, a database that is away: 503 and no row, reads go on, recovery by itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from app.domain.actor import SCOPES
from app.live.timing import Timing
from app.web.credential_cache import SLOW
from tests import postgresql as pg
from tests.builders import ADA, CATS, OWLS, RULES, SLUG, an_activity
from tests.web.playing_shifts import Shifts
from tests.web.running_app import API, BOTH_ENGINES, SIGNED_IN, WEEK, RunningApp, assert_problem, until
from tests.web.viewing import QUICK

AWAY = "The database cannot be written or reached"


@contextmanager
def failing_commits(site: RunningApp) -> Iterator[None]:
    """Every commit of the server fails at the very last moment, and the database rolls back."""
    dialect = site.database.writer.dialect

    def fail(connection: Any) -> None:
        connection.rollback()
        raise dialect.loaded_dbapi.OperationalError("the disk is gone")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialect, "do_commit", fail)
        yield


def assert_unavailable(answer: httpx.Response, why: str = AWAY) -> None:
    """Hold an answer against what a failed write says."""
    assert assert_problem(answer, 503).startswith(f"{why}. Nothing was changed")
    assert answer.headers["retry-after"] == "2"


@BOTH_ENGINES
def test_no_write_is_acknowledged_before_it_is_committed(site: RunningApp) -> None:
    standing, reversed_ = (site.record(external_id=name).json()["id"] for name in ("one", "two"))
    site.post(f"{API}/activities/{reversed_}/reversal", "ledger:correct", json={"reason": "Twice"})
    for scope in SCOPES:
        site.token(scope)
    shift_id = Shifts(site).make()
    ledger, board = site.get(f"{WEEK}/activities", "read").json(), site.board()

    with failing_commits(site):
        answers = [
            site.record(),
            site.batch(an_activity(), an_activity()),
            site.adjust(OWLS, 5),
            site.post(f"{API}/activities/{standing}/reversal", "ledger:correct", json={"reason": "Twice"}),
            site.post(f"{API}/activities/{reversed_}/reinstatement", "ledger:correct", json={"reason": "Once"}),
            site.ask("PUT", f"{API}/rules", "rules:write", content=RULES + "# more\n"),
            Shifts(site).sign_up(shift_id, ADA),
        ]
        during = site.board()

    for answer in answers:
        assert_unavailable(answer)
    assert (during, site.board(), site.get(f"{WEEK}/activities", "read").json()) == (board, board, ledger)
    assert site.get(f"{API}/rules", "read").json()["version"] == 1
    assert site.record().status_code == 201


def set_most_pages(site: RunningApp, pages: int) -> None:
    """Give the writing connection's file at most this many pages (0: as many as it has)."""
    with site.database.writing() as connection:
        count = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages or count}")


def test_a_full_disk_refuses_writes_and_lets_reads_go_on(site: RunningApp) -> None:
    set_most_pages(site, 0)
    large = "x" * 2_000

    answers = [site.record(note=large, subject=f"ticket-{number}") for number in range(60)]
    refused = [answer for answer in answers if answer.status_code != 201]
    shown = site.get(f"{WEEK}/activities", "read", params={"limit": 1_000}).json()["items"]
    page, points = site.get(f"/weeks/{SLUG}").status_code, site.points()[OWLS]
    set_most_pages(site, 1_000_000)
    again = site.record(note=large)

    for answer in refused:
        assert_unavailable(answer, "The database’s disk is full")
    assert len(refused) > 0
    assert (len(shown), page, points) == (len(answers) - len(refused), 200, 5 * len(shown))
    assert (again.status_code, site.game.verify()) == (201, [])


@SIGNED_IN
@pytest.mark.parametrize("timing", [QUICK])
@pytest.mark.parametrize("engine", ["own_postgresql"])
def test_while_the_database_is_away_boards_are_read_and_writes_wait(
    site: RunningApp, own_postgresql: pg.PostgreSQL
) -> None:
    site.record(external_id="one")
    site.token("activities:write")
    pages = ["/", f"/weeks/{SLUG}", f"/weeks/{SLUG}/summary", f"{WEEK}/leaderboard"]
    before = [site.get(path, "read").content for path in pages]

    own_postgresql.stop()
    try:
        refused = [site.record(), site.record(external_id="one"), site.batch(an_activity())]
        ready = site.get("/readyz")
        unknown = site.get(f"{WEEK}/leaderboard", headers={"Authorization": "Bearer aw_unknown"})
        until(lambda: [site.get(path, "read").content for path in pages] == before)
        listing = site.get(f"{WEEK}/activities", "read")
    finally:
        own_postgresql.start()

    # A machine that is slow enough says so before it learns that the database is away.
    for answer in (*refused, ready, unknown, listing):
        said = assert_problem(answer, 503)
        assert said == SLOW or said.startswith(f"{AWAY}. Nothing was changed"), said
    until(lambda: site.record(external_id="two").status_code == 201)
    until(lambda: site.get("/readyz").status_code == 200)
    assert site.points("read") == {OWLS: 10, CATS: 0}


@pytest.mark.parametrize("timing", [Timing(look=0.05, reread=0.1, away=0.1)])
@pytest.mark.parametrize("engine", ["own_postgresql"])
def test_boards_are_read_for_as_long_as_the_database_is_away(site: RunningApp, own_postgresql: pg.PostgreSQL) -> None:
    site.record()
    pages = ["/", f"/weeks/{SLUG}", f"/weeks/{SLUG}/summary", f"{WEEK}/leaderboard", f"{API}/weeks/current/leaderboard"]
    before = [site.get(path).content for path in pages]

    own_postgresql.stop()
    try:
        end = time.monotonic() + 1.5  # fifteen times the re-read
        seen = []
        while time.monotonic() < end:
            seen.append([site.get(path).content for path in pages] == before)
    finally:
        own_postgresql.start()

    assert (len(seen) > 2, set(seen)) == (True, {True})
    until(lambda: site.get("/readyz").status_code == 200)
