"""Sends webhooks: each endpoint has a lane of its own, so that one that is slow or dead keeps no other waiting."""

import asyncio
import logging
import random
import secrets
from collections.abc import Sequence
from functools import partial

from prometheus_client import Counter

from app import bulkheads
from app.bulkheads import Bulkhead
from app.clock import Clock
from app.db.database import Database
from app.domain.webhooks import retries
from app.domain.webhooks.retries import Verdict
from app.errors import Busy, Problem
from app.integrations.outbound import AddressRefused, Outbound, Unreachable
from app.services import webhook_news
from app.services.operations.secrets import SigningKey
from app.services.webhook_news import News
from app.services.webhooks import sending
from app.services.webhooks.endpoints import MAX_ENDPOINTS
from app.services.webhooks.sending import Try

LOOK_SECONDS = 1.0
"""Between looks for what has happened and for what is due; recording an activity wakes nobody."""
ANSWER_BYTES = 2_000
CROWDED = "More webhooks are under way than there can be."

logger = logging.getLogger(__name__)
tries = Counter("assembly_week_webhook_tries_total", "Tries to send a webhook message", ["outcome"])


def sender(database: Database, clock: Clock, key: SigningKey, networks: Sequence[str]) -> "Webhooks":
    """The sender of webhooks, which reads no more of an answer than it shows; `networks` are those of our own."""
    return Webhooks(database, clock, key, Outbound(networks=networks, largest=ANSWER_BYTES, cuts=True))


class Webhooks:
    """Turns what happened into messages and sends them; any number of processes may have one (ADR 22).

    A message is sent at least once: a process that dies between an answer and noting it leaves it to be sent again,
    under the same id.
    """

    def __init__(
        self, database: Database, clock: Clock, key: SigningKey, outbound: Outbound, *, look: float = LOOK_SECONDS
    ) -> None:
        self._database, self._clock, self._key, self._outbound, self._look = database, clock, key, outbound, look
        self._threads = Bulkhead("webhooks", threads=MAX_ENDPOINTS, seconds=5.0, sentence=CROWDED)
        self._name = secrets.token_hex(8)
        self._lanes: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Tell news and send what is due, until cancelled. Raises Unavailable while the database is away; run again."""
        try:
            while True:
                for week_id in await self._database.reads.run(self._with_news):
                    await self._tell(week_id)
                for endpoint_id in await self._database.reads.run(self._due):
                    self._start(endpoint_id)
                await asyncio.sleep(self._look)
        finally:
            for lane in self._lanes.values():
                lane.cancel()

    def _with_news(self) -> list[int]:
        with self._database.reading() as session:
            return webhook_news.due(session, self._clock.game())

    async def _tell(self, week_id: int) -> None:
        """Write a week's news as messages."""
        has_more = True
        while has_more:
            news = await self._database.reads.run(self._read, week_id)
            await self._database.writes.run(self._write, week_id, news)
            has_more = news.has_more

    def _read(self, week_id: int) -> News:
        with self._database.reading() as session:
            return webhook_news.read(session, week_id, self._clock.game())

    def _write(self, week_id: int, news: News) -> None:
        with self._database.unit_of_work() as session:
            webhook_news.write(session, week_id, news)

    def _due(self) -> list[str]:
        with self._database.reading() as session:
            return sending.due(session, self._clock.real())

    def _start(self, endpoint_id: str) -> None:
        if endpoint_id in self._lanes:
            return
        lane = asyncio.get_running_loop().create_task(self._send_all(endpoint_id))
        self._lanes[endpoint_id] = lane
        lane.add_done_callback(lambda _: self._lanes.pop(endpoint_id, None))

    async def _send_all(self, endpoint_id: str) -> None:
        """Send what is due to one endpoint, one message after the other."""
        bulkheads.begin_job()
        try:
            while made := await self._database.writes.run(self._take, endpoint_id):
                verdict = await self._send(made)
                tries.labels("sent" if verdict.is_sent else "failed").inc()
                await self._database.writes.run(self._settle, made, verdict)
        except Problem as problem:  # the database is away: leases run out, and the next look begins anew
            logger.warning("webhook %s: %s", endpoint_id, problem.detail)
        except Exception:
            logger.exception("webhook %s: sending stopped unforeseen", endpoint_id)

    def _take(self, endpoint_id: str) -> Try | None:
        with self._database.unit_of_work() as session:
            return sending.take(session, self._key, endpoint_id, self._name, self._clock.real())

    async def _send(self, made: Try) -> Verdict:
        if made.headers is None:
            return Verdict(is_sent=False, status=None, reason=sending.NO_SECRET)
        send = partial(self._outbound.send, "POST", made.url, headers=made.headers, content=made.body.encode())
        try:
            answer = await self._threads.run(send)
        except (AddressRefused, Unreachable, Busy) as problem:
            return Verdict(is_sent=False, status=None, reason=problem.detail)
        said = _printable(answer.body.decode(errors="replace"))
        return retries.judge(answer.status, answer.headers.get("retry-after", ""), said, self._clock.real())

    def _settle(self, made: Try, verdict: Verdict) -> None:
        chance = random.random()  # noqa: S311 (spreads retries; nobody gains by guessing it)
        with self._database.unit_of_work() as session:
            sending.settle(session, made, verdict, self._clock.real(), chance)


def _printable(text: str) -> str:
    """The beginning of an answer in one line, whatever it holds."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[: sending.MAX_ANSWER]
