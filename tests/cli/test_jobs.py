"""Jobs and a server that is killed outright: what was promised is done by the next one."""

import sqlite3
from contextlib import closing

import httpx
import pytest

from tests.cli.conftest import Shell
from tests.cli.processes import started
from tests.smtp import Postbox, smtp_server
from tests.web.running_app import until


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


def a_minute_passes(shell: Shell) -> None:
    """The lease of whoever was at work when the server was killed is over."""
    with closing(sqlite3.connect(shell.ledger, isolation_level=None)) as connection:
        connection.execute("UPDATE job SET lease_until = run_at WHERE lease_until IS NOT NULL")


def jobs(shell: Shell) -> list[tuple[str, int]]:
    """The kinds of messages in the queue, and whether they are done."""
    with closing(sqlite3.connect(shell.ledger)) as connection:
        query = "SELECT kind, done_at IS NOT NULL FROM job WHERE kind LIKE 'mail.%'"
        return connection.execute(query).fetchall()
