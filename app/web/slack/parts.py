"""Things that the parts of Slack's desk share: where they read and write, and how they answer in time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from app.bulkheads import begin_job
from app.clock import Clock
from app.db.database import Database
from app.domain.slack import writing
from app.domain.slack.calls import Call
from app.domain.slack.writing import Audience, Lines
from app.errors import Problem
from app.services.intake.connections import Recipient
from app.services.slack import homes, pending, sentences, strangers
from app.services.slack.homes import Opening
from app.services.slack.links import Asked
from app.services.slack.looks import Site
from app.web.delivery_queue import DeliveryQueue

DELIVERY: Final = "Assembly-Delivery"
"""The header with the id of a call's delivery: the body is what Slack shows."""
ANSWER_SECONDS = 1.5
"""Slack gives up after three; what takes longer goes on, and its answer follows."""
LATER = timedelta(seconds=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """The database, clock and queue of the desk, and the installation as people in Slack see it."""

    database: Database
    clock: Clock
    queue: DeliveryQueue
    site: Site

    def greet(self, recipient: Recipient, call: Call, now: datetime) -> Lines:
        """Tell a stranger how they become known."""
        with self.database.unit_of_work() as session:
            return strangers.greet(session, self.site, asked(recipient, call), now)

    def keep(self, recipient: Recipient, call: Call, action: str, value: str, now: datetime) -> str | None:
        """Have a call answered later at its `response_url`; None for a copy."""
        with self.database.unit_of_work() as session:
            return pending.keep(session, recipient.id, call, action, value, now, at=now + LATER)

    def show_home(self, recipient: Recipient, call: Call) -> None:
        """Have somebody's Home sent; for a copy of the call nothing more."""
        opening = Opening(recipient.id, call.user_id, call.event_id)
        with self.database.unit_of_work() as session:
            homes.opened(session, opening, self.clock.real())

    async def in_time(
        self, work: Awaitable[Lines], later: Callable[[], Awaitable[object]] | None = None,
        waits: str = sentences.ONE_MOMENT,
    ) -> Lines:  # fmt: skip
        """Say what some work says, or that it goes on; then its answer follows. What fails is told as pages tell it."""
        task = asyncio.ensure_future(work)
        done, _ = await asyncio.wait([task], timeout=ANSWER_SECONDS)
        task.add_done_callback(_note)
        if not done:
            if later is not None:
                asyncio.ensure_future(later()).add_done_callback(_note)
            return [waits]
        try:
            return task.result()
        except Problem as problem:
            return [problem.detail]

    def afterwards(self, work: Coroutine[Any, Any, None]) -> None:
        """Have some work done once the call is answered, for which nobody waits here."""
        task = asyncio.create_task(_as_job(work))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)
        task.add_done_callback(_note)


_under_way: set["asyncio.Task[None]"] = set()
"""The loop itself holds its tasks weakly."""


async def _as_job(work: Coroutine[Any, Any, None]) -> None:
    begin_job()
    await work


def asked(recipient: Recipient, call: Call) -> Asked:
    """Whoever calls, as somebody to be known."""
    return Asked(recipient.id, call.user_id, call.user_name, call.response_url)


def said(delivery_id: str, lines: Lines | None = None, audience: Audience = "ephemeral") -> Response:
    """The answer to a call, with the id of its delivery; without lines an empty one."""
    headers = {DELIVERY: delivery_id}
    if lines is None:
        return Response(headers=headers)
    return JSONResponse(writing.message(lines, audience), headers=headers)


def _note(task: "asyncio.Future[Any]") -> None:
    """Note an unforeseen failure of work that nobody waits for any more."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, Problem):
        logger.error("a call of Slack failed", exc_info=error)
