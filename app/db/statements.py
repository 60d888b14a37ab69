"""Statements for the way that every single activity takes: compiled once, and run by the driver itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import Session

from app.events import Event

Name = TypeVar("Name")

CONNECTION = "connection"
"""The key in `session.info` under which a unit of work keeps its connection: asking the session each time is slow."""


@dataclass(slots=True)
class Statements:
    """A transaction of prepared statements without a session, and the news that goes out after its commit."""

    connection: Connection
    news: list[Event] = field(default_factory=list)


_AT_ONCE = 1_000  # rows: few enough for the collector, enough for each round trip to PostgreSQL to be worth it


class Prepared:
    """A statement compiled once and handed to the driver as it is; values are bound by name, one each.

    SQLAlchemy prepares every execution anew, which costs several times what a small statement does itself. For the few
    statements on the way that every single activity takes. What is pending in the session is flushed first.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, session: Session | Statements, **values: Any) -> list[Any]:
        """The rows that a query finds."""
        connection, compiled = self._prepare(session)
        try:
            cursor = connection.connection.cursor()
            cursor.execute(compiled.sql, compiled.bound(values))
            found: list[Any] = compiled.read(cursor.fetchall())
        except compiled.failure as error:
            raise compiled.wrapped(error, connection) from error
        return found

    def stream(self, session: Session, **values: Any) -> Iterator[Any]:
        """The rows that a query finds, a thousand at a time: many objects alive make Python's collector slow."""
        connection, compiled = self._prepare(session)
        try:
            with closing(connection.connection.cursor()) as cursor:
                cursor.execute(compiled.sql, compiled.bound(values))
                while rows := cursor.fetchmany(_AT_ONCE):
                    yield from compiled.read(rows)
        except compiled.failure as error:
            raise compiled.wrapped(error, connection) from error

    def run(self, session: Session | Statements, values: Sequence[Mapping[str, Any]]) -> int:
        """Execute once for each of these; how many rows that changed."""
        connection, compiled = self._prepare(session)
        return compiled.run(connection, [compiled.bound(value) for value in values])

    def bind(self, dialect: Dialect, values: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The values as the driver takes them, for `run_bound`: nobody needs a lock while many are made."""
        bound = self._for(dialect).bound
        return [bound(value) for value in values]

    def run_bound(self, session: Session, values: Sequence[Any]) -> int:
        """Execute once for each of what `bind` made; how many rows that changed."""
        connection, compiled = self._prepare(session)
        return compiled.run(connection, values)

    @contextmanager
    def failures(self, connection: Connection) -> Iterator[None]:
        """Raise the driver's errors in the block as SQLAlchemy does."""
        compiled = self._for(connection.dialect)
        try:
            yield
        except compiled.failure as error:
            raise compiled.wrapped(error, connection) from error

    def _prepare(self, session: Session | Statements) -> tuple[Connection, "_Compiled"]:
        if isinstance(session, Statements):
            return session.connection, self._for(session.connection.dialect)
        session.flush()
        connection: Connection = session.info.get(CONNECTION) or session.connection()
        return connection, self._for(connection.dialect)

    def _for(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        return compiled


class _Compiled:
    """A statement in the words of one engine, with what turns our values into the driver's and back.

    Builds on what SQLAlchemy's compiler keeps for itself (`positiontup`, `bind_names`, the processors of types):
    tests/db/test_statements.py fails where an upgrade changes it.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        if not isinstance(compiled, SQLCompiler):
            raise TypeError(f"{statement} is no statement with values")
        self.sql = compiled.string
        self.failure: Any = dialect.loaded_dbapi.Error
        self._places = compiled.positiontup
        self._fixed = {name: bind.effective_value for bind, name in compiled.bind_names.items() if not bind.required}
        writers = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()
        }
        self._writers = [(name, _once(write)) for name, write in _named(writers)]
        columns = statement.selected_columns if isinstance(statement, Select) else ()
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._readers = _named(dict(enumerate(readers)))

    def run(self, connection: Connection, values: Sequence[Any]) -> int:
        """Execute once for each of the driver's values; how many rows that changed."""
        try:
            cursor = connection.connection.cursor()
            cursor.executemany(self.sql, values)
            return int(cursor.rowcount)
        except self.failure as error:
            raise self.wrapped(error, connection) from error

    def wrapped(self, error: Any, connection: Connection) -> BaseException:
        """The driver's error as SQLAlchemy raises it; a connection that is lost is used no more."""
        is_lost = connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        wrapped: BaseException = DBAPIError.instance(
            self.sql, None, error, self.failure, connection_invalidated=is_lost
        )
        if is_lost:
            connection.invalidate(wrapped)
        return wrapped

    def bound(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them, by place or by name."""
        full = {**self._fixed, **values}
        for name, write in self._writers:
            full[name] = write(full[name])
        return full if self._places is None else [full[name] for name in self._places]

    def read(self, rows: Any) -> Any:
        """The driver's rows in our values."""
        if not self._readers:
            return rows
        found = [list(row) for row in rows]
        for row in found:
            for place, read in self._readers:
                row[place] = read(row[place])
        return found


def _named(processors: dict[Name, Any]) -> list[tuple[Name, Any]]:
    return [(name, processor) for name, processor in processors.items() if processor is not None]


def _once(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same, but what is the same object as the last time is not written again: many rows share a moment."""
    last: tuple[Any, Any] = (None, None)

    def write_once(value: Any) -> Any:
        nonlocal last
        known, written = last  # at once, for other threads write too
        if value is None or value is not known:
            written = write(value)
            last = value, written
        return written

    return write_once
