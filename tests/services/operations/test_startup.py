"""Start-up: the newest schema, and rules to play by."""

from pathlib import Path

import pytest
from sqlmodel import select

from app.config import Settings
from app.db.database import Database
from app.errors import Unavailable
from app.models import RuleSet
from app.services.operations import schema, startup
from app.services.rules import rule_sets
from tests.builders import NOW, RULES, dearer_issues
from tests.postgresql import PostgreSQL

BARE = pytest.mark.parametrize("scene", ["bare"])


def with_file(settings: Settings, content: str | bytes | None) -> Settings:
    path = settings.data_dir / "rules.toml"
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return settings.changed(rules_file=path)


def versions(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(rule_set.text, rule_set.by) for rule_set in session.exec(select(RuleSet).order_by(RuleSet.id))]  # type: ignore[arg-type]


@BARE
def test_prepare_of_a_new_database_takes_the_rules_of_the_file(database: Database, settings: Settings) -> None:
    startup.prepare(database, with_file(settings, dearer_issues()), NOW)

    assert versions(database) == [(dearer_issues(), "rules file")]


@BARE
@pytest.mark.parametrize("content", [None, "", "format = 2", b"\xff\xfe", b"\0", b"# " + b"x" * 2**21])
def test_prepare_without_a_usable_file_takes_the_shipped_rules(
    database: Database, settings: Settings, content: str | bytes | None
) -> None:
    startup.prepare(database, with_file(settings, content), NOW)

    assert versions(database) == [(RULES, "start-up")]
    with database.reading() as session:
        assert (len(rule_sets.file_errors(session)) > 0) == (content is not None)


@BARE
def test_prepare_again_changes_nothing(database: Database, settings: Settings) -> None:
    startup.prepare(database, settings, NOW)

    startup.prepare(database, with_file(settings, dearer_issues()), NOW)

    assert versions(database) == [(RULES, "rules file")]


def test_prepare_migrates_sqlite(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "made" / "for it")
    database = Database(settings.sqlalchemy_url)

    startup.prepare(database, settings, NOW)

    assert schema.is_current(database)
    database.dispose()


@pytest.mark.parametrize("engine", ["postgresql"])
def test_prepare_on_postgresql_without_the_schema_is_refused_in_words(
    postgresql: PostgreSQL, settings: Settings
) -> None:
    database = Database(postgresql.create("unmigrated"))

    with pytest.raises(Unavailable, match="Run `assembly-week migrate` first"):
        startup.prepare(database, settings, NOW)

    database.dispose()


def test_read_text_of_a_folder_is_none(tmp_path: Path) -> None:
    assert startup.read_text(tmp_path) is None
