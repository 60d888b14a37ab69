"""The cost of work, counted rather than timed, so that no busy machine blurs it."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import psycopg
from sqlalchemy import Connection, event

from app.db.database import Database


def calls(work: Callable[[], object]) -> int:
    """Count the calls of a piece of work: functions in Python and in C, and generators going on.

    The garbage collector rests meanwhile: it would call what is to be done for objects of earlier tests.
    """
    number = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal number
        number += event in {"call", "c_call"}

    was_collecting = gc.isenabled()
    gc.disable()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
        if was_collecting:
            gc.enable()
    return number


@contextmanager
def statements_to(database: Database) -> Iterator[list[str]]:
    """The statements that reach the database inside the block, as its driver sends them.

    Of connections that are taken from the pool inside the block; prepared statements go past SQLAlchemy's own events.
    """
    statements: list[str] = []

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **options: Any) -> "Noting":
            statements.append(str(query))
            return super().execute(query, *rest, **options)

        def executemany(self, query: Any, *rest: Any, **options: Any) -> None:
            statements.append(str(query))
            super().executemany(query, *rest, **options)

    def begin(connection: Any, _record: object, _proxy: object) -> None:
        if database.on_sqlite:
            connection.set_trace_callback(statements.append)
        else:
            connection.cursor_factory = Noting

    def end(connection: Any, _record: object) -> None:
        if database.on_sqlite:
            connection.set_trace_callback(None)
        else:
            connection.cursor_factory = psycopg.Cursor

    database.release()  # the pool tells of no connection that is kept
    pools = {database.writer.pool, database.reader.pool}
    for pool in pools:
        event.listen(pool, "checkout", begin)
        event.listen(pool, "checkin", end)
    try:
        yield statements
    finally:
        database.release()
        for pool in pools:
            event.remove(pool, "checkout", begin)
            event.remove(pool, "checkin", end)


def plan_of(connection: Connection, work: Callable[[], object]) -> list[str]:
    """The steps by which the statements of a piece of work find their rows."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        seen.append((statement, parameters))

    event.listen(connection.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(connection.engine, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return [
        str(row[-1])
        for statement, parameters in seen
        for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)
    ]
