"""The commands on PostgreSQL, where the schema is migrated by command."""

import psycopg
import pytest

from app.services.operations import schema
from tests.builders import SIGNING_KEY
from tests.cli.conftest import Shell
from tests.postgresql import PostgreSQL

LINE = '{"kind":"issue","person":"ada@example.com","occurred_at":"2022-09-14T09:00Z","source":"gh","external_id":"1"}'


def test_commands_work_after_migrate_and_not_before(
    shell: Shell, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgresql.create("commands")
    monkeypatch.setenv("ASSEMBLY_WEEK_DATABASE_URL", postgresql.address("commands"))
    monkeypatch.setenv("ASSEMBLY_WEEK_SECRET_KEY", SIGNING_KEY)

    refused = shell.refusal("week", "list")
    shell.text("migrate")
    shell.open_week()
    imported = shell.document("activity", "import", "current", shell.write("a.ndjson", LINE))

    assert refused.endswith("Run `assembly-week migrate` first.")
    assert imported == {"recorded": 1, "repeated": 0}
    assert shell.document("export", "current", "--format", "json", "--out", "-")["activities"][0]["team"] == "Owls"
    assert shell.document("verify") == {"weeks": ["q3-2022"], "differences": []}
    assert not shell.ledger.exists()


def test_database_of_a_newer_version_is_told_by_every_command(
    shell: Shell, postgresql: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgresql.create("newer")
    monkeypatch.setenv("ASSEMBLY_WEEK_DATABASE_URL", postgresql.address("newer"))
    monkeypatch.setenv("ASSEMBLY_WEEK_SECRET_KEY", SIGNING_KEY)
    shell.text("migrate")
    with psycopg.connect(postgresql.address("newer"), autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")

    told = {shell.refusal(*words) for words in (("week", "list"), ("migrate",), ("verify",), ("serve", "--port", "0"))}

    assert told == {
        f"A newer version of Assembly Week made this database: its schema is 0099, and this version knows up to "
        f"{schema.newest()}. Install that version, or restore the backup from before the upgrade."
    }
