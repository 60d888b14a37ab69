"""The test that proves both directions, against a stand-in: sent by the server, pressed there, seen on the page."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.config import Settings
from tests.builders import Game
from tests.slack.running import StandIn, running
from tests.slack.workspace import BOT_TOKEN, TEAM
from tests.web import playing_slack
from tests.web.playing_slack import Slack
from tests.web.running_app import RunningApp, SettableClock, Visitor, serving, sign_in, until

OLU = "olu@example.com"
PAGE = "/organizer/sources/slack"


@pytest.fixture(scope="module")
def program() -> Iterator[StandIn]:
    with running() as stand_in:
        yield stand_in


@pytest.fixture
def site(program: StandIn, game: Game, settings: Settings, clock: SettableClock) -> Iterator[RunningApp]:
    """A site whose Slack is the stand-in; the standard week is on."""
    program.order("restart")
    with serving(settings.model_copy(update={"slack_api_url": program.api_url}), clock) as site:
        yield site


def states(olu: Visitor) -> list[str]:
    """The state of each direction, as the page says."""
    page = re.sub(r"<[^>]+>", "", olu.get(PAGE).text)
    found = re.search(r"To Slack\s+(.*?)\s+From Slack\s+(.*?)\s+Send me", page, re.DOTALL)
    return [re.sub(r"\s+", " ", each) for each in found.groups()] if found else []


def press(slack: Slack, program: StandIn) -> str:
    """Press the button of the newest message, and what it says then."""
    message = program.order("messages")[-1]
    [button] = [each for block in message["blocks"] for each in block.get("elements", ()) if each["type"] == "button"]
    pressed = {"action_id": button["action_id"], "block_id": "aw0", "value": button["value"]}
    who = {"id": "UOLU", "team_id": TEAM}
    said = {"type": "block_actions", "team": {"id": TEAM}, "user": who, "trigger_id": slack.trigger()}
    assert slack.send(payload=json.dumps({**said, "actions": [pressed]})).status_code == 200
    return str(message["text"])


def test_test_proves_both_directions_to_an_organizer_who_is_found_by_email(site: RunningApp, program: StandIn) -> None:
    slack, olu = playing_slack.connect(site), sign_in(site, OLU, "organizer")
    program.order("user", id="UOLU", email=OLU)
    without = olu.post(f"{PAGE}/slack-test")
    olu.post(f"{PAGE}/bot-token", token=BOT_TOKEN)
    until(lambda: states(olu) == ["Not tried yet.", "Not tried yet."])

    sent = olu.post(f"{PAGE}/slack-test")
    until(lambda: states(olu)[0].startswith("Works The test arrived"))
    halfway = states(olu)[1]
    text = press(slack, program)
    until(lambda: states(olu)[1].startswith("Works Its button was pressed"))
    until(lambda: program.order("messages")[-1]["updates"] == 1)

    assert (without.status_code, sent.status_code) == (409, 303)
    assert "Set a bot token first." in without.text
    assert halfway == "Waiting for you to press the button …"
    assert text.startswith("This is a test.")
    assert program.order("messages")[-1]["text"].startswith("Both ways work")
    assert [each["error"] for each in program.order("calls")] == [""] * 4, "tried, looked up, posted, updated"


def test_test_says_what_is_in_its_way(site: RunningApp, program: StandIn) -> None:
    playing_slack.connect(site)
    olu = sign_in(site, OLU, "organizer")
    olu.post(f"{PAGE}/bot-token", token=BOT_TOKEN)
    until(lambda: states(olu))

    olu.post(f"{PAGE}/slack-test")
    until(lambda: states(olu)[0].startswith("Failed Slack knows nobody by your email."))
    program.order("trouble", method="users.lookupByEmail", error="missing_scope")
    site.clock.set(site.clock.now + timedelta(seconds=2))
    olu.post(f"{PAGE}/slack-test")
    until(lambda: states(olu)[0].startswith("Failed The app may not look you up by your email."))

    assert "may not write" not in olu.get(PAGE).text
    assert "connection’s page" not in olu.get(PAGE).text, "it is this one"
