"""`webhook`: added, listed, rotated, replayed, removed; and a killed server loses no message."""

import sqlite3
from contextlib import closing

import httpx
import pytest
from standardwebhooks import Webhook

from tests.builders import an_activity
from tests.cli.conftest import Shell
from tests.cli.processes import started
from tests.receiver import answer, receiver
from tests.web.running_app import until

pytestmark = pytest.mark.usefixtures("tables")

URL = "https://a.example.com/hooks"


def test_webhook_is_added_with_its_secret_shown_once(shell: Shell) -> None:
    made = shell.document("webhook", "add", URL, "--event", "week.closed")

    assert {**made, "id": "", "secret": ""} == {"id": "", "url": URL, "secret": ""}
    [listed] = shell.document("webhook", "list")["webhooks"]
    assert {**listed, "created_at": ""} == {
        "id": made["id"], "url": URL, "events": ["week.closed"], "week": None, "state": "enabled", "waiting": 0,
        "failed": 0, "created_at": "",
    }  # fmt: skip
    assert made["secret"] not in shell.text("webhook", "list")


def test_webhook_is_rotated_replayed_and_removed(shell: Shell) -> None:
    made = shell.document("webhook", "add", URL)

    again = shell.document("webhook", "rotate", made["id"], "--now")

    assert again["secret"] != made["secret"]
    assert shell.text("webhook", "replay", made["id"]) == "None failed.\n"
    assert shell.refusal("webhook", "replay", made["id"], "--message", "0" * 16).startswith("There’s no message")
    assert shell.text("webhook", "remove", made["id"]) == f"Removed {made['id']}.\n"
    assert shell.refusal("webhook", "rotate", made["id"]).startswith("There’s no webhook with that id.")
    assert shell.text("webhook", "list").startswith("No webhooks yet.")


def test_address_or_event_that_is_none_is_refused(shell: Shell) -> None:
    assert shell.refusal("webhook", "add", "http://a.example.com/").startswith("Use https:")
    assert shell.refusal("webhook", "add", URL, "--event", "rain").startswith("“rain” isn’t an event.")
    assert shell.refusal("webhook", "add", URL, "--week", "nothing").startswith("There’s no week “nothing”.")


def test_what_was_recorded_before_a_server_was_killed_is_sent_by_the_next(
    open_week: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as server:
        monkeypatch.setenv("ASSEMBLY_WEEK_OUTBOUND_NETWORKS", "127.0.0.0/8")
        made = open_week.document("webhook", "add", server.url, "--event", "activity.recorded")
        server.respond = lambda _: [answer(500)]
        with started("serve", "--port", "0") as (process, document):
            recorded = record(open_week, document["address"], "before")
            process.kill()
            process.wait()
        server.received.clear()
        server.respond = lambda _: [answer(200)]
        with closing(sqlite3.connect(open_week.ledger, isolation_level=None)) as connection:
            connection.execute("UPDATE webhook_message SET lease_until = NULL, leased_by = NULL, due_at = NULL")

        with started("serve", "--port", "0"):
            until(lambda: server.received)

        said = Webhook(made["secret"]).verify(server.received[0].body, server.received[0].headers)

    assert said["data"]["id"] == recorded


def record(shell: Shell, address: str, external_id: str) -> str:
    """Report one activity to a running server; its id."""
    token = shell.document("token", "create", "--name", external_id, "--scope", "activities:write")["token"]
    body = an_activity(external_id=external_id)
    answered = httpx.post(
        f"{address}api/v1/weeks/q3-2022/activities", json=body, headers={"Authorization": f"Bearer {token}"}
    )
    answered.raise_for_status()
    return str(answered.json()["id"])
