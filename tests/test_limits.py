"""The time-outs of a server's database, and that commands wait as long as it takes."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app import bulkheads
from app.db.database import Database
from app.db.engine import Limits
from app.db.outages import UNCONFIRMED
from app.errors import Busy, Unavailable
from tests.builders import Game

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRESQL = pytest.mark.parametrize("engine", ["postgresql"])
SHORT = Limits(request=0.6, lock=0.3, long=1.2)
_TIMES = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"


@pytest.fixture
def limited(game: Game) -> Iterator[Database]:
    """The database of the standard week as a server opens it, with little patience."""
    database = Database(game.database.url, limits=SHORT)
    yield database
    database.dispose()


def in_server(database: Database, work: Callable[[Session], Any], *, long: bool = False) -> Any:
    """The outcome of a change in a server's writing thread."""

    def change() -> Any:
        with database.unit_of_work() as session:
            return work(session)

    async def request() -> Any:
        bulkheads.begin_request()
        return await database.writes.run(change, long=long)

    return asyncio.run(request())


def seconds_until_refused(work: Callable[[], Any], problem: type[Unavailable] = Busy) -> float:
    begun = time.monotonic()
    with pytest.raises(problem):
        work()
    return time.monotonic() - begun


def sleep(seconds: float) -> Callable[[Session], Any]:
    return lambda session: session.execute(text(f"SELECT pg_sleep({seconds})")).scalar()


def lock(session: Session) -> None:
    session.execute(text("SELECT 1 FROM week FOR UPDATE"))


@POSTGRESQL
def test_statement_of_a_request_that_takes_too_long_is_refused_and_harms_no_other(limited: Database) -> None:
    def dawdle(session: Session) -> None:
        time.sleep(0.5)  # so that the request's time is over before the statement's
        sleep(5)(session)

    assert seconds_until_refused(lambda: in_server(limited, dawdle)) < 2.5
    assert in_server(limited, sleep(0)) == ""


@POSTGRESQL
def test_long_work_may_take_longer_but_not_for_ever(limited: Database) -> None:
    in_server(limited, sleep(0.8), long=True)

    assert 1.2 <= seconds_until_refused(lambda: in_server(limited, sleep(5), long=True)) < 3


@POSTGRESQL
def test_lock_that_somebody_holds_is_refused(game: Game, limited: Database) -> None:
    with game.database.unit_of_work() as session:
        lock(session)

        assert seconds_until_refused(lambda: in_server(limited, lock, long=True)) < 1.2
    in_server(limited, lock)


@SQLITE
def test_lock_that_another_process_holds_is_refused(game: Game, limited: Database) -> None:
    with game.database.unit_of_work():
        assert seconds_until_refused(lambda: in_server(limited, lambda _: None, long=True)) < 2
    in_server(limited, lambda _: None)


@SQLITE
def test_turn_of_the_one_writing_connection_is_waited_for_no_longer(limited: Database) -> None:
    with limited.unit_of_work():
        assert seconds_until_refused(lambda: in_server(limited, lambda _: None)) < 1.5
    in_server(limited, lambda _: None)


@SQLITE
def test_waiting_for_the_turn_leaves_less_for_the_lock(game: Game, limited: Database) -> None:
    """Somebody in this process has the connection for most of the time, and then another process the lock."""
    database = Database(game.database.url, limits=Limits(request=1.5))

    async def play() -> float:
        bulkheads.begin_job()
        begun = time.monotonic()
        first = asyncio.create_task(database.writes.run(_write, database))
        await asyncio.sleep(0.1)
        second = asyncio.create_task(database.writes.run(_write, database))
        outcomes = await asyncio.gather(first, second, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Busy, Busy]
        return time.monotonic() - begun

    with game.database.unit_of_work():
        seconds = asyncio.run(play())
    database.dispose()

    assert seconds < 2.6  # not three


def _write(database: Database) -> None:
    with database.unit_of_work():
        pass


@POSTGRESQL
def test_outside_of_requests_a_statement_takes_as_long_as_it_takes(game: Game, limited: Database) -> None:
    with limited.unit_of_work() as session:
        of_a_server = session.execute(text(_TIMES)).one()
    with game.database.unit_of_work() as session:
        of_a_command = session.execute(text(_TIMES)).one()

    assert (tuple(of_a_server), tuple(of_a_command)) == (("0", "300ms"), ("0", "0"))


@POSTGRESQL
def test_database_that_is_lost_at_the_commit_leaves_it_open_whether_it_was_made(game: Game) -> None:
    def lose(session: Session) -> None:
        pid = {"pid": session.execute(text("SELECT pg_backend_pid()")).scalar()}
        with game.database.unit_of_work() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), pid)

    with pytest.raises(Unavailable) as refusal, game.database.unit_of_work() as session:
        lose(session)

    assert refusal.value.detail == UNCONFIRMED
