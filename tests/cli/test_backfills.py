"""`source key` and `source backfill`: real commands against a stand-in, and a server that is killed on the way."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.db.database import Database
from app.services.intake import backfills
from tests.builders import act_by
from tests.cli.conftest import Shell
from tests.cli.processes import started
from tests.receiver import Received
from tests.stand_ins import KEYS, StandIn, issue, stand_in
from tests.web.running_app import until

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
SINCE = ("--since", f"{YESTERDAY - timedelta(days=2):%Y-%m-%d}")


def opened(id_: int) -> dict[str, Any]:
    """An issue that was opened yesterday."""
    return issue(id_, "08:00:00", created_at=YESTERDAY.isoformat())


@pytest.fixture
def github(open_week: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """GitHub on this machine, which the installation allows, connected and with a key; its issues are of yesterday."""
    monkeypatch.setenv("ASSEMBLY_WEEK_OUTBOUND_NETWORKS", "127.0.0.0/8")
    with stand_in("github", [[opened(1), opened(2)], [opened(3)]]) as tool:
        open_week.text("source", "connect", "github")
        set_key(open_week, tool)
        yield tool


def set_key(shell: Shell, tool: StandIn) -> str:
    options = ("--key", KEYS["github"], "--address", tool.url, "--repository", "acme/support")
    return shell.text("source", "key", "github", *options)


def test_a_backfill_is_waited_for_and_told_in_both_forms(open_week: Shell, github: StandIn) -> None:
    shell = open_week

    told = shell.text("source", "backfill", "github", *SINCE)
    again = shell.document("source", "backfill", "github", *SINCE)

    assert told == "Backfilled github: 3 fetched, 3 of them new. The server processes them within moments.\n"
    assert (again["state"], again["fetched"], again["stored"], again["error"]) == ("done", 3, 0, None)
    assert again == shell.document("source", "backfill", "github")
    waiting = shell.document("delivery", "list", "--state", "received")["deliveries"]
    assert [each["kind"] for each in waiting] == ["github"] * 3
    assert all(each["event_id"].startswith("backfill:") for each in waiting)


def test_a_refused_key_ends_with_a_sentence_and_status_1(open_week: Shell, github: StandIn) -> None:
    shell = open_week
    options = ("--key", "ghp_another", "--address", github.url, "--repository", "acme/support")
    assert "ghp_another" not in shell.text("source", "key", "github", *options)

    refusal = shell.refusal("source", "backfill", "github", *SINCE)

    assert refusal == (
        "The backfill of github failed after 0 fetched, 0 of them new. "
        "It doesn’t accept the API key. Make a new one there and set it here."
    )


def test_wrong_words_are_refused(open_week: Shell, github: StandIn) -> None:
    shell = open_week
    shell.text("source", "connect", "jira")
    shell.text("source", "connect", "zendesk")

    assert shell.run("source", "backfill", "github", "--since", "soon").exit_code == 2
    assert shell.refusal("source", "backfill", "github", "--cancel") == "No backfill of this connection is under way."
    assert shell.refusal("source", "backfill", "nope", *SINCE).startswith("There’s no connection “nope”.")
    assert shell.refusal("source", "backfill", "jira", *SINCE).startswith("There are no backfills for jira")
    assert shell.refusal("source", "backfill", "zendesk", *SINCE).startswith("Set an API key")
    assert shell.refusal("source", "key", "github", "--key", KEYS["github"]).startswith("Name 1 to 50 repositories")
    assert shell.refusal("source", "key", "zendesk", "--key", KEYS["zendesk"]).startswith("Say where your account is")
    assert shell.refusal("source", "key", "zendesk", "--key", "short").startswith("An API key has 8 to 500")
    assert shell.text("source", "key", "github", "--clear") == "Removed the API key of github.\n"
    assert shell.refusal("source", "key", "github", "--clear") == "This connection has no API key."


def test_a_server_that_is_killed_in_the_middle_of_a_page_loses_and_doubles_nothing(
    open_week: Shell, github: StandIn
) -> None:
    github.pages = [[opened(1), opened(2)], [opened(3)], [opened(4)]]
    reached, is_over, respond = threading.Event(), threading.Event(), github.respond

    def hang(received: Received) -> Iterable[bytes]:
        if "page=3" not in received.target:
            return respond(received)
        reached.set()
        is_over.wait(60)
        return []

    begin(open_week)
    github.server.respond = hang
    with started("serve", "--port", "0") as (process, _):
        assert reached.wait(30)
        process.kill()
        process.wait()
    half = open_week.document("source", "backfill", "github")
    is_over.set()
    github.server.respond = respond
    with closing(sqlite3.connect(open_week.ledger, isolation_level=None)) as connection:
        connection.execute("UPDATE job SET lease_until = run_at WHERE lease_until IS NOT NULL")

    with started("serve", "--port", "0"):
        until(lambda: open_week.document("source", "backfill", "github")["state"] == "done")

    whole = open_week.document("source", "backfill", "github")
    assert (half["state"], half["fetched"], whole["fetched"], whole["stored"]) == ("running", 3, 4, 4)


def begin(shell: Shell) -> None:
    """Begin a backfill, and wait for nothing."""
    database = Database(f"sqlite:///{shell.ledger}")
    try:
        with database.unit_of_work() as session:
            backfills.start(session, "github", YESTERDAY - timedelta(days=2), act_by("Gus", datetime.now(UTC)))
    finally:
        database.dispose()
