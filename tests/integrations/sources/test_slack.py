"""Slack's calls: the vector it publishes, how old they may be, and commands as people type them."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

import pytest

from app.domain.intake.reports import Author, DeliveryUnreadable, Work
from app.domain.slack import calls
from app.integrations.sources import slack
from app.integrations.sources.envelope import Envelope, SignatureInvalid, SignedTooFarOff, hmac_hex
from tests.integrations.sources.samples import NOW, encoded
from tests.slack.running import signed

VECTOR_SECRET, VECTOR_TIME = "8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618
VECTOR_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
    b"channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
    b"response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&"
    b"trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
VECTOR = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
SECRET = "a-signing-secret"
LONG = "https://a.example/" + "x" * 200


def vector(stamp: str = str(VECTOR_TIME), signature: str = VECTOR, body: bytes = VECTOR_BODY) -> Envelope:
    return Envelope(encoded({"x-slack-request-timestamp": stamp, "x-slack-signature": signature}), body)


def command(text: str, **more: str) -> Envelope:
    body = urlencode({"command": "/assembly", "user_id": "U1", "trigger_id": "1.2.3", "text": text, **more}).encode()
    return Envelope(encoded(signed(SECRET, body, NOW)), body)


def test_the_vector_of_slack_is_valid_with_either_secret_for_five_minutes() -> None:
    now = datetime.fromtimestamp(VECTOR_TIME, UTC)

    for away in (timedelta(), timedelta(minutes=5), timedelta(minutes=-5)):
        assert slack.verify(vector(), ["another", VECTOR_SECRET], now + away) == now
    for away in (timedelta(seconds=301), timedelta(seconds=-301)):
        with pytest.raises(SignedTooFarOff):
            slack.verify(vector(), [VECTOR_SECRET], now + away)


@pytest.mark.parametrize(
    ("stamp", "signature", "body"),
    [
        (str(VECTOR_TIME), VECTOR, VECTOR_BODY + b" "),
        (str(VECTOR_TIME + 1), VECTOR, VECTOR_BODY),
        (str(VECTOR_TIME), VECTOR.upper(), VECTOR_BODY),
        (str(VECTOR_TIME), VECTOR[3:], VECTOR_BODY),
        (str(VECTOR_TIME), "v0=é", VECTOR_BODY),
        ("soon", VECTOR, VECTOR_BODY),
        ("9" * 400, VECTOR, VECTOR_BODY),
        ("", VECTOR, VECTOR_BODY),
    ],
)
def test_all_else_is_refused(stamp: str, signature: str, body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        slack.verify(vector(stamp, signature, body), [VECTOR_SECRET], datetime.fromtimestamp(VECTOR_TIME, UTC))


@pytest.mark.parametrize("stamp", ["-1", "1e9", "99999999999999999"])
def test_a_signed_time_that_is_none_is_refused(stamp: str) -> None:
    signature = hmac_hex(SECRET, f"v0:{stamp}:".encode(), b"")

    with pytest.raises(SignatureInvalid):
        slack.verify(vector(stamp, f"v0={signature}", b""), [SECRET], NOW)


@pytest.mark.parametrize(
    ("typed", "kind", "key", "link", "note"),
    [
        ("log issue <https://GitHub.com/a/b/issues/1#c2> Login &amp; more", "issue", None, "https://github.com/a/b/issues/1",
         "Login & more"),
        ("LOG Feature <https://acme.canny.io/p/1?a=1&amp;b=2|acme.canny.io>", "feature_request", None,
         "https://acme.canny.io/p/1?a=1&b=2", None),
        ("log card a new  card about refunds", "knowledge_card", "1.2.3", None, "a new card about refunds"),
        ("log issue " + LONG, "issue", f"sha256:{sha256(LONG.encode()).hexdigest()}", LONG, None),
    ],
)  # fmt: skip
def test_log_is_read_as_it_is_typed(typed: str, kind: str, key: str | None, link: str | None, note: str | None) -> None:
    [work] = slack.parse(command(typed)).reports

    assert work == Work(kind, key or link or "", NOW, Author(("U1",)), url=link, note=note)


@pytest.mark.parametrize("typed", ["", "board", "log", "log bug https://a.example", "logs issue", "<!here>"])
def test_what_is_no_log_is_ignored(typed: str) -> None:
    parsed = slack.parse(command(typed))

    assert (parsed.event_id, parsed.reports, bool(parsed.ignored)) == ("1.2.3", (), True)


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"{", b"[]", b"payload=[1]", b"payload=" + b"[" * 100_000, b"a=1&" * 200, b"text=log"]
)
def test_a_body_that_slack_never_sends_is_unreadable(body: bytes) -> None:
    with pytest.raises(DeliveryUnreadable):
        slack.parse(Envelope((), body))


@pytest.mark.parametrize("wrong", [None, 7, [], {}, "é", "\x00", True, "x" * 300])
def test_a_field_of_another_type_is_none(wrong: object) -> None:
    event = {"type": "event_callback", "team_id": wrong, "event_id": wrong, "event_time": "x", "event": wrong}
    pressed = {"type": "block_actions", "team": wrong, "user": {"id": wrong}, "trigger_id": wrong}

    assert calls.read(json.dumps(event).encode()).event_id == ""
    assert calls.read(urlencode({"payload": json.dumps(pressed)}).encode()).user_id == ""
