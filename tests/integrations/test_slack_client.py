"""Calls of Slack: its answers become verdicts, and whatever it does, a call ends in time and goes nowhere else."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.slack.verdicts import FINAL, Verdict
from app.integrations.outbound import AddressRefused
from app.integrations.slack.client import API_URL, SlackClient, SlackUnreachable
from tests.builders import NOW
from tests.slack.running import StandIn, running
from tests.slack.workspace import BOT_TOKEN, TEAM

BLOCKS = [{"type": "section", "text": {"type": "plain_text", "text": "Ana", "emoji": False}}]
MESSAGE: dict[str, Any] = {
    "channel": "C1", "text": "Ana", "blocks": BLOCKS, "unfurl_links": False, "unfurl_media": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def program() -> Iterator[StandIn]:
    with running() as stand_in:
        stand_in.order("channel", id="C1")
        stand_in.order("channel", id="C2", error="is_archived")
        stand_in.order("user", id="U1", email="ada@example.com")
        yield stand_in


@pytest.fixture
def slack(program: StandIn) -> StandIn:
    program.order("calm")
    return program


def call(slack: StandIn, method: str, token: str = BOT_TOKEN, timeout: float = 10.0, **arguments: Any) -> Verdict:
    return SlackClient(slack.api_url, timeout=timeout).call(method, token, arguments, NOW).verdict


def test_call_returns_what_slack_says_and_the_scopes_of_the_token(slack: StandIn) -> None:
    reply = SlackClient(slack.api_url).call("auth.test", BOT_TOKEN, {}, NOW)

    assert (reply.verdict, reply.document["team_id"]) == (Verdict("done"), TEAM)
    assert reply.scopes == ("commands", "chat:write", "users:read", "users:read.email")


def test_call_sends_every_method_as_slack_takes_it(slack: StandIn) -> None:
    view = {"type": "home", "blocks": BLOCKS}
    post = SlackClient(slack.api_url).call("chat.postMessage", BOT_TOKEN, MESSAGE, NOW)
    update = {"channel": "C1", "ts": post.document["ts"], "text": "Bo & Ana", "blocks": BLOCKS, "parse": "none"}

    verdicts = [
        post.verdict, call(slack, "chat.update", **update), call(slack, "users.info", user="U1"),
        call(slack, "users.lookupByEmail", email="ADA@example.com"),
        call(slack, "views.publish", user_id="U1", view=view),
    ]  # fmt: skip

    assert verdicts == [Verdict("done")] * 5
    [message] = [each for each in slack.order("messages") if each["ts"] == post.document["ts"]]
    assert (message["text"], message["updates"]) == ("Bo & Ana", 1)


@pytest.mark.parametrize(
    ("method", "arguments", "error", "scope"),
    [
        ("chat.postMessage", MESSAGE | {"channel": "C2"}, "is_archived", "channel"),
        ("chat.postMessage", MESSAGE | {"channel": "C9"}, "channel_not_found", "channel"),
        ("chat.postMessage", MESSAGE | {"channel": "U9"}, "user_not_found", "person"),
        ("chat.postMessage", MESSAGE | {"blocks": [{"type": "section"}] * 51}, "invalid_blocks", "blocks"),
        ("chat.postMessage", MESSAGE | {"text": "<!here> hello"}, "invalid_arguments", "request"),
        ("chat.update", {"channel": "C1", "ts": "1.0", "text": "x", "parse": "none"}, "message_not_found", "message"),
        ("chat.delete", {"channel": "C1", "ts": "1.0"}, "unknown_method", "request"),
    ],
)
def test_call_tells_what_a_refusal_ends(
    slack: StandIn, method: str, arguments: dict[str, Any], error: str, scope: Any
) -> None:
    assert call(slack, method, **arguments) == Verdict("refused", error, scope)


@pytest.mark.parametrize("error", FINAL)
def test_call_knows_every_error_of_the_table(slack: StandIn, error: str) -> None:
    slack.order("trouble", error=error)

    assert call(slack, "chat.postMessage", **MESSAGE) == Verdict("refused", error, FINAL[error])


@pytest.mark.parametrize(
    ("trouble", "verdict"),
    [
        ({"retry_after": 7}, Verdict("rests", "ratelimited", seconds=7.0)),
        ({"retry_after": 10**9}, Verdict("rests", "ratelimited", seconds=3_600.0)),
        ({"retry_after": "soon"}, Verdict("rests", "ratelimited", seconds=30.0)),
        ({"status": 503}, Verdict("again", "status 503")),
        ({"error": "internal_error"}, Verdict("again", "internal_error")),
        ({"garbage": True}, Verdict("again", "status 200")),
        ({"redirect": "http://127.0.0.1:1/elsewhere"}, Verdict("refused", "status 302")),
    ],
)
def test_call_tells_a_rest_from_trouble_and_follows_no_redirect(
    slack: StandIn, trouble: dict[str, Any], verdict: Verdict
) -> None:
    slack.order("trouble", **trouble)

    assert call(slack, "auth.test") == verdict


@pytest.mark.parametrize("trouble", [{"delay": 3}, {"cut": True}, {"flood": True}], ids=lambda each: next(iter(each)))
def test_call_that_has_no_answer_ends_in_time_and_may_have_been_done(slack: StandIn, trouble: dict[str, Any]) -> None:
    slack.order("trouble", **trouble)
    begun = time.monotonic()

    with pytest.raises(SlackUnreachable) as refused:
        call(slack, "chat.postMessage", timeout=0.5, **MESSAGE)

    assert refused.value.was_sent
    assert time.monotonic() - begun < 2


def test_call_of_a_slack_that_died_was_never_sent() -> None:
    with running() as stand_in:
        stand_in.order("trouble", die=True)
        outcomes = []
        for _ in range(2):
            with pytest.raises(SlackUnreachable) as refused:
                call(stand_in, "auth.test")
            outcomes.append(refused.value.was_sent)
            stand_in.process.wait(timeout=10)

    assert outcomes == [True, False]


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://hooks.slack.com/commands/T1/2/3", True),
        ("https://slack.com/x", True),
        ("http://hooks.slack.com/x", False),
        ("https://hooks.slack.com:444/x", False),
        ("https://hooks.slack.com@evil.example/x", False),
        ("https://me@hooks.slack.com/x", False),
        ("https://hooks.slack.com.evil.example/x", False),
        ("https://hooks.slack.com:x/x", False),
    ],
)
def test_respond_goes_to_slack_alone(url: str, is_one: bool) -> None:
    client = SlackClient(API_URL)

    assert client.is_response_url(url) is is_one
    if not is_one:
        with pytest.raises(AddressRefused):
            client.respond(url, {"text": "x"}, NOW)


def test_respond_is_taken_at_slacks_own_origin(slack: StandIn) -> None:
    reply = SlackClient(slack.api_url).respond(f"{slack.origin}/commands/T1/2", {"text": "Done."}, NOW)

    assert reply.verdict == Verdict("done")
    assert slack.order("responses") == [{"text": "Done."}]
