"""Prepared statements: our values in and out on both engines, failures as everywhere."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from psycopg.errors import AdminShutdown
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, col
from sqlmodel import select as select_one

from app.db.database import Database
from app.db.statements import Prepared
from app.errors import Unavailable
from app.models import Week
from tests.builders import ENDS, NOW, SLUG, STARTS, ZONE, Game

_FACTS: tuple[Any, ...] = (Week.slug, Week.starts, Week.created_at, Week.closed_at)
FACTS = Prepared(select(*_FACTS).where(col(Week.created_at) <= bindparam("now"), col(Week.state) == "open"))
RENAME = Prepared(update(Week).where(col(Week.slug) == bindparam("which")).values(name=bindparam("new")))
LATER = datetime(2022, 9, 15, 7, tzinfo=UTC)
CLOSE = Prepared(update(Week).where(col(Week.slug) == bindparam("which")).values(closed_at=bindparam("at")))
CLOSED_AT = select_one(Week.closed_at).where(Week.slug == SLUG)
ADD = Prepared(
    insert(Week).values(
        slug=bindparam("slug"), name="Twice", timezone=ZONE, starts=STARTS, ends=ENDS, state="draft", version=1,
        created_at=NOW,
    )
)  # fmt: skip


def test_prepared_query_takes_and_gives_our_own_values(game: Game) -> None:
    with game.database.reading() as session:
        rows = [tuple(row) for row in FACTS.rows(session, now=NOW)]

    assert rows == [(SLUG, date(2022, 9, 12), datetime(2022, 9, 14, 20, tzinfo=UTC), None)]


def test_prepared_query_without_a_match_gives_no_rows(game: Game) -> None:
    with game.database.reading() as session:
        rows = FACTS.rows(session, now=datetime(2000, 1, 1, tzinfo=UTC))

    assert rows == []


def test_prepared_change_is_made_for_each_set_of_values_and_counted(game: Game) -> None:
    with game.database.unit_of_work() as session:
        changed = RENAME.run(session, [{"which": SLUG, "new": "One"}, {"which": "nothing", "new": "Two"}])

    assert (changed, game.week().name) == (1, "One")


@pytest.mark.parametrize("moments", [[NOW, NOW, LATER], [LATER, NOW, NOW], [NOW, None], [None, LATER]])
def test_prepared_change_writes_each_moment_for_itself(game: Game, moments: list[datetime | None]) -> None:
    with game.database.unit_of_work() as session:
        found = [
            (CLOSE.run(session, [{"which": SLUG, "at": moment}]), session.exec(CLOSED_AT).one()) for moment in moments
        ]

    assert found == [(1, moment) for moment in moments]


def test_prepared_change_bound_before_the_transaction_is_the_same(game: Game) -> None:
    values = [{"which": SLUG, "at": NOW}, {"which": "nothing", "at": LATER}]
    bound = CLOSE.bind(game.database.writer.dialect, values)

    with game.database.unit_of_work() as session:
        changed = CLOSE.run_bound(session, bound)

    assert (changed, game.week().closed_at) == (1, NOW)


def test_prepared_statement_fails_as_sqlalchemy_does(game: Game) -> None:
    with pytest.raises(IntegrityError), game.database.unit_of_work() as session:
        ADD.run(session, [{"slug": SLUG}])


def test_prepared_query_sees_what_is_pending_in_the_session(game: Game) -> None:
    with game.database.unit_of_work() as session:
        week = session.get_one(Week, game.week().id)
        week.slug = "renamed"
        session.add(week)

        rows = [row[0] for row in FACTS.rows(session, now=NOW)]

    assert rows == ["renamed"]


def cut(session: Session, database: Database) -> None:
    """Let another connection end this session's on the server."""
    pid = {"pid": session.execute(text("SELECT pg_backend_pid()")).scalar()}
    with database.unit_of_work() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), pid)


def interrupt(session: Session) -> None:
    """Let SQLite give up whatever it is asked from now on."""
    driver: Any = session.connection().connection.driver_connection
    driver.set_progress_handler(lambda: 1, 1)


Ask = Callable[[Session], object]
ASKS: dict[str, Ask] = {
    "rows": lambda session: FACTS.rows(session, now=NOW),
    "stream": lambda session: list(FACTS.stream(session, now=NOW)),
    "run": lambda session: RENAME.run(session, [{"which": SLUG, "new": "Another"}]),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_prepared_statement_that_the_database_fails_is_unavailable_and_the_next_one_works(game: Game, ask: Ask) -> None:
    database = game.database
    with pytest.raises(Unavailable), database.unit_of_work() as session:  # noqa: PT012 (the block is what raises, with what leads to it)
        if database.on_sqlite:
            interrupt(session)
        else:
            cut(session, database)
        ask(session)
    database.dispose()

    assert game.week().name == "Q3-2022"


@pytest.mark.parametrize("engine", ["postgresql"])
def test_prepared_statement_on_a_lost_connection_says_how_it_was_lost(game: Game) -> None:
    with pytest.raises(Unavailable) as refusal, game.database.reading() as session:  # noqa: PT012 (the block is what raises, with what leads to it)
        cut(session, game.database)
        FACTS.rows(session, now=NOW)

    cause = refusal.value.__cause__
    assert isinstance(cause, DBAPIError)
    assert (type(cause.orig), cause.connection_invalidated) == (AdminShutdown, True)
