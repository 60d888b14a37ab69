"""Slack's desk: a signed call is stored before it is answered with what Slack shows, within the time it waits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Act
from app.domain.slack import calls, commands, writing
from app.domain.slack.calls import Call, CallUnreadable
from app.errors import Problem
from app.integrations.sources import registry
from app.services.intake import processing
from app.services.intake.connections import Recipient
from app.services.intake.deliveries import Incoming
from app.services.slack import logs, meeting, people, workspaces
from app.services.slack.workspaces import BY_SLACK
from app.services.weeks import weeks
from app.web.delivery_queue import DeliveryQueue
from app.web.slack import sentences
from app.web.slack.looks import LOOKS, NEEDS_A_PERSON, Look

DELIVERY: Final = "Assembly-Delivery"
"""The header with the id of a call's delivery: the body is what Slack shows."""
ANSWER_SECONDS = 1.5
"""Slack gives up after three; what takes longer goes on, and is answered with what is known."""

logger = logging.getLogger(__name__)


class SlackDesk:
    """Answers Slack's calls. Whatever is only looked at is stored as ignored, and without what it says."""

    def __init__(
        self, database: Database, clock: Clock, queue: DeliveryQueue, public_url: str, *, is_public: bool
    ) -> None:
        self._database, self._clock, self._queue = database, clock, queue
        self._public_url, self._is_public = public_url, is_public

    async def answer(self, recipient: Recipient, incoming: Incoming) -> Response:
        """Answer a call whose signature is valid. Raises Busy or Unavailable where it can't be stored."""
        try:
            call = calls.read(incoming.body)
        except CallUnreadable:
            return self._said(await self._queue.store(incoming))
        if call.kind == "check":
            return Response()
        if call.kind == "challenge":
            return JSONResponse({"challenge": call.challenge})
        is_ours = await self._database.reads.run(self._is_ours, recipient, call)
        if not is_ours:
            delivery_id = await self._queue.store(incoming.ignored("It comes from another workspace."))
            return self._said(delivery_id, [sentences.MEMBERS_ONLY] if call.kind == "command" else None)
        if call.kind == "command":
            return await self._command(recipient, incoming, call)
        if call.ends_bot and call.sent_at is not None:
            await self._database.writes.run(self._end_bot, recipient, call.sent_at)
        return self._said(await self._queue.store(incoming.ignored(f"Nothing to do: {call.type or call.kind}.")))

    def _is_ours(self, recipient: Recipient, call: Call) -> bool:
        """Tell whether a call comes from the connected workspace, as far as that is known, and from a member of it."""
        with self._database.reading() as session:
            workspace = workspaces.find(session, recipient.id)
        team = workspace.team_id if workspace else ""
        return not team or {call.team_id, call.user_team_id} <= {team, ""}

    def _end_bot(self, recipient: Recipient, at: datetime) -> None:
        with self._database.unit_of_work() as session:
            workspaces.revoked(session, recipient.id, at, Act(BY_SLACK, self._clock.real()), sentences.REMOVED)

    async def _command(self, recipient: Recipient, incoming: Incoming, call: Call) -> Response:
        command = commands.parse(call.text)
        if command.verb == "log" and command.kind:
            delivery_id = await self._queue.store(incoming)
            return self._said(
                delivery_id, await self._in_time(partial(self._log, recipient, delivery_id, call.user_id))
            )
        delivery_id = await self._queue.store(incoming.ignored(f"Answered: /assembly {command.verb}."))
        if command.verb == "log":
            return self._said(delivery_id, [sentences.USAGE])
        if command.verb in LOOKS:
            look = partial(self._look, recipient, call.user_id, command.verb)
            return self._said(delivery_id, await self._in_time(look))
        return self._said(delivery_id, sentences.help_lines(self._public_url))

    @staticmethod
    async def _in_time(work: Callable[[], Awaitable[list[str]]]) -> list[str]:
        """Say what some work says, or that it goes on. What fails is told as pages tell it."""
        task = asyncio.ensure_future(work())
        done, _ = await asyncio.wait([task], timeout=ANSWER_SECONDS)
        task.add_done_callback(_note)
        if not done:
            return [sentences.ONE_MOMENT]
        try:
            return task.result()
        except Problem as problem:
            return [problem.detail]

    async def _log(self, recipient: Recipient, delivery_id: str, user_id: str) -> list[str]:
        """Process a log now, unless another process does; what became of it."""
        await self._database.writes.run(self._process, delivery_id)
        outcome = await self._database.reads.run(self._outcome, delivery_id)
        is_looked_up = outcome.state == "unmatched" and await self._look_up(recipient, user_id)
        return [sentences.log_line(outcome, user_id, is_looked_up=is_looked_up)]

    def _process(self, delivery_id: str) -> None:
        with self._database.unit_of_work() as session:
            delivery = logs.claim(session, delivery_id)
            if delivery is not None:
                processing.process(session, delivery, registry.parse, self._clock.game())

    def _outcome(self, delivery_id: str) -> logs.LogOutcome:
        with self._database.reading() as session:
            return logs.outcome(session, delivery_id)

    async def _look_up(self, recipient: Recipient, user_id: str) -> bool:
        """Have somebody looked up at Slack, if that can be asked and wasn't today."""
        return await self._database.writes.run(self._plan, recipient, user_id)

    def _plan(self, recipient: Recipient, user_id: str) -> bool:
        with self._database.unit_of_work() as session:
            workspace = workspaces.find(session, recipient.id)
            can_ask = workspace is not None and workspace.token is not None
            return can_ask and meeting.plan(session, recipient.id, user_id, self._clock.real())

    async def _look(self, recipient: Recipient, user_id: str, verb: str) -> list[str]:
        lines = await self._database.reads.run(self._lines, recipient, user_id, verb, self._clock.game())
        if lines is not None:
            return lines
        is_looked_up = await self._look_up(recipient, user_id)
        return [sentences.LOOKING if is_looked_up else sentences.UNKNOWN.format(user=user_id)]

    def _lines(self, recipient: Recipient, user_id: str, verb: str, now: datetime) -> list[str] | None:
        """The lines that a verb asks for, as the public sees them; None for who isn't known and would have to be."""
        with self._database.reading() as session:
            person = people.find(session, recipient.source, user_id)
            if person is None and (verb in NEEDS_A_PERSON or not self._is_public):
                return None
            week = weeks.pick_current(weeks.every(session), now)
            if week is None:
                return [sentences.NO_WEEK]
            return LOOKS[verb](Look(session, week, person, now, self._public_url))

    @staticmethod
    def _said(delivery_id: str, lines: Sequence[str] | None = None) -> Response:
        headers = {DELIVERY: delivery_id}
        return Response(headers=headers) if lines is None else JSONResponse(writing.message(lines), headers=headers)


def _note(task: "asyncio.Future[Any]") -> None:
    """Note an unforeseen failure of work that nobody waits for any more."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, Problem):
        logger.error("a command of Slack failed", exc_info=error)
