"""The stand-in in a process of its own, and the orders that a test gives it."""

import hashlib
import hmac
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from tests.tls import NO_TLS


@dataclass(frozen=True, slots=True)
class StandIn:
    """A running stand-in; `api_url` is for ASSEMBLY_WEEK_SLACK_API_URL."""

    api_url: str
    process: "subprocess.Popen[str]"

    def order(self, verb: str, **given: Any) -> Any:
        """Give an order of `server.Slack`."""
        answer = httpx.post(f"{self.origin}/_/{verb}", json=given, verify=NO_TLS)
        answer.raise_for_status()
        return answer.json()["found"]

    def envelope(self, type_: str, payload: Any, **more: Any) -> Any:
        """Send a call over the newest socket; its acknowledgement, None where none came."""
        given = {"type_": type_, "payload": payload, **more}
        answer = httpx.post(f"{self.origin}/_/envelope", json=given, timeout=30, verify=NO_TLS)
        return answer.raise_for_status().json()["found"]

    @property
    def origin(self) -> str:
        """The address without a path."""
        return self.api_url.removesuffix("/api/")

    def calls(self, method: str) -> list[dict[str, Any]]:
        """The calls of a method, as they came."""
        return [each for each in self.order("calls") if each["method"] == method]


@contextmanager
def running() -> Iterator[StandIn]:
    """A stand-in in its own process."""
    folder = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.slack"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)  # noqa: S603 (our own words)
    try:
        assert process.stdout
        yield StandIn(process.stdout.readline().strip(), process)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def signed(secret: str, body: bytes, at: datetime, kind: str = "application/x-www-form-urlencoded") -> dict[str, str]:
    """The headers of a request from Slack."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"content-type": kind, "x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}
