"""Bring a database to the newest schema, and say what it is to this version."""

import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, func, inspect, select, text
from sqlmodel import SQLModel

from app.config import PROJECT
from app.db.database import Database
from app.db.outages import translated
from app.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

State = Literal["current", "older", "empty", "newer", "foreign"]
"""The state of a database's schema; `newer` was made by a later version, `foreign` by another program."""

_OURS = {"week", "activity"}
_MIGRATE = "Run `assembly-week migrate` first."
_MIGRATING = 20_220_916  # any number but the one of `app.db.database.alone`
_MIGRATIONS = PROJECT / "migrations"
_REVISION = re.compile(r'^(revision|down_revision) = (?:"(.+)"|None)$', re.MULTILINE)


def migrate(database: Database) -> str:
    """Apply every missing migration in one transaction; returns the schema's revision.

    Of several processes that migrate PostgreSQL at once, the others wait for the first and then change nothing. Raises
    Unavailable for a database that a newer version or another program made.
    """
    with translated(), database.writing() as connection, connection.begin():
        if not database.on_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
        if (state := _state(connection)) in {"newer", "foreign"}:
            raise Unavailable(_sentence(connection, state))
        upgrade(connection, "head")
        return newest()


def upgrade(connection: Connection, revision: str) -> None:
    """Apply the migrations that are missing up to a revision, in the connection's transaction."""
    from alembic import command  # a tenth of a command's start, needed by hardly any

    command.upgrade(_config(connection), revision)


def is_current(database: Database) -> bool:
    """Tell whether the database has the newest schema."""
    with database.reading() as session:
        return _state(session.connection()) == "current"


def check(database: Database) -> None:
    """Raise Unavailable for a database whose schema isn't this program's, with what it is and what to do."""
    with database.reading() as session:
        connection = session.connection()
        if (state := _state(connection)) != "current":
            raise Unavailable(_sentence(connection, state))


def _state(connection: Connection) -> State:
    found = _revisions(connection)
    if found == [newest()]:
        return "current"
    tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if not found:
        # PostgreSQL may hold tables of other programs beside ours; a SQLite file is one program's.
        is_taken = tables if connection.dialect.name == "sqlite" else tables & SQLModel.metadata.tables.keys()
        return "foreign" if is_taken else "empty"
    if len(found) > 1 or not tables >= _OURS:
        return "foreign"
    return "older" if found[0] in revisions() else "newer"


def _sentence(connection: Connection, state: State) -> str:
    revision = ", ".join(_revisions(connection))
    match state:
        case "newer":
            return (
                f"A newer version of Assembly Week made this database: its schema is {revision}, and this version "
                f"knows up to {newest()}. Install that version, or restore the backup from before the upgrade."
            )
        case "foreign":
            return (
                "This database isn’t Assembly Week’s: it holds tables of another program. Choose another database with "
                "ASSEMBLY_WEEK_DATABASE_URL, or another directory with ASSEMBLY_WEEK_DATA_DIR."
            )
        case "older":
            return f"The database has schema {revision}, and this version needs {newest()}. {_MIGRATE}"
        case _:
            return f"The database is empty. {_MIGRATE}"


@cache
def revisions() -> dict[str, str | None]:
    """Revision to the one before it (None for the first), of every migration there is."""
    found = {}
    for file in _MIGRATIONS.glob("versions/*.py"):
        names = dict(_REVISION.findall(file.read_text(encoding="utf-8")))
        found[names["revision"]] = names["down_revision"] or None
    return found


def newest() -> str:
    """The revision that no other builds on."""
    (head,) = revisions().keys() - set(revisions().values())
    return head


def _revisions(connection: Connection) -> list[str]:
    """The revision a database says it has; none without a schema, several where that makes no sense."""
    if not inspect(connection).has_table("alembic_version"):
        return []
    return [str(revision) for revision in connection.scalars(text("SELECT version_num FROM alembic_version"))]


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
