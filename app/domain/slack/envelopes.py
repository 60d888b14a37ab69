"""Envelopes: what Slack says over a socket (Socket Mode), each call as the bytes it would send over HTTP."""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlencode, urlsplit

LARGEST: Final = 1024 * 1024
"""Bytes of a message, as of a call over HTTP."""
LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Message:
    """A message over a socket: that it is open, that it will close, a call, or nothing we know.

    Of a call there are the envelope's id, which is acknowledged, its `body`, and whether an answer may go with that.
    """

    kind: Literal["hello", "disconnect", "call", "other"]
    envelope_id: str = ""
    body: bytes = b""
    takes_answer: bool = False


def read(text: str | bytes) -> Message:
    """Read a message; any field may be missing or of another type."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return Message("other")
    type_, payload, envelope_id = said.get("type"), said.get("payload"), said.get("envelope_id")
    if type_ == "hello":
        return Message("hello")
    if type_ == "disconnect":
        return Message("disconnect")
    if not isinstance(envelope_id, str) or not 0 < len(envelope_id) <= LONGEST_ID or not isinstance(payload, dict):
        return Message("other")
    return Message("call", envelope_id, _body(type_, payload), said.get("accepts_response_payload") is True)


def _body(type_: Any, payload: dict[str, Any]) -> bytes:
    """A call as its body over HTTP: a form for commands and what is pressed, JSON for events."""
    if type_ == "slash_commands":
        fields = {name: value for name, value in payload.items() if isinstance(value, str)}
        return urlencode(fields, errors="replace").encode()
    text = json.dumps(payload)
    return urlencode({"payload": text}).encode() if type_ == "interactive" else text.encode()


def acknowledged(envelope_id: str, answer: bytes) -> str:
    """The acknowledgement of a call, with what is shown to who made it, where there is something."""
    said: dict[str, Any] = {"envelope_id": envelope_id}
    if answer:
        said["payload"] = json.loads(answer)
    return json.dumps(said)


def is_address(url: str, api_url: str) -> bool:
    """Tell whether a socket may be opened there: at the API's host or under it, in the clear only if the API is."""
    try:
        here, there = urlsplit(api_url), urlsplit(url)
        is_sound = bool(there.hostname) and there.port != 0 and "@" not in there.netloc
    except ValueError:
        return False
    schemes = {"wss", "ws"} if here.scheme == "http" else {"wss"}
    host, own = there.hostname or "", here.hostname or ""
    is_own = host == own or host.endswith(f".{own}")
    return is_sound and there.scheme in schemes and is_own and url.isascii() and url.isprintable()
