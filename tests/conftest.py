"""Fixtures of every test: a moment, settings, and a fresh database on each engine."""

import gc
import importlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import Engine, event

from app.config import PROJECT, Settings, sqlite_url
from app.db.database import Database
from app.jobs import tools, upkeep, weeks
from app.services import jobs
from app.services.operations import schema, startup
from tests import postgresql as pg
from tests.builders import NOW, SIGNING_KEY, Game
from tests.sqlite import SQLite

RULES_FILE = PROJECT / "scoring_rules.toml"


def _register_profiles() -> None:
    """Register Hypothesis's profiles, and load the one that HYPOTHESIS_PROFILE names.

    "check" and "ci" try the same examples on every machine and keep none, so that a run depends on nothing but the
    code; "deep" draws new ones and remembers what failed. No profile fails a test for being slow: machines are shared.
    """
    base = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
    same = hypothesis.settings(base, derandomize=True, database=None)
    hypothesis.settings.register_profile("check", same, max_examples=15)
    hypothesis.settings.register_profile("ci", same, max_examples=60)
    hypothesis.settings.register_profile("deep", base, max_examples=2000, derandomize=False, print_blob=True)
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


_register_profiles()


@event.listens_for(Engine, "connect")
def _reverse_what_has_no_order(connection: Any, _record: Any) -> None:
    """Let SQLite return rows that nobody ordered last first: who relies on their order is noticed, on any machine."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA reverse_unordered_selects = ON")


def _migrate(database: Database) -> None:
    """The scene "bare": the newest schema and nothing in it."""
    schema.migrate(database)


def _prepare(database: Database) -> None:
    """The scene "empty": the first rules, and nothing else."""
    startup.prepare(database, Settings(_env_file=None, rules_file=RULES_FILE), NOW)


def _start(database: Database) -> None:
    """The scene "game": the standard week is open and the whole cast is in its teams."""
    Game(database).start()


def _tend(database: Database) -> None:
    """The scene "tended game": what a server does first on that day is done, so that a thousand of them need not."""
    with database.unit_of_work() as session:
        for kind in DAILY:
            jobs.enqueue(session, kind, {}, run_at=NOW, key=f"{kind}:{NOW.date()}")
        for claim in jobs.claim(session, "scene", dict.fromkeys(DAILY, timedelta(minutes=1)), NOW, len(DAILY)):
            jobs.finish(session, claim, NOW)


BROWSER_SECONDS = 120
MAX_PROCESSES = 8
ROOM_IN_MEMORY = 2 * 2**30  # bytes; all test processes together need a tenth of it
DAILY = (upkeep.FORGET, *weeks.DAILY, *tools.DAILY)
SCENES = {"bare": _migrate, "empty": _prepare, "game": _start, "tended game": _tend}
_FOLDER = pytest.StashKey[Path]()


def _memory() -> Path | None:
    memory = Path("/dev/shm")  # noqa: S108 - a directory with a name nobody can guess is made in it
    has_room = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_IN_MEMORY
    return memory if has_room else None


def pytest_configure() -> None:
    """Have what tests write in memory, where there is room: each commit to a file waits for a disk."""
    if (memory := _memory()) is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let --engine leave out what needs another one."""
    parser.addoption("--engine", choices=["sqlite", "postgresql"], help="run no test on any other database engine")


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect with the garbage collector off; what exists by then stays, so it need never be looked at again.

    Two million objects, a quarter of the time it takes to collect the tests, and as much at each look later. The tests
    themselves leave few cycles behind: looked for after 5,000 objects rather than 700, they take 2 % rather than 7.
    """
    gc.disable()
    try:
        _import_own_share(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(5_000, 20, 20)
        gc.enable()


def _import_own_share(config: pytest.Config) -> None:
    """Begin with other files in each of several processes: what pytest makes of a file's asserts, all of them can read.

    Where no bytecode is kept from a run before, each process would rewrite every file, and that takes twice as long as
    to collect it.
    """
    told: dict[str, Any] = getattr(config, "workerinput", {})
    files = sorted({file for folder in config.args for file in (config.rootpath / folder).rglob("test_*.py")})
    for file in files[int(told.get("workerid", "gw0")[2:]) :: told.get("workercount", 1)] if told else ():
        with suppress(Exception):  # collecting says what is wrong with it
            importlib.import_module(".".join(file.relative_to(config.rootpath).with_suffix("").parts))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests on another engine than the one that --engine names; among several processes, long ones first.

    A test of a minute that begins last is waited for by all processes but one.
    """
    wanted = config.getoption("engine")
    others = {item for item in items if wanted and _engine_of(item) not in {None, wanted}}
    config.hook.pytest_deselected(items=list(others))
    items[:] = [item for item in items if item not in others]
    if hasattr(config, "workerinput"):
        items.sort(key=_seconds_allowed, reverse=True)


def _seconds_allowed(item: pytest.Item) -> float:
    """The seconds of a test that may take longer than others; those of a browser, who are many, stay where they are."""
    marker = item.get_closest_marker("timeout")
    allowed = float(marker.args[0]) if marker else 0.0
    return allowed if allowed > BROWSER_SECONDS else 0.0


def _engine_of(item: pytest.Item) -> str | None:
    """The engine a test runs on; None where it needs no database, or names it by no parameter."""
    if not isinstance(item, pytest.Function):
        return None
    engine = item.callspec.params.get("engine") if hasattr(item, "callspec") else None
    if engine == "own_postgresql" or {"postgresql", "own_postgresql"} & set(item.fixturenames):
        return "postgresql"
    return None if engine is None else str(engine)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three test processes for two cores: a third of a test's time is waiting, for a server, a browser or a disk."""
    cores = os.cpu_count() or 1
    return min(cores + (cores + 1) // 2, MAX_PROCESSES)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each of xdist's processes where the PostgreSQL of all of them lives."""
    node.workerinput["postgresql"] = str(_folder(node.config))


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the PostgreSQL of all test processes, when they have ended."""
    if _FOLDER in config.stash:
        pg.end(config.stash[_FOLDER])


def _folder(config: pytest.Config) -> Path:
    """PostgreSQL's directory: not in pytest's private folders, because where we are root it runs as somebody else."""
    if told := getattr(config, "workerinput", {}).get("postgresql"):
        return Path(told)
    if _FOLDER not in config.stash:
        config.stash[_FOLDER] = Path(tempfile.mkdtemp(prefix="assembly-week-pg-"))
    return config.stash[_FOLDER]


@pytest.fixture
def now() -> datetime:
    """Wednesday of the standard week, 13:00 in its zone."""
    return NOW


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine of the test: both, unless it is parametrised with one."""
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite() -> Iterator[SQLite]:
    """A SQLite file, one for each test process; in memory where there is room, as each commit waits for a disk."""
    with tempfile.TemporaryDirectory(prefix="assembly-week-sqlite-", dir=_memory()) as folder:
        stage = SQLite(Path(folder), SCENES)
        yield stage
        stage.database.dispose()


@pytest.fixture(scope="session")
def postgresql(pytestconfig: pytest.Config) -> Iterator[pg.PostgreSQL]:
    """A database for each test process, on a real PostgreSQL that is everybody's: not to be stopped."""
    with pg.running(_folder(pytestconfig), SCENES) as server:
        yield server


@pytest.fixture(scope="session")
def own_postgresql() -> Iterator[pg.PostgreSQL]:
    """The same on a server of the test process's own, which may be stopped; as an `engine` it is one more."""
    folder = Path(tempfile.mkdtemp(prefix="assembly-week-pg-"))
    with pg.running(folder, SCENES) as server:
        yield server
    pg.end(folder)


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> str:
    """The database's content when the test begins: "game" for who asks for one, else "empty"; or as parametrised."""
    return "game" if "game" in request.fixturenames else "empty"


@pytest.fixture
def stage(engine: str, scene: str, request: pytest.FixtureRequest) -> SQLite | pg.PostgreSQL:
    """The engine's database, fresh."""
    stage: SQLite | pg.PostgreSQL = request.getfixturevalue(engine)
    stage.set_scene(scene)
    return stage


@pytest.fixture(scope="session")
def shipped_settings() -> Settings:
    """The settings of somebody who has set nothing: where they come from takes longer to ask than a page."""
    return Settings(_env_file=None, rules_file=RULES_FILE, secret_key=SIGNING_KEY)


@pytest.fixture
def settings(shipped_settings: Settings, stage: SQLite | pg.PostgreSQL, tmp_path: Path) -> Settings:
    """The settings of an installation on that database; its other files are the test's own."""
    return shipped_settings.changed(data_dir=tmp_path, database_url=stage.url)


@pytest.fixture
def database(stage: SQLite | pg.PostgreSQL) -> Iterator[Database]:
    """That database, open."""
    yield stage.database
    stage.database.unsubscribe_everybody()


@pytest.fixture
def game(database: Database) -> Game:
    """The standard week, open, with the whole cast in its teams."""
    return Game(database)


@pytest.fixture
def bare_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The address of a database with nothing in it, not even a schema."""
    if engine == "sqlite":
        return sqlite_url(tmp_path / "bare.sqlite3").render_as_string()
    server: pg.PostgreSQL = request.getfixturevalue("postgresql")
    return server.create("bare")


@pytest.fixture
def bare(bare_url: str) -> Iterator[Database]:
    """That database, dropped afterwards."""
    database = Database(bare_url)
    yield database
    database.dispose()
