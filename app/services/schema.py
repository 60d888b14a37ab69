"""Bring a database to the newest schema, and say which one it has."""

import re
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from app.config import PROJECT
from app.db import Database
from app.errors import Unavailable
from app.outages import translated

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = PROJECT / "migrations"
_REVISION = re.compile(r'^(revision|down_revision) = (?:"(.+)"|None)$', re.MULTILINE)


def migrate(database: Database) -> str:
    """Apply every missing migration in one transaction; returns the schema's revision. Raises Unavailable."""
    from alembic import command  # a tenth of a command's start, needed by hardly any
    from alembic.util import CommandError

    try:
        with translated(), database.writer.begin() as connection:
            command.upgrade(_config(connection), "head")
            return _revision(connection)
    except CommandError as error:
        raise Unavailable(
            f"The database's schema is not one this version knows: {error}. Install a newer version."
        ) from error


def is_current(database: Database) -> bool:
    """Whether the database has the newest schema."""
    with translated(), database.reader.connect() as connection:
        return _revision(connection) == newest()


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


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
