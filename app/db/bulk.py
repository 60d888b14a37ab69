"""Many rows into one table: COPY on PostgreSQL, the driver's executemany on SQLite."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, bindparam, insert
from sqlmodel import Session, SQLModel

from app.db.statements import CONNECTION, Prepared

FEW = 200
"""Up to so many are inserted one by one on PostgreSQL, too: COPY pays for more."""


class BulkInsert:
    """Rows of one table, all with the same columns; what is pending in the session is flushed first.

    COPY asks the same constraints and triggers as INSERT does, and needs a fraction of the time for each row.
    """

    def __init__(self, model: type[SQLModel], columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._insert = Prepared(insert(model).values({name: bindparam(name) for name in columns}))
        quoted = ", ".join(f'"{name}"' for name in columns)
        self._copy = f'COPY "{model.__tablename__}" ({quoted}) FROM STDIN'

    def run(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert these rows."""
        if rows:
            self.run_bound(session, self.bind(session.get_bind().dialect, rows))

    def bind(self, dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The rows as `run_bound` takes them: nobody needs a lock while many are made."""
        if _is_copied(dialect, rows):
            return [[row[name] for name in self._columns] for row in rows]
        return self._insert.bind(dialect, rows)

    def run_bound(self, session: Session, rows: Sequence[Any]) -> None:
        """Insert what `bind` made."""
        if not _is_copied(session.get_bind().dialect, rows):
            self._insert.run_bound(session, rows)
            return
        session.flush()
        connection = session.info.get(CONNECTION) or session.connection()
        with self._insert.failures(connection), connection.connection.cursor().copy(self._copy) as copy:
            for row in rows:
                copy.write_row(row)


def _is_copied(dialect: Dialect, rows: Sequence[Any]) -> bool:
    return len(rows) > FEW and dialect.name == "postgresql"
