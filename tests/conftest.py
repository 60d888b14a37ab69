"""What every test may ask for: a moment, settings, and a fresh database on each engine."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from app.config import PROJECT, Settings
from app.db import Database
from app.services import startup
from tests import postgresql as pg
from tests.builders import NOW, Game

RULES_FILE = PROJECT / "scoring_rules.toml"


@pytest.fixture
def now() -> datetime:
    """Wednesday of the standard week, 13:00 in its zone."""
    return NOW


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Which engine the test runs on: both, unless it is parametrised with one."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[pg.PostgreSQL]:
    """A real PostgreSQL, one for each test process."""
    with pg.running() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file with the first rules."""
    settings = Settings(_env_file=None, data_dir=tmp_path_factory.mktemp("template"), rules_file=RULES_FILE)
    database = Database(settings.sqlalchemy_url, checkpoints=True)
    startup.prepare(database, settings, NOW)
    database.dispose()
    return Path(settings.sqlalchemy_url.removeprefix("sqlite:///"))


@pytest.fixture
def settings(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Settings:
    """The settings of an installation of the test's own, on a fresh database that is migrated and has its rules."""
    url = ""
    if engine == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "assembly-week.sqlite3")
    else:
        server: pg.PostgreSQL = request.getfixturevalue("postgresql")
        server.empty()
        url = server.url()
    return Settings(_env_file=None, data_dir=tmp_path, database_url=url, rules_file=RULES_FILE, secret_key="not secret")


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The open database of those settings, with the first rules active."""
    database = Database(settings.sqlalchemy_url, checkpoints=True)
    startup.prepare(database, settings, NOW)
    yield database
    database.dispose()


@pytest.fixture
def game(database: Database) -> Game:
    """The standard week, open, with the whole cast in its teams."""
    return Game(database).start()
