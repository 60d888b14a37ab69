"""The demo's tools: they sign what they report and send it to `/hooks/…`, as the real ones do from outside."""

import http.client
import logging
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple

from app.domain.intake.reports import Work
from app.integrations.sources import registry
from app.integrations.sources.envelope import Envelope
from app.integrations.sources.example import Example

SECONDS = 10.0

logger = logging.getLogger(__name__)


class DemoAuthor(NamedTuple):
    """An author of the demo: their id at every tool, a login and an e-mail."""

    id: str
    login: str
    email: str


STRANGER = DemoAuthor("90210", "newcomer", "newcomer@elsewhere.example")
ROBOT = DemoAuthor("4711", "robot", "robot@example.com")
"""Nobody here knows the first; the second is a service account of every connection."""


def tells_no_email(kind: str) -> bool:
    """True if a tool tells who did something by an id alone, as its example does: somebody has to name them."""
    now = datetime(2022, 9, 14, tzinfo=UTC)
    example = Example(1, ROBOT.id, ROBOT.login, ROBOT.email, now, "1", now)
    sent = registry.SOURCES[kind].parse(registry.SOURCES[kind].example(example, "secret"))
    authors = [report.author for report in sent.reports if isinstance(report, Work)]
    return not any(author and author.email for author in authors)


class DemoTools:
    """Tools for whoever has none: `known` are authors who are known here, `keys` those in the addresses, by name."""

    def __init__(self, host: str, port: int, known: list[DemoAuthor], keys: Mapping[str, str]) -> None:
        self._host, self._port, self._known = host, port, known
        self._keys = dict(keys)
        self._last: dict[str, Example] = {}
        self._number = 0

    def learn(self, name: str, url_key: str) -> None:
        """Remember the key in the address of a connection that was just made or changed."""
        if url_key:
            self._keys[name] = url_key

    def send(self, name: str, kind: str, secret: str, outcome: str, done_at: datetime, sent_at: datetime) -> None:
        """Have a tool report work, in the background: `recorded`, `repeated`, `unmatched` or `ignored`."""
        example = self._example(name, outcome, done_at, sent_at)
        envelope = registry.SOURCES[kind].example(example, secret)
        key = self._keys.get(name)
        path = f"/hooks/{name}/{key}" if key else f"/hooks/{name}"
        threading.Thread(target=self._post, args=(path, envelope), daemon=True).start()

    def _example(self, name: str, outcome: str, done_at: datetime, sent_at: datetime) -> Example:
        """The work to report: anew, or that of the last time in another call."""
        delivery = secrets.token_hex(8)
        last = self._last.get(name)
        if outcome == "repeated" and last is not None:
            return Example(last.number, last.author_id, last.login, last.email, last.done_at, delivery, sent_at)
        self._number += 1
        author = {"unmatched": STRANGER, "ignored": ROBOT}.get(outcome) or secrets.choice(self._known)
        example = Example(70_000 + self._number, author.id, author.login, author.email, done_at, delivery, sent_at)
        if outcome == "recorded":
            self._last[name] = example
        return example

    def _post(self, path: str, envelope: Envelope) -> None:
        headers = {name.decode(): value.decode() for name, value in envelope.headers}
        connection = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS)
        with suppress(OSError, http.client.HTTPException):
            connection.request("POST", path, envelope.body, {"Content-Type": "application/json", **headers})
            status = connection.getresponse().status
            logger.info("the demo sent a delivery: %s", status)
        connection.close()
