"""The schema of a SQLite file, held against the one our migrations make: nothing more, nothing less, nothing else."""

import re
import sqlite3
from collections.abc import Iterator
from functools import cache
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

from sqlalchemy import create_engine
from sqlmodel import Session

from app.services.operations import schema

# What ANALYZE makes; only SQLite itself can make tables of these names.
_STATISTICS = {
    "sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}
# As SQLite parts its own language: everything beyond ASCII belongs to names, and is no white space.
_TOKEN = re.compile(
    r"""(?P<gap>[ \t\n\f\r]+|--[^\n]*|/\*.*?(?:\*/|$))"""
    r"""|(?P<word>[A-Za-z0-9_$\x80-\U0010ffff]+)"""
    r"""|(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])"""
    r"""|(?P<mark>.)""",
    re.DOTALL,
)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


class SchemaObject(NamedTuple):
    """One thing of a schema: a table, index, trigger or view."""

    kind: str
    name: str
    table: str
    sql: tuple[str, ...]

    @property
    def place(self) -> tuple[str, str, str]:
        """The object's identity."""
        return self.kind, self.name, self.table


def things_of(connection: sqlite3.Connection) -> list[SchemaObject]:
    """Everything in a schema. Reads the one table that can be nothing else, so nothing of a foreign file is run."""
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
    return [SchemaObject(str(kind), str(name), str(table), tokens(str(sql or ""))) for kind, name, table, sql in rows]


def tokens(sql: str) -> tuple[str, ...]:
    """SQL without comments, white space and case. Quotes stay: `"NOT" NULL` is not `NOT NULL`."""
    return tuple(
        match[0].translate(_LOWER) if match.lastgroup == "word" else match[0]
        for match in _TOKEN.finditer(sql)
        if match.lastgroup != "gap"
    )


def differences(connection: sqlite3.Connection, revision: str) -> list[str]:
    """Whatever the schema has more, less or otherwise than this revision's, each as the end of a sentence.

    What ANALYZE keeps belongs to it.
    """
    found = {
        audit_target.place: audit_target for audit_target in things_of(connection) if not _is_statistics(audit_target)
    }
    expected = {audit_target.place: audit_target for audit_target in expected_things(revision)}
    return [
        *(f"has {_one(found[place])} that Assembly Week doesn’t make" for place in found if place not in expected),
        *(f"lacks the {_named(expected[place])}" for place in expected if place not in found),
        *(
            f"has {_one(audit_target)} that isn’t as Assembly Week makes it"
            for place, audit_target in found.items()
            if place in expected and audit_target != expected[place]
        ),
    ]


def differences_now(session: Session) -> list[str]:
    """Whatever the schema of a database in use has that is not this version's; none on PostgreSQL."""
    driver = session.connection().connection.driver_connection
    return differences(driver, schema.newest()) if isinstance(driver, sqlite3.Connection) else []


def _is_statistics(audit_target: SchemaObject) -> bool:
    sql = _STATISTICS.get(audit_target.name)
    return sql is not None and audit_target == SchemaObject("table", audit_target.name, audit_target.name, tokens(sql))


def _one(audit_target: SchemaObject) -> str:
    return f"{'an' if audit_target.kind == 'index' else 'a'} {_named(audit_target)}"


def _named(audit_target: SchemaObject) -> str:
    kind = audit_target.kind if audit_target.kind in {"table", "index", "trigger", "view"} else "thing"
    return f"{kind} “{audit_target.name[:80]}”"


@cache
def expected_things(revision: str) -> tuple[SchemaObject, ...]:
    """The schema that our migrations make, up to this revision, in a database in memory."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        schema.upgrade(connection, revision)
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 (tells the type)
        return tuple(things_of(driver))


def is_ours(connection: sqlite3.Connection) -> bool:
    """Tell whether a file means to be a database of ours, by the names of the first tables."""
    return {"week", "activity", "alembic_version"} <= {audit_target.name for audit_target in things_of(connection)}


def revisions_in(connection: sqlite3.Connection) -> Iterator[str]:
    """The revisions a file says it has; none where its table of them is not a plain one.

    A view of that name could run for ever.
    """
    of_revisions = [
        audit_target for audit_target in expected_things(schema.newest()) if audit_target.name == "alembic_version"
    ]
    if [
        audit_target for audit_target in things_of(connection) if audit_target.name == "alembic_version"
    ] == of_revisions:
        for (revision,) in connection.execute("SELECT version_num FROM alembic_version"):
            yield str(revision)
