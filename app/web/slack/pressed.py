"""Presses of buttons: kept and answered at once, then done, once however often they come, and told where Slack says."""

import asyncio
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from app.domain.slack.calls import Call
from app.domain.slack.writing import ACTION
from app.errors import Problem, Unavailable
from app.services.intake.connections import Recipient
from app.services.intake.deliveries import Incoming
from app.services.slack import opening, pending, presses
from app.web.slack.parts import Desk, said

OPENS_A_PAGE: Final = "link"
"""The action of buttons with an address: Slack opens it, and wants to know that its call came."""
FORMS: Final = {"log": opening.LOG, "offer": opening.OFFER}
AGAIN = timedelta(seconds=10)
"""A press is done as soon as it is answered; where this server is killed meanwhile, by another one that comes then."""
AT_ONCE: Final = 4
"""Presses that are done at the same time; the others wait their turn here, and keep no request from writing."""


class PressedButtons:
    """Answers presses."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def answer(self, recipient: Recipient, incoming: Incoming, call: Call) -> Response:
        """Keep a press, which is done once that is answered; a copy does nothing."""
        desk, action = self._desk, call.action.removeprefix(ACTION)
        delivery_id = await desk.queue.store(incoming.ignored(f"Pressed: {action[:40] or 'nothing'}."))
        if action in FORMS:
            await desk.database.writes.run(self._open, recipient, call, FORMS[action])
        elif action and action != OPENS_A_PAGE:
            call_id = await desk.database.writes.run(self._keep, recipient, call, action)
            if call_id is not None:
                desk.afterwards(self._do(call_id, call.in_home))
        return said(delivery_id)

    def _open(self, recipient: Recipient, call: Call, form: str) -> None:
        desk = self._desk
        with desk.database.unit_of_work() as session:
            opening.plan(session, recipient.id, call, form, desk.clock.real(), metadata=call.value)

    def _keep(self, recipient: Recipient, call: Call, action: str) -> str | None:
        desk, now = self._desk, self._desk.clock.real()
        with desk.database.unit_of_work() as session:
            return pending.keep(session, recipient.id, call, action, call.value, now, at=now + AGAIN)

    async def _do(self, call_id: str, in_home: bool) -> None:
        """Do a press; what can't be done for now is done by the job that comes `AGAIN`."""
        database = self._desk.database
        async with self._turns:
            try:
                await database.writes.run(self._press, call_id, in_home)
            except Unavailable:
                return
            except Problem as problem:
                await database.writes.run(self._refuse, call_id, problem, in_home)

    def _press(self, call_id: str, in_home: bool) -> None:
        desk = self._desk
        with desk.database.unit_of_work() as session:
            presses.do(session, call_id, desk.clock.game(), desk.clock.real(), in_home=in_home)

    def _refuse(self, call_id: str, problem: Problem, in_home: bool) -> None:
        with self._desk.database.unit_of_work() as session:
            presses.refuse(session, call_id, problem, self._desk.clock.real(), in_home=in_home)
