"""Bring a database to the newest schema, and say which one it has."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.config import PROJECT
from app.db import Database
from app.outages import translated


def migrate(database: Database) -> str:
    """Apply every missing migration in one transaction; returns the schema's revision."""
    with translated(), database.writer.begin() as connection:
        command.upgrade(_config(connection), "head")
        return _revision(connection)


def is_current(database: Database) -> bool:
    """Whether the database has the newest schema."""
    with translated(), database.reader.connect() as connection:
        return _revision(connection) == ScriptDirectory.from_config(_config(connection)).get_current_head()


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
