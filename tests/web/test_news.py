"""Commits of other processes: seen within a second on SQLite, within five on PostgreSQL; and time that passes."""

import time
from datetime import date

import psycopg
import pytest

from app.live.timing import USUAL, Timing
from tests import postgresql as pg
from tests.builders import CATS, OWLS, RULES, SLUG, Game, a_week
from tests.web.running_app import API, WEEK, RunningApp, until

IN_TIME = pytest.mark.parametrize(("engine", "seconds"), [("sqlite", 1.0), ("postgresql", 5.0)])


@IN_TIME
def test_commit_of_another_process_is_on_the_board_in_time(site: RunningApp, game: Game, seconds: float) -> None:
    etag = site.get(f"{WEEK}/leaderboard").headers["etag"]
    game.take()

    waited = until(lambda: site.get(f"{WEEK}/leaderboard", headers={"If-None-Match": etag}).status_code == 200)

    assert (site.points(), waited < seconds) == ({OWLS: 5, CATS: 0}, True)


@IN_TIME
def test_a_freeze_and_a_reveal_by_command_take_hold_in_time(site: RunningApp, game: Game, seconds: float) -> None:
    assert site.board()["frozen"] is False

    game.freeze()
    frozen = until(lambda: site.board()["frozen"])
    game.reveal()
    revealed = until(lambda: not site.board()["frozen"])

    assert max(frozen, revealed) < seconds


@IN_TIME
def test_rules_activated_by_command_take_hold_in_time(site: RunningApp, game: Game, seconds: float) -> None:
    site.record(kind="shift")
    assert site.points()[OWLS] == 10

    game.activate(RULES.replace("points = 10", "points = 30", 1))
    waited = until(lambda: site.points()[OWLS] == 30)

    assert waited < seconds


HINTS_ALONE = pytest.mark.parametrize(("engine", "timing"), [("postgresql", Timing(reread=60))])
LISTENERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"


def listeners(postgresql: pg.PostgreSQL) -> set[int]:
    """The backends that listen for hints in this test's database."""
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        return {pid for (pid,) in connection.execute(LISTENERS)}


def soonest(site: RunningApp, game: Game) -> float:
    """The seconds until a commit of another process is on the board, the best of three."""

    def wait() -> float:
        etag = site.get(f"{WEEK}/leaderboard").headers["etag"]
        game.take()
        return until(lambda: site.get(f"{WEEK}/leaderboard", headers={"If-None-Match": etag}).status_code == 200)

    return min(wait() for _ in range(3))


@HINTS_ALONE
def test_a_hint_brings_what_another_process_commits_within_a_second(
    site: RunningApp, game: Game, postgresql: pg.PostgreSQL
) -> None:
    until(lambda: listeners(postgresql))

    assert soonest(site, game) < 1


def cut(postgresql: pg.PostgreSQL) -> set[int]:
    """End the connections of those who listen; the backends that are gone."""
    until(lambda: listeners(postgresql))
    gone = listeners(postgresql)
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [list(gone)])
    return gone


@HINTS_ALONE
def test_hints_come_again_after_their_connection_was_cut(
    site: RunningApp, game: Game, postgresql: pg.PostgreSQL
) -> None:
    gone = cut(postgresql)

    until(lambda: listeners(postgresql) - gone)

    assert soonest(site, game) < 1


@HINTS_ALONE
def test_commit_while_nobody_listens_is_seen_once_somebody_does(
    site: RunningApp, game: Game, postgresql: pg.PostgreSQL
) -> None:
    site.board()
    cut(postgresql)
    game.take()

    until(lambda: site.points()[OWLS] == 5)


def test_a_board_that_was_looked_at_is_ready_before_it_is_asked_for_again(site: RunningApp, game: Game) -> None:
    site.board()
    keeper = site.app.state.context.boards
    game.take()

    until(lambda: (snapshot := keeper.ready(SLUG, "public")) and snapshot.board.totals["issue"] == 1)


def test_current_changes_with_the_day_of_the_other_weeks_zone(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        a_week(session, "asia", timezone="Asia/Tokyo", starts=date(2022, 9, 16), ends=date(2022, 9, 20))
    site.clock.set("2022-09-15 07:59")
    time.sleep(USUAL.look * 2)  # until nothing is left to hear of
    before = site.get(f"{API}/weeks/current/leaderboard").json()["week"]

    site.clock.set("2022-09-15 08:00")

    until(lambda: site.get(f"{API}/weeks/current/leaderboard").json()["week"] == "asia", seconds=5)
    assert before == SLUG
