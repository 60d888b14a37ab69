"""The buttons of shifts: each does one thing with a seat and leads back to the page it was on."""

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.draft import PersonId
from app.domain.shifts.covers import OfferedTo
from app.errors import NotFound, OutsideWeek, Problem
from app.models import Shift, Team
from app.models.columns import is_id
from app.services.ledger import hand_logs, my_week
from app.services.rules import rule_sets
from app.services.shifts import completion, covers, listing, own_seats, refusals, seats, waiting
from app.services.weeks import weeks
from app.web.deps import MemberAct
from app.web.http.forms import FormInvalid, FormState
from app.web.me.log import at_its_field, by_hand
from app.web.routes import DatabaseRoute
from app.web.shifts.during import QuickLogForm
from app.web.shifts.page import list_page
from app.web.shifts.shift import OfferForm, shift_page
from app.web.submit import Done, submit

AT_SHIFT = "shift"
"""The value of `at=` that leads back to the shift's own page."""


router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

Told = str | Problem
"""The sentence of the page that tells what was done, or a refusal in spite of which what was done besides stays."""
Deed = Callable[[Session, SignedInAct, str, str], Told]
"""A button's deed with a shift, by its week's slug and its id."""


def _button(name: str) -> Callable[[Deed], Deed]:
    """Have a deed done by the button of this name: the last part of its path, and with `shift_` its route's name."""

    def answer(deed: Deed) -> Deed:
        @router.post(f"/weeks/{{week}}/shifts/{{shift_id}}/{name}", name=f"shift_{name.replace('-', '_')}")
        def press(request: Request, act: MemberAct, week: str, shift_id: str) -> Response:
            return _change(request, act, week, shift_id, lambda session, act: deed(session, act, week, shift_id))

        return deed

    return answer


def _change(
    request: Request,
    act: SignedInAct,
    week: str,
    shift_id: str,
    work: Callable[[Session, SignedInAct], Told],
    form: FormState[Any] | None = None,
) -> Response:
    """Do something with a shift, and see the page of the button again; `work` says which sentence tells it."""
    is_at_shift = request.query_params.get("at") == AT_SHIFT

    def change(session: Session, act: SignedInAct) -> Done:
        done = work(session, act)
        if isinstance(done, Problem):
            return Done(refusal=done)
        if is_at_shift:
            return Done("week_shift", done, {"week": week, "shift_id": shift_id})
        return Done("week_shifts", done, {"week": week, "shift": shift_id})

    page = partial(shift_page, week, shift_id) if is_at_shift else partial(list_page, week)
    return submit(request, act, change, page=page, form=form)


@_button("take")
def _take(session: Session, act: SignedInAct, week: str, shift_id: str) -> Told:
    """Take a seat for myself."""
    return seats.sign_up(session, week, shift_id, act.actor.person_id, act).refusal or "taken"


@_button("take-team")
def _take_team(session: Session, act: SignedInAct, week: str, shift_id: str) -> Told:
    """Take a seat for each of my team, or none; without a team I am all of it."""
    team = _own_team(session, act, week)
    if team is None:
        return _take(session, act, week, shift_id)
    return seats.sign_up_team(session, week, shift_id, team.id, act).refusal or "team"


@_button("undo-team")
def _undo_team(session: Session, act: SignedInAct, week: str, shift_id: str) -> str:
    """Leave all the seats that I have just taken for my team, or none."""
    team = _own_team(session, act, week)
    if team is None:
        found = weeks.find(session, week, act.now)
        listing.of_shift(session, found, shift_id, weeks.view(found, act.actor))
        raise refusals.problem("no-team", "You’re in no team now, so there’s nothing of it to undo.")
    seats.undo_team(session, week, shift_id, team.id, act)
    return "team-undone"


@_button("leave")
def _leave(session: Session, act: SignedInAct, week: str, shift_id: str) -> str:
    """Leave my seat."""
    seat = seats.leave(session, week, shift_id, _own_seat(session, shift_id, act), act)
    if session.get_one(Shift, seat.shift_id).cancelled_at is not None:
        raise refusals.problem("cancelled", "This shift was cancelled, so there’s nothing to leave.")
    return "left"


@_button("check-in")
def _check_in(session: Session, act: SignedInAct, week: str, shift_id: str) -> str:
    """Check in to my shift."""
    completion.check_in(session, week, shift_id, _own_seat(session, shift_id, act), act)
    return "checked-in"


@_button("complete")
def _complete(session: Session, act: SignedInAct, week: str, shift_id: str) -> str:
    """Complete my shift."""
    completion.complete(session, week, shift_id, _own_seat(session, shift_id, act), act)
    return "completed"


@_button("wait")
def _wait(session: Session, act: SignedInAct, week: str, shift_id: str) -> str:
    """Join the waiting list."""
    waiting.join(session, week, shift_id, act.actor.person_id, act)
    return "waiting"


@_button("stop-waiting")
def _stop_waiting(session: Session, act: SignedInAct, week: str, shift_id: str) -> str:
    """Leave the waiting list."""
    try:
        waiting.leave_list(session, week, shift_id, act.actor.person_id, act)
    except NotFound:
        found = weeks.find(session, week, act.now)
        listing.of_shift(session, found, shift_id, weeks.view(found, act.actor))
        raise NotFound("You aren’t on the waiting list of this shift.") from None
    return "not-waiting"


@_button("withdraw")
def _withdraw(session: Session, act: SignedInAct, week: str, shift_id: str) -> str:
    """Withdraw the offer of my seat."""
    covers.withdraw(session, week, shift_id, _own_seat(session, shift_id, act), act)
    return "withdrawn"


@_button("withdraw-request")
def _withdraw_request(session: Session, act: SignedInAct, week: str, shift_id: str) -> str:
    """Ask no longer to take over a seat of somebody else."""
    covers.withdraw_request(session, week, shift_id, act.actor.person_id, act)
    return "request-withdrawn"


@router.post("/weeks/{week}/shifts/{shift_id}/offer", name="shift_offer")
def offer(request: Request, act: MemberAct, week: str, shift_id: str, form: FormState[OfferForm]) -> Response:
    """Offer my seat to others."""

    def work(session: Session, act: SignedInAct) -> str:
        to: OfferedTo = form.data.to if form.data.to in ("everyone", "team") else PersonId(form.data.to)  # type: ignore[assignment]  # the form takes no other word
        covers.offer(session, week, shift_id, _own_seat(session, shift_id, act), to, act)
        return "offered"

    return _change(request, act, week, shift_id, work, form)


@router.post("/weeks/{week}/shifts/{shift_id}/seats/{sign_up_id}/cover", name="shift_cover")
def cover(request: Request, act: MemberAct, week: str, shift_id: str, sign_up_id: str) -> Response:
    """Take over a seat that is offered to me."""

    def work(session: Session, act: SignedInAct) -> str:
        accepted = covers.accept(session, week, shift_id, sign_up_id, act.actor.person_id, act)
        return "cover-asked" if accepted.is_pending else "covered"

    return _change(request, act, week, shift_id, work)


@router.post("/weeks/{week}/shifts/{shift_id}/log", name="shift_log")
def log(request: Request, act: MemberAct, week: str, shift_id: str, form: FormState[QuickLogForm]) -> Response:
    """Log an activity I did just now, during my shift."""
    page = partial(shift_page, week, shift_id)
    return submit(request, act, partial(_log, form, week, shift_id), form=form, page=page)


def _log(form: FormState[QuickLogForm], slug: str, shift_id: str, session: Session, act: SignedInAct) -> Done:
    data = form.data
    week = weeks.find(session, slug, act.now)
    if own_seats.seat_in(session, week, shift_id, act.actor.person_id) is None:
        raise NotFound("You have no seat in this shift.")
    if not is_id(data.id):
        raise FormInvalid({}, "This form can’t be read. Open the page again.")
    if data.kind not in rule_sets.rules_of(session, week).kind_by_name:
        raise FormInvalid({"kind": "Choose an activity."})
    link, note = data.url.strip(), data.note.replace("\r\n", "\n").strip()
    sent = sha256("\0".join((data.id, data.kind, link, note)).encode()).hexdigest()[:16]
    reading = by_hand(data.kind, act.now, sent, link, note, act)
    try:
        outcome = hand_logs.log(session, week.slug, reading, act)
    except OutsideWeek as problem:
        raise FormInvalid({"kind": problem.detail.replace("occurred_at is", "This is")}) from None
    except Problem as problem:
        raise at_its_field(problem) from None
    return Done("week_shift", "logged", {"week": week.slug, "shift_id": shift_id, "activity": outcome.id})


def _own_seat(session: Session, shift_id: str, act: SignedInAct) -> str:
    """The id of the actor's seat in a shift, the live one before those that ended. Raises NotFound without any."""
    seat_id = listing.seat_id_of(session, shift_id, act.actor.person_id)
    if seat_id is None:
        raise NotFound("You have no seat in this shift.")
    return seat_id


def _own_team(session: Session, act: SignedInAct, week: str) -> Team | None:
    """The actor's team in a week. Raises WeekUnknown."""
    return my_week.team_in(session, weeks.find(session, week, act.now), act.actor.person_id)
