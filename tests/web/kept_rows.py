"""All that a site keeps on SQLite, to see whether a refused request changed any of it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import select
from sqlmodel import SQLModel

from tests.web.running_app import RunningApp

Rows = list[tuple[object, ...]]
SIDE_EFFECTS = ("audit", "heartbeat", "job", "notice", "throttle", "webhook_progress")
"""Tables a refusal may write to, or a job at that moment: the audit, the server's own jobs and their emails, counted
tries."""


@dataclass
class Tables:
    """Everything there is, but for notes of refusals and when something was last seen; close it.

    SQLite itself is asked, and only where it says that somebody has written: it is asked twice for each of a thousand
    requests, and through SQLAlchemy that was most of this file's time.
    """

    site: RunningApp
    _version: int = -1
    _rows: dict[str, Rows] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Open a connection of its own, for SQLite tells each one of what the others write."""
        self._connection = sqlite3.connect(str(self.site.app.state.context.settings.sqlalchemy_url.database))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def read(self) -> dict[str, Rows]:
        """The rows of each table."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._rows = {name: self._connection.execute(query).fetchall() for name, query in _queries()}
            self._version = version
        return self._rows


def tables(site: RunningApp) -> dict[str, Rows]:
    """Everything there is at this moment."""
    with closing(Tables(site)) as found:
        return found.read()


@cache
def _queries() -> list[tuple[str, str]]:
    """Each table's name, and the query for what it holds."""
    return [
        (table.name, str(select(*(column for column in table.columns if column.name not in {"used_at", "seen_at"}))))
        for table in SQLModel.metadata.sorted_tables
        if table.name not in SIDE_EFFECTS
    ]


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """The names of the tables that differ."""
    return [name for name in before if before[name] != after[name]]
