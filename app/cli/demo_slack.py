"""The demo's Slack: the stand-in of the tests as a program beside it, connected, with the players in it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.request import Request, urlopen

from app.config import PROJECT, Settings
from app.db.database import Database
from app.domain.actor import Act
from app.domain.intake.kinds import SLACK
from app.errors import Conflict
from app.services.demo.cast import CAST
from app.services.intake import authors, connections
from app.services.operations import secrets
from app.services.slack import workspaces

SECRET: Final = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 (the published example of Slack's documentation)
TOKEN: Final = "xoxb-1234567890-abcdefghijklmnop"  # noqa: S105 (the stand-in's only token)
CHANNEL, STRANGER = "C0SUPPORT", "Kim from another company"
FIRST_ID = 7_001
STAND_IN = "tests.slack"
NO_STAND_IN = "The stand-in for Slack is part of the tests. Run this in a checkout, after make setup."


@dataclass(frozen=True, slots=True)
class PlayedSlack:
    """A stand-in that runs: its page's address, and that of its methods."""

    page: str
    api_url: str

    def settings(self, address: str) -> dict[str, object]:
        """The settings of the demo's server: where Slack is, and where people find the demo from there."""
        return {"slack_api_url": self.api_url, "public_url": address.rstrip("/")}


@contextmanager
def running() -> Iterator[PlayedSlack]:
    """Run the stand-in while the demo lasts. Raises Conflict where its program isn't here."""
    command = [sys.executable, "-m", STAND_IN, "--until-eof"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=PROJECT, text=True, **pipes)  # noqa: S603 (our own words)
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        if not address.startswith("http://"):
            raise Conflict(NO_STAND_IN)
        yield PlayedSlack(address.removesuffix("api/"), address)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def connect(
    database: Database, settings: Settings, act: Act, slack: PlayedSlack, address: str, owner: str, email: str
) -> None:
    """Connect the workspace: the cast and the demo's owner are in it and known, and somebody nobody knows."""
    known = {f"U{number}": (player.name, player.email) for number, player in enumerate(CAST.values(), FIRST_ID)}
    known[f"U{FIRST_ID - 1}"] = owner, email
    key = secrets.load(settings)
    with database.unit_of_work() as session:
        connections.connect(session, key, SLACK, act, secret=SECRET)
        for id_, (_, email_there) in known.items():
            authors.name(session, SLACK, id_, email_there, act)
        workspaces.set_token(session, key, SLACK, act, token=TOKEN)
    for id_, (name, email_there) in {**known, f"U{FIRST_ID - 2}": (STRANGER, "")}.items():
        _order(slack, "user", id=id_, name=name, email=email_there)
    _order(slack, "channel", id=CHANNEL)
    _order(slack, "app", hook=f"{address}hooks/{SLACK}", secret=SECRET)


def _order(slack: PlayedSlack, verb: str, **given: Any) -> None:
    request = Request(f"{slack.page}_/{verb}", json.dumps(given).encode(), {"Content-Type": "application/json"})  # noqa: S310 (our own address)
    with urlopen(request, timeout=10):  # noqa: S310 (our own address)
        pass
