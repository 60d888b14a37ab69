"""Calls of Slack's methods and of `response_url`s: one address, no redirects, bounded answers, ten seconds in all."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from app.domain import retry_after
from app.domain.slack import verdicts
from app.domain.slack.verdicts import Verdict
from app.errors import Problem
from app.integrations.outbound import AddressRefused, Outbound, Unreachable

API_URL: Final = "https://slack.com/api/"
JSON = "application/json; charset=utf-8"
LARGEST = 1024 * 1024
"""Bytes of an answer: the largest is a profile."""
LONGEST_REST = timedelta(hours=1)
IN_FORMS = frozenset({"auth.test", "users.info", "users.lookupByEmail"})
"""Methods that take no JSON (docs.slack.dev, each method's content types)."""


class SlackUnreachable(Problem):
    """No answer. `was_sent` is set where the call may have been done all the same: only a cancellation is repeated."""

    status = 502
    title = "Slack doesn’t answer"

    def __init__(self, detail: str, *, was_sent: bool) -> None:
        super().__init__(detail)
        self.was_sent = was_sent


@dataclass(frozen=True, slots=True)
class Reply:
    """Slack's answer to a call: the verdict on it, what it says, and the scopes of the token."""

    verdict: Verdict
    document: Mapping[str, Any] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()


class SlackClient:
    """A client of one Slack: the real one, or whatever an operator put in its place.

    An address of the operator's own may be in a private network, and without TLS; Slack's own never is.
    """

    def __init__(self, api_url: str = API_URL, *, timeout: float = 10.0) -> None:
        self._api_url = api_url if api_url.endswith("/") else f"{api_url}/"
        self._outbound = Outbound(allow_private=self._api_url != API_URL, timeout=timeout, largest=LARGEST)

    def call(self, method: str, token: str, arguments: Mapping[str, Any], now: datetime) -> Reply:
        """Call a method with a token. Raises SlackUnreachable."""
        if method in IN_FORMS:
            kind, content = "application/x-www-form-urlencoded", urlencode(arguments).encode()
        else:
            kind, content = JSON, json.dumps(arguments).encode()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        return self._send(self._api_url + method, headers, content, now)

    def respond(self, response_url: str, message: Mapping[str, Any], now: datetime) -> Reply:
        """Answer where a command or a press said to. Raises AddressRefused for an address that isn't Slack's."""
        if not self.is_response_url(response_url):
            raise AddressRefused("A response goes to Slack alone.")
        return self._send(response_url, {"Content-Type": JSON}, json.dumps(message).encode(), now, is_plain=True)

    def is_response_url(self, url: str) -> bool:
        """Tell whether an address is one that Slack takes answers at: its `hooks.` over https, or its own origin."""
        try:
            here, there = urlsplit(self._api_url), urlsplit(url)
            is_own = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
            is_hooks = (there.scheme, there.hostname, there.port) == ("https", f"hooks.{here.hostname}", None)
        except ValueError:
            return False
        return (is_own or is_hooks) and "@" not in there.netloc

    def _send(
        self, url: str, headers: Mapping[str, str], content: bytes, now: datetime, *, is_plain: bool = False
    ) -> Reply:
        try:
            answer = self._outbound.send("POST", url, headers=headers, content=content)
        except AddressRefused as problem:
            raise SlackUnreachable(problem.detail, was_sent=False) from problem
        except Unreachable as problem:
            raise SlackUnreachable(problem.detail, was_sent=problem.was_sent) from problem
        document = _read(answer.body)
        if document is None and is_plain and answer.status == 200:
            document = {"ok": True}  # a response_url says “ok”, in plain text
        wait = retry_after.read(answer.headers.get("retry-after", ""), now, LONGEST_REST)
        seconds = None if wait is None else wait.total_seconds()
        scopes = tuple(each.strip() for each in answer.headers.get("x-oauth-scopes", "").split(",") if each.strip())
        return Reply(verdicts.judge(answer.status, document, seconds), document or {}, scopes)


def _read(body: bytes) -> dict[str, Any] | None:
    """The JSON object that Slack says; None for anything else, also too deep or with numbers too long."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
