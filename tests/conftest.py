"""What every test may ask for: a moment, settings, and a fresh database on each engine."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest

from app.config import PROJECT, Settings
from app.db import Database
from app.services import schema, startup
from tests import postgresql as pg
from tests.builders import NOW, Game
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


def _migrate(database: Database) -> None:
    """The scene "bare": the newest schema and nothing in it."""
    schema.migrate(database)


def _prepare(database: Database) -> None:
    """The scene "empty": the first rules, and nothing else."""
    startup.prepare(database, Settings(_env_file=None, rules_file=RULES_FILE), NOW)


def _start(database: Database) -> None:
    """The scene "game": the standard week is open and the whole cast is in its teams."""
    Game(database).start()


SCENES = {"bare": _migrate, "empty": _prepare, "game": _start}


@pytest.fixture
def now() -> datetime:
    """Wednesday of the standard week, 13:00 in its zone."""
    return NOW


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine the test runs on: both, unless it is parametrised with one."""
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SQLite]:
    """A SQLite file, one for each test process."""
    stage = SQLite(tmp_path_factory.mktemp("sqlite"), SCENES)
    yield stage
    stage.database.dispose()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[pg.PostgreSQL]:
    """A real PostgreSQL, one for each test process."""
    with pg.running(SCENES) as server:
        yield server


@pytest.fixture
def scene(request: pytest.FixtureRequest) -> str:
    """What the database holds when the test begins: "game" for who asks for one, else "empty"; or as parametrised."""
    return "game" if "game" in request.fixturenames else "empty"


@pytest.fixture
def stage(engine: str, scene: str, request: pytest.FixtureRequest) -> SQLite | pg.PostgreSQL:
    """The engine's database, fresh."""
    stage: SQLite | pg.PostgreSQL = request.getfixturevalue(engine)
    stage.set_scene(scene)
    return stage


@pytest.fixture
def settings(stage: SQLite | pg.PostgreSQL, tmp_path: Path) -> Settings:
    """The settings of an installation on that database; its other files are the test's own."""
    return Settings(
        _env_file=None, data_dir=tmp_path, database_url=stage.url, rules_file=RULES_FILE, secret_key="not secret"
    )


@pytest.fixture
def database(stage: SQLite | pg.PostgreSQL) -> Iterator[Database]:
    """That database, open."""
    yield stage.database
    stage.database._listeners.clear()


@pytest.fixture
def game(database: Database) -> Game:
    """The standard week, open, with the whole cast in its teams."""
    return Game(database)
