"""The schema of a SQLite file, held against what our migrations make."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import Engine, create_engine

from app.services.operations import schema, sqlite_schema
from app.services.operations.sqlite_schema import differences, revisions_in, tokens

NEWEST = schema.newest()


def upgraded(revision: str, driver_of: Engine) -> sqlite3.Connection:
    """Bring a database in memory to a revision, and return its connection."""
    with driver_of.begin() as connection:
        schema.upgrade(connection, revision)
        driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@pytest.fixture(scope="module")
def newest() -> bytes:
    """A database with our newest schema, as the bytes of its file."""
    return upgraded(NEWEST, create_engine("sqlite://")).serialize()


@pytest.fixture
def ours(newest: bytes) -> Iterator[sqlite3.Connection]:
    """The same in memory."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(newest)
        yield connection


def rewrite(connection: sqlite3.Connection, name: str, old: str, new: str) -> None:
    """Change the text of a thing in the schema, as no statement would."""
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute("UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name = ?", (old, new, name))


def test_differences_of_our_own_schema_are_none() -> None:
    revisions = sorted(schema.revisions())[::-4]
    engine = create_engine("sqlite://")

    found = {revision: _look(upgraded(revision, engine), revision) for revision in reversed(revisions)}

    assert revisions[0] == NEWEST
    assert found == {revision: ([], [revision]) for revision in revisions}


def _look(driver: sqlite3.Connection, revision: str) -> tuple[list[str], list[str]]:
    return differences(driver, revision), list(revisions_in(driver))


@pytest.mark.parametrize(
    ("statement", "flaw"),
    [
        ("CREATE TABLE extra (id)", "has a table “extra” that Assembly Week doesn’t make"),
        ("CREATE VIEW extra AS SELECT 1", "has a view “extra” that Assembly Week doesn’t make"),
        ("CREATE INDEX extra ON week (name)", "has an index “extra” that Assembly Week doesn’t make"),
        (
            "CREATE TRIGGER extra AFTER INSERT ON token BEGIN UPDATE person SET role = 'owner'; END",
            "has a trigger “extra” that Assembly Week doesn’t make",
        ),
        ("DROP TRIGGER activity_no_update", "lacks the trigger “activity_no_update”"),
        ("DROP INDEX activity_in_week", "lacks the index “activity_in_week”"),
        ("DROP TABLE throttle", "lacks the table “throttle”"),
        ("ALTER TABLE week ADD COLUMN extra TEXT", "has a table “week” that isn’t as Assembly Week makes it"),
        ("ALTER TABLE week DROP COLUMN created_at", "has a table “week” that isn’t as Assembly Week makes it"),
    ],
)
def test_differences_name_what_is_extra_missing_or_other(ours: sqlite3.Connection, statement: str, flaw: str) -> None:
    ours.execute(statement)

    assert flaw in differences(ours, NEWEST)


def test_differences_name_a_table_that_became_a_view(ours: sqlite3.Connection) -> None:
    ours.execute("DROP TABLE throttle")
    ours.execute("CREATE VIEW throttle AS SELECT 'x' AS key, 'y' AS began_at, 1 AS count")

    assert differences(ours, NEWEST) == [
        "has a view “throttle” that Assembly Week doesn’t make",
        "lacks the index “ix_throttle_began_at”",
        "lacks the index “sqlite_autoindex_throttle_1”",
        "lacks the table “throttle”",
    ]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("week", "'closed'", "'closed', 'paused'"),
        ("week", "'draft'", "'Draft'"),
        ("week", "NOT NULL", "NULL"),
        ("alembic_version", "NOT NULL", '"NOT" NULL'),
        ("week", "state", "ſtate"),
        ("week", "slug", "slug\xa0"),
        ("activity_no_update", "ABORT", "IGNORE"),
    ],
)
def test_differences_name_a_table_of_other_text(ours: sqlite3.Connection, name: str, old: str, new: str) -> None:
    rewrite(ours, name, old, new)

    found = differences(ours, NEWEST)

    assert [flaw.partition(" ")[0] for flaw in found] == ["has"]
    assert f"“{name}” that isn’t as Assembly Week makes it" in found[0]


def test_differences_heed_neither_gaps_nor_comments_nor_case(ours: sqlite3.Connection) -> None:
    rewrite(ours, "week", "CREATE TABLE week", "create  table /* of weeks */ WEEK -- here\n")

    assert differences(ours, NEWEST) == []


def test_differences_heed_no_statistics(ours: sqlite3.Connection) -> None:
    ours.execute("ANALYZE")

    assert differences(ours, NEWEST) == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW alembic_version AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n",
        "CREATE TABLE alembic_version (version_num)",
        "CREATE TABLE other (version_num)",
    ],
)
def test_revisions_in_reads_none_but_the_plain_table(statement: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(statement)

        assert list(revisions_in(connection)) == []


def test_tokens_are_those_of_sqlite() -> None:
    sql = """Create TABLE "Ab" ( x TEXT DEFAULT 'it''s -- /* no */' , -- yes
        [y z] INT/* and */, `q` , é CHECK (x<>1.5) )"""

    assert tokens(sql) == (
        "create", "table", '"Ab"', "(", "x", "text", "default", "'it''s -- /* no */'", ",", "[y z]", "int", ",", "`q`",
        ",", "é", "check", "(", "x", "<", ">", "1", ".", "5", ")", ")",
    )  # fmt: skip


def test_expected_things_are_those_of_one_revision() -> None:
    tables = [
        {audit_target.name for audit_target in sqlite_schema.expected_things(revision) if audit_target.kind == "table"}
        for revision in ("0001", "0002")
    ]

    assert tables[1] - tables[0] == {
        "identity", "sign_in", "sign_in_link", "join_code", "throttle", "display", "rotation", "audit",
    }  # fmt: skip
