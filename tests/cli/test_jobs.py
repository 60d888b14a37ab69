"""Jobs and a server that is killed outright: what was promised is done by the next one."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx
import pytest

from app.db.database import Database
from app.domain.actor import Act, command
from app.domain.notices.model import Kind
from app.services import jobs as queue
from app.services import notices
from app.services.access import accounts
from app.services.notices import News
from app.services.operations.kept_backups import BACK_UP
from app.services.weeks import schedule, weeks
from app.services.weeks.schedule import Action, Slot
from tests.cli.conftest import Shell
from tests.cli.processes import started
from tests.smtp import Postbox, smtp_server
from tests.web.running_app import until

ONE_HOUR = timedelta(hours=1)


def test_sign_in_mail_promised_by_a_server_that_was_killed_is_sent_once_by_the_next(
    open_week: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox = Postbox()
    with smtp_server(postbox) as port:
        monkeypatch.setenv("ASSEMBLY_WEEK_SMTP_URL", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("ASSEMBLY_WEEK_MAIL_FROM", "week@example.com")
        monkeypatch.setenv("ASSEMBLY_WEEK_PUBLIC_URL", "http://127.0.0.1:8000")
        with started("serve", "--port", "0") as (process, document):
            address = document["address"]
            headers = {"Origin": address.rstrip("/")}
            form = httpx.post(f"{address}sign-in/email", data={"email": "ada@example.com"}, headers=headers)
            process.kill()
            process.wait()
        sent_before = len(postbox.envelopes)
        a_minute_passes(open_week)

        with started("serve", "--port", "0"):
            until(lambda: postbox.envelopes)
            until(lambda: jobs(open_week) == [("mail.sign_in_link", 1)])

    assert (form.status_code, sent_before) == (303, 0)
    assert postbox.message()["To"] == "Ada Lovelace <ada@example.com>"


class Stalled(Postbox):
    """A mail server that keeps what it is sent and then says nothing, until it is to go on."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's names)
        """Keep the message, and its sender waiting."""
        answer = await super().handle_DATA(server, session, envelope)
        while not self.may_go_on:
            await asyncio.sleep(0.05)
        return answer

    def subjects(self) -> list[tuple[str, str]]:
        """The subject and id of each message, in order."""
        found = [message_from_bytes(each.content, policy=default) for each in self.envelopes]
        return sorted((str(each["Subject"]), str(each["Message-ID"])) for each in found)


def test_server_killed_while_it_sends_repeats_a_cancellation_and_no_reminder(
    open_week: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    postbox = Stalled()
    tell(open_week, "cancelled", {"when": "today"})
    tell(open_week, "soon", {"start": (datetime.now(UTC) + timedelta(minutes=20)).isoformat()})
    with smtp_server(postbox) as port:
        monkeypatch.setenv("ASSEMBLY_WEEK_SMTP_URL", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("ASSEMBLY_WEEK_MAIL_FROM", "week@example.com")
        monkeypatch.setenv("ASSEMBLY_WEEK_PUBLIC_URL", "http://127.0.0.1:8000")
        with started("serve", "--port", "0") as (process, _):
            until(lambda: len(postbox.envelopes) == 2)
            process.kill()
            process.wait()
        postbox.may_go_on = True
        a_minute_passes(open_week)

        with started("serve", "--port", "0"):
            until(lambda: jobs(open_week) == [("mail.notice", 1)] * 2)

    first, again, reminder = postbox.subjects()
    assert first == again
    assert first[0] == "Cancelled: shift today"
    assert reminder[0].startswith("Your shift starts in ")


def tell(shell: Shell, kind: Kind, facts: Mapping[str, str]) -> None:
    """Tell Ada something, while no server runs."""
    database = Database(f"sqlite:///{shell.ledger}")
    try:
        with database.unit_of_work() as session:
            ada, now = accounts.by_email(session, "ada@example.com"), datetime.now(UTC)
            assert ada is not None
            news = News(kind, "a shift", 1, facts)
            notices.tell(session, weeks.find(session, "q3-2022", now), [ada.id], news, now - timedelta(hours=20))
    finally:
        database.dispose()


def a_minute_passes(shell: Shell) -> None:
    """The lease of whoever was at work when the server was killed is over."""
    with closing(sqlite3.connect(shell.ledger, isolation_level=None)) as connection:
        connection.execute("UPDATE job SET lease_until = run_at WHERE lease_until IS NOT NULL")


def jobs(shell: Shell) -> list[tuple[str, int]]:
    """The kinds of messages in the queue, and whether they are done."""
    with closing(sqlite3.connect(shell.ledger)) as connection:
        query = "SELECT kind, done_at IS NOT NULL FROM job WHERE kind LIKE 'mail.%'"
        return connection.execute(query).fetchall()


def test_backup_under_way_in_a_server_that_was_killed_is_made_by_the_next(
    open_week: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = open_week.desk / "copies"
    directory.mkdir()
    monkeypatch.setenv("ASSEMBLY_WEEK_BACKUP_DIR", str(directory))
    monkeypatch.setenv("ASSEMBLY_WEEK_BACKUP_HOUR", "0")
    (directory / ".assembly-week-20220914T030000Z.sqlite3.0123abcd.part").touch()
    database, now = Database(f"sqlite:///{open_week.ledger}"), datetime.now(UTC)
    with database.unit_of_work() as session:
        queue.enqueue(session, BACK_UP, {}, run_at=now - ONE_HOUR, key=f"{BACK_UP}:{now.date()}")
        queue.claim(session, "killed", {BACK_UP: ONE_HOUR / 60}, now - ONE_HOUR, 1)
    database.dispose()

    with started("serve", "--port", "0"):
        until(lambda: sorted(path.suffix for path in directory.iterdir()) == [".lock", ".sha256", ".sqlite3"])
        until(lambda: backup_of(open_week) == [(2, 1)])
    [copy] = directory.glob("*.sqlite3")

    assert open_week.document("restore", copy)["replaced"] is not None


def backup_of(shell: Shell) -> list[tuple[int, int]]:
    """The attempts at each backup in the queue, and whether it is done."""
    with closing(sqlite3.connect(shell.ledger)) as connection:
        query = f"SELECT attempts, done_at IS NOT NULL FROM job WHERE kind = '{BACK_UP}'"  # noqa: S608 (our own words)
        return connection.execute(query).fetchall()


def test_planned_changes_happen_by_themselves_and_over_a_killed_server(open_week: Shell) -> None:
    def plan(action: Action) -> datetime:
        at = datetime.now(UTC) + timedelta(seconds=1)
        database = Database(f"sqlite:///{open_week.ledger}")
        with database.unit_of_work() as session:
            schedule.change(session, "q3-2022", {action: Slot(at)}, Act(command("Olu"), at - ONE_HOUR))
        database.dispose()
        return at

    def seen(column: str) -> datetime | None:
        with closing(sqlite3.connect(open_week.ledger)) as ledger:
            [(text,)] = ledger.execute(f"SELECT {column} FROM week")  # noqa: S608 (our own words)
        return datetime.fromisoformat(text) if text else None

    with started("serve", "--port", "0") as (process, _):
        freezes_at = plan("freeze")
        until(lambda: seen("frozen_at"))
        process.kill()
        process.wait()
    closes_at = plan("close")
    until(lambda: datetime.now(UTC) > closes_at)
    with started("serve", "--port", "0"):
        until(lambda: seen("closed_at"))

    assert (seen("frozen_at"), seen("closed_at")) == (freezes_at, closes_at)
