"""The state of a database's schema (empty, older, newer, foreign), and its migration."""

from functools import partial

import pytest
from sqlalchemy import inspect

from app.db.database import Database
from app.errors import Unavailable
from app.services.operations import schema
from tests.races import outcomes, race, several


def test_check_says_that_a_database_is_empty(bare: Database) -> None:
    with pytest.raises(Unavailable, match=r"^The database is empty\. Run `assembly-week migrate` first\.$"):
        schema.check(bare)


def test_check_says_that_a_schema_is_older(bare: Database) -> None:
    with bare.writing() as connection, connection.begin():
        schema.upgrade(connection, "0002")

    with pytest.raises(Unavailable) as refusal:
        schema.check(bare)

    assert refusal.value.detail == (
        f"The database has schema 0002, and this version needs {schema.newest()}. Run `assembly-week migrate` first."
    )
    assert schema.migrate(bare) == schema.newest()


NEWER = (
    f"A newer version of Assembly Week made this database: its schema is 0099, and this version knows up to "
    f"{schema.newest()}. Install that version, or restore the backup from before the upgrade."
)
FOREIGN = (
    "This database isn’t Assembly Week’s: it holds tables of another program. Choose another database with "
    "ASSEMBLY_WEEK_DATABASE_URL, or another directory with ASSEMBLY_WEEK_DATA_DIR."
)
OTHERS = {
    "newer": (["UPDATE alembic_version SET version_num = '0099'"], NEWER),
    "two revisions": (["INSERT INTO alembic_version VALUES ('0001')"], FOREIGN),
    "no revision": (["DELETE FROM alembic_version"], FOREIGN),
    "ours without its table of revisions": (["DROP TABLE alembic_version"], FOREIGN),
}


@pytest.mark.parametrize(("statements", "sentence"), OTHERS.values(), ids=OTHERS)
def test_check_and_migrate_refuse_a_schema_that_is_not_ours(
    bare: Database, statements: list[str], sentence: str
) -> None:
    schema.migrate(bare)
    with bare.writing() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)
    before = inspect(bare.reader).get_table_names()

    for act in (schema.check, schema.migrate):
        with pytest.raises(Unavailable) as refusal:
            act(bare)
        assert refusal.value.detail == sentence
    assert inspect(bare.reader).get_table_names() == before


def test_migrate_refuses_a_database_of_another_program_with_alembic(bare: Database) -> None:
    with bare.writing() as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('0001')")

    with pytest.raises(Unavailable, match=r"^This database isn’t Assembly Week’s"):
        schema.migrate(bare)


def add_foreign_table(database: Database) -> None:
    """A table that another program made."""
    with database.writing() as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE spatial_ref_sys (id INTEGER)")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_migrate_refuses_a_sqlite_file_of_another_program(bare: Database) -> None:
    add_foreign_table(bare)

    with pytest.raises(Unavailable) as refusal:
        schema.migrate(bare)

    assert refusal.value.detail == FOREIGN


@pytest.mark.parametrize("engine", ["postgresql"])
def test_migrate_on_postgresql_goes_on_beside_tables_of_other_programs(bare: Database) -> None:
    add_foreign_table(bare)

    schema.migrate(bare)

    assert schema.is_current(bare)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_migrate_by_several_at_once_happens_once(bare_url: str, bare: Database) -> None:
    with several(bare_url) as databases:
        results = race([partial(schema.migrate, database) for database in databases])

    assert (outcomes(results), schema.is_current(bare)) == ({"str": 4}, True)
