"""A server that is killed outright while it writes to Slack: what must arrive does, and the rest doesn't come twice."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from app.config import Settings
from app.db.database import Database
from app.domain.actor import Act, command
from app.domain.notices.model import Kind
from app.services import notices
from app.services.access import accounts
from app.services.intake import authors, connections
from app.services.notices import News
from app.services.operations import secrets
from app.services.slack import workspaces
from app.services.slack.workspaces import Tried
from app.services.weeks import weeks
from tests.cli.conftest import Shell
from tests.cli.processes import started
from tests.slack.running import StandIn, running, signed
from tests.slack.workspace import BOT_TOKEN, BOT_USER, TEAM
from tests.web.running_app import until

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PEOPLE = {"ada": "UADA", "bo": "UBO", "dua": "UDUA"}


def test_server_killed_while_it_writes_to_slack_repeats_a_cancellation_alone_and_does_each_press_once(
    open_week: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift, other = shifts_ahead(open_week)
    with running() as slack:
        monkeypatch.setenv("ASSEMBLY_WEEK_SLACK_API_URL", slack.api_url)
        connect(open_week, slack)
        tell(open_week, "ada", "cancelled", 1)
        tell(open_week, "bo", "nudge", 1)
        slack.order("trouble", method="chat.postMessage", hangs=True, times=2)
        slack.order("trouble", method="response_url", hangs=True, times=3)

        with started("serve", "--port", "0") as (process, document):
            until(lambda: len(slack.calls("chat.postMessage")) == 2)
            tell(open_week, "bo", "nudge", 2)  # it waits for its turn, or is sent meanwhile
            presses = [press(slack, document["address"], user, shift) for user in PEOPLE.values()]
            until(lambda: len(slack.calls("response_url")) == 3)
            presses.append(press(slack, document["address"], "UADA", other, answers=False))  # it is done, or not yet
            process.kill()
            process.wait()
        slack.order("calm")
        time_passes(open_week)

        with started("serve", "--port", "0") as (process, document):
            copies = [press(slack, document["address"], user, shift) for user in PEOPLE.values()]
            until(lambda: waiting(open_week) == 0)
            answers = [each["text"].partition(":")[0] for each in slack.order("responses")]
            said = Counter(each["text"].partition("\n")[0] for each in slack.order("messages"))

    assert presses + copies == [200] * 7
    assert said == {"Cancelled: shift today": 2, told_to_bo(1): 1, told_to_bo(2): 1}
    assert answers == ["You’re on"] * 3
    assert seats(open_week) == ["signed_up"] * 4


def shifts_ahead(shell: Shell) -> list[str]:
    """The ids of two shifts in a week that is on."""
    today = datetime.now(UTC).date()
    days = ("--starts", str(today - timedelta(days=1)), "--ends", str(today + timedelta(days=3)))
    shell.text("week", "create", "now", "--name", "Now", "--timezone", "UTC", *days, "--no-teams", "--open")
    head = "date,from,until,seats,needed,label,place,link"
    times = [f"{today + timedelta(days=2)},{hours},3,1,,,\n" for hours in ("06:00,08:00", "08:00,10:00")]
    shell.text("shift", "import", "now", shell.write("shifts.csv", f"{head}\n{''.join(times)}"))
    return [str(id_) for (id_,) in rows(shell, "SELECT id FROM shift ORDER BY starts_at")]


def connect(shell: Shell, slack: StandIn) -> None:
    """A workspace whose token works, and in which everybody is known."""
    act = Act(command("source connect"), datetime.now(UTC) - timedelta(days=1))
    database, key = Database(f"sqlite:///{shell.ledger}"), secrets.load(Settings())
    try:
        with database.unit_of_work() as session:
            made = connections.connect(session, key, "slack", act, secret=SECRET).connection
            workspaces.set_token(session, key, "slack", act, token=BOT_TOKEN)
            tried = Tried(TEAM, "Test team", BOT_USER, workspaces.NEEDED, is_org_wide=False)
            workspaces.accept(session, key, made.id, BOT_TOKEN, tried, act.now)
            for name, user in PEOPLE.items():
                authors.name(session, "slack", user, f"{name}@example.com", act)
                slack.order("user", id=user)
    finally:
        database.dispose()


def tell(shell: Shell, name: str, kind: Kind, number: int) -> None:
    """Tell somebody something at Slack, outside of their quiet hours."""
    database, now = Database(f"sqlite:///{shell.ledger}"), datetime.now(UTC)
    try:
        with database.unit_of_work() as session:
            person = accounts.by_email(session, f"{name}@example.com")
            assert person is not None
            news = News(kind, "a shift", number, {"when": "today", "name": f"Olu{number}", "team": "Owls"})
            notices.tell(session, weeks.find(session, "now", now), [person.id], news, now - timedelta(hours=20))
    finally:
        database.dispose()


def told_to_bo(number: int) -> str:
    return f"\u2068Olu{number}\u2069 asks your team to take a shift"


def press(slack: StandIn, address: str, user: str, shift: str, *, answers: bool = True) -> int:
    """Press Take, once: a later press is a copy of it; the status of the answer."""
    said: dict[str, Any] = {
        "type": "block_actions", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM},
        "trigger_id": f"{user}.{shift}",
        "actions": [{"action_id": "aw.take", "block_id": "b", "value": shift}],
    }  # fmt: skip
    said |= {"response_url": f"{slack.origin}/actions/{user}"} if answers else {}
    body = urlencode({"payload": json.dumps(said)}).encode()
    headers = signed(SECRET, body, datetime.now(UTC))
    return httpx.post(f"{address}hooks/slack", content=body, headers=headers, timeout=20).status_code


def time_passes(shell: Shell) -> None:
    """Whatever the killed server had claimed is free again, and what waits for its turn is due."""
    with closing(sqlite3.connect(shell.ledger, isolation_level=None)) as connection:
        connection.execute("UPDATE job SET lease_until = run_at WHERE lease_until IS NOT NULL AND done_at IS NULL")
        connection.execute("UPDATE job SET run_at = '2022-01-01' WHERE kind LIKE 'slack.%' AND done_at IS NULL")
        connection.execute("UPDATE slack_message SET busy_until = created_at WHERE busy_until IS NOT NULL")


def waiting(shell: Shell) -> int:
    """The number of messages and answers that are still to be sent."""
    kinds = "('slack.send', 'slack.answer')"
    return int(rows(shell, f"SELECT count(*) FROM job WHERE done_at IS NULL AND kind IN {kinds}")[0][0])  # noqa: S608 (our own words)


def seats(shell: Shell) -> list[str]:
    return [str(state) for (state,) in rows(shell, "SELECT state FROM seat")]


def rows(shell: Shell, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(shell.ledger)) as connection:
        return connection.execute(query).fetchall()
