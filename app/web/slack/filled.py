"""Forms that were filled in: a log is recorded first, an offer made; mistakes stand at their fields."""

import asyncio
from functools import partial
from typing import NamedTuple

from starlette.responses import JSONResponse, Response

from app.domain.shifts.covers import OfferedTo
from app.domain.slack import forms
from app.domain.slack.calls import Call
from app.errors import NotFound, Problem
from app.models import Shift
from app.models.columns import is_id
from app.services.intake.connections import Recipient
from app.services.intake.deliveries import Incoming
from app.services.shifts import covers, listing
from app.services.slack import people, presses, sentences
from app.services.weeks import weeks
from app.web.slack.parts import ANSWER_SECONDS, DELIVERY, Desk, said
from app.web.slack.typed import TypedCommands

CLOSED = "Ask an organizer to name you first: type /assembly connect."


class Offer(NamedTuple):
    """An offer as its form says it: which shift, which sign-up, and to whom."""

    shift_id: str
    sign_up: str
    to: OfferedTo


class FilledForms:
    """Answers forms: with nothing, which closes them, or with sentences at their fields."""

    def __init__(self, desk: Desk, typed: TypedCommands) -> None:
        self._desk, self._typed = desk, typed

    async def answer(self, recipient: Recipient, incoming: Incoming, call: Call) -> Response:
        """Do what a form asks for."""
        if call.callback_id == forms.LOG:
            return await self._log(recipient, incoming, call)
        delivery_id = await self._desk.queue.store(incoming.ignored(f"Filled in: {call.callback_id or 'nothing'}."))
        if call.callback_id != forms.OFFER:
            return said(delivery_id)
        return _closes(delivery_id, await self._offer(recipient, call))

    async def _log(self, recipient: Recipient, incoming: Incoming, call: Call) -> Response:
        if errors := forms.log_errors(call.fields):
            return _closes(await self._desk.queue.store(incoming.ignored("Filled in: not yet whole.")), errors)
        delivery_id = await self._desk.queue.store(incoming)
        task = asyncio.ensure_future(self._typed.process(recipient, call, delivery_id))
        done, _ = await asyncio.wait([task], timeout=ANSWER_SECONDS)
        outcome = task.result() if done and task.exception() is None else None
        if outcome is None or outcome.state in {"recorded", "received", "unmatched"}:
            return said(delivery_id)
        return _closes(delivery_id, {"link" if call.fields.get("link") else "kind": sentences.log_line(outcome)})

    async def _offer(self, recipient: Recipient, call: Call) -> dict[str, str]:
        to = call.fields.get("to", "")
        if to not in forms.AUDIENCES:
            return {"to": forms.CHOOSE_WHOM}
        shift_id, _, sign_up = call.metadata.partition("/")
        offer = Offer(shift_id, sign_up, "team" if to == "team" else "everyone")
        try:
            await self._desk.database.writes.run(partial(self._make, recipient, call, offer))
        except Problem as problem:
            return {"to": problem.detail}
        return {}

    def _make(self, recipient: Recipient, call: Call, offer: Offer) -> None:
        desk = self._desk
        with desk.database.unit_of_work() as session:
            person = people.find(session, recipient.source, call.user_id)
            if person is None:
                raise NotFound(CLOSED)
            shift = session.get(Shift, offer.shift_id) if is_id(offer.shift_id) else None
            if shift is None:
                raise NotFound(presses.NO_SHIFT)
            seat_id = offer.sign_up or listing.seat_id_of(session, shift.id, person.id)
            if seat_id is None or not is_id(seat_id):
                raise NotFound(presses.NO_SEAT)
            slug = weeks.find_by_id(session, shift.week_id).slug
            act = people.act_of(person, desk.clock.game())
            covers.offer(session, slug, shift.id, seat_id, offer.to, act)


def _closes(delivery_id: str, errors: dict[str, str]) -> Response:
    """Close a form, or show it again with what is wrong."""
    if not errors:
        return said(delivery_id)
    return JSONResponse({"response_action": "errors", "errors": errors}, headers={DELIVERY: delivery_id})
