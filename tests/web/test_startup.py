"""Starting: a new SQLite file is migrated by itself, PostgreSQL by command; readiness tells."""

import logging
from pathlib import Path

import pytest

from app.config import Settings
from app.services.operations import schema
from tests import postgresql as pg
from tests.builders import SIGNING_KEY
from tests.web.running_app import RunningApp, assert_problem, serving


def test_a_new_installation_on_sqlite_needs_nothing(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "new", board_visibility="public")

    with serving(settings) as site:
        statuses = [site.get(path).status_code for path in ("/", "/readyz")]

    assert statuses == [200, 200]


def test_an_unmigrated_postgresql_says_what_to_do(
    tmp_path: Path, postgresql: pg.PostgreSQL, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(
        _env_file=None, data_dir=tmp_path, database_url=postgresql.create("bare"), secret_key=SIGNING_KEY
    )

    with pytest.raises(RuntimeError), serving(settings):
        pass

    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert errors == [
        "The database is empty. Run `assembly-week migrate` first.",
        "Application startup failed. Exiting.",
    ]
    assert [record for record in caplog.records if record.exc_info] == []


def test_a_bug_at_start_keeps_its_traceback(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("app.services.operations.startup.prepare", None)

    with pytest.raises(RuntimeError), serving(settings):
        pass

    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert [error.startswith("Traceback") for error in errors] == [True, False]


def test_another_schema_is_not_ready(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")

    answer = site.get("/readyz")

    assert assert_problem(answer, 503) == (
        f"The database has schema 0001, and this version needs {schema.newest()}. Run `assembly-week migrate` first."
    )
    assert answer.headers["retry-after"] == "2"
