"""`/organizer/weeks/{week}/shifts/{shift_id}`: one shift: its seats, their history, and all that organizers may do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.domain.calendar.slots import slot
from app.domain.shifts.seats import CORRECT_BEFORE
from app.errors import ShiftRefused
from app.models import Shift, Team, Week
from app.services.access import accounts
from app.services.people import people
from app.services.shifts import completion, correction, covers, editing, history, listing, refusals, seats
from app.services.shifts.editing import ShiftChanges
from app.services.shifts.history import Change, EndedSeat
from app.services.shifts.listing import ShiftSeat
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.forms import FormInvalid, FormState
from app.web.organizer.page import zone_name
from app.web.organizer.shift_forms import (
    ENDS_BEFORE,
    ApprovalForm,
    EditForm,
    OfferForm,
    ReasonForm,
    SeatForm,
    SignUpForm,
    UnlistForm,
)
from app.web.organizer.shifts import ShiftRow, row_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(
    include_in_schema=False, prefix="/organizer/weeks/{week}/shifts/{shift_id}", route_class=DatabaseRoute
)

MOST_CHANGES = 200
DONE = {
    "edited": "Saved the shift.",
    "signed-up": "Signed up.",
    "seat": "Changed the seat. The history has your reason.",
    "completed": "Completed for everyone who checked in.",
    "approved": "Approved the cover.",
    "declined": "Declined the cover. The seat is offered as before.",
    "offered": "Offered the seat. It stays its holder’s until somebody takes it.",
    "withdrawn": "Withdrew the offer. The seat is its holder’s alone again.",
    "unlisted": "Taken off the waiting list.",
}
NOBODY = "Nobody here has that email. Add them under People first."
ShiftPage = Page[SignedInAct]
STATES = {
    "checked_in": "Checked in", "completed": "Completed", "no_show": "Didn’t come",
    "cancelled": "Taken off the shift", "handed_over": "Handed over to somebody else",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat with the form that changes it, and the states it may get now, with their words."""

    id: str
    person: str
    state: str
    form: FormState[SeatForm]
    choices: list[tuple[str, str]]
    seat: ShiftSeat | None = None


@dataclass(frozen=True, slots=True)
class ShiftInfo:
    """The context of one shift's page."""

    week: Week
    zone: str
    row: ShiftRow
    seats: list[SeatRow]
    ended: list[SeatRow]
    waiters: list[tuple[str, str]]
    changes: list[Change]
    teams: list[Team]
    may_change: bool
    may_offer: bool
    may_complete: bool


@router.get("")
def organizer_shift(
    request: Request, act: OrganizerAct, session: ReadSession, week: str, shift_id: str, done: str = ""
) -> Response:
    """One shift."""
    return shift_page(Page(request, act, session, flash=DONE.get(done, "")), slug=week, shift_id=shift_id)


def shift_page(page: ShiftPage, *, slug: str, shift_id: str) -> Response:
    """The page of one shift. Raises WeekUnknown or NotFound."""
    session, now = page.session, page.act.now
    week = weeks.find(session, slug, now)
    item = listing.of_shift(session, week, shift_id, weeks.view(week, page.act.actor))
    names = people.by_id(session, item.waiters)
    row = row_of(item, now)
    told = ShiftInfo(
        week, zone_name(week), row,
        [_seat_row(page, item.shift, seat, seat) for seat in sorted(item.seats, key=row.is_due, reverse=True)],
        [_seat_row(page, item.shift, seat) for seat in history.ended_seats(session, item.shift)],
        [(person_id, names[person_id].name) for person_id in item.waiters],
        history.changes(session, item.shift, MOST_CHANGES),
        teams.of_week(session, week),
        week.state != "closed",
        week.state == "open" and item.shift.cancelled_at is None and now < item.shift.ends_at,
        week.state == "open" and now >= item.shift.starts_at and any(seat.state == "checked_in" for seat in item.seats),
    )  # fmt: skip
    return page.render(
        "organizer/shifts/shift.html", slug=week.slug, told=told, shift=item.shift, edit=_edit_form(page, item.shift),
        cancel=page.form(ReasonForm, "cancel"), add=page.form(SignUpForm, "add"),
        approvals={seat.id: page.form(ApprovalForm, seat.id) for seat in item.seats if seat.offer},
        offers={seat.id: page.form(OfferForm, seat.id) for seat in item.seats},
        withdrawals={seat.id: page.form(ReasonForm, seat.id) for seat in item.seats if seat.offer},
        unlist=page.form(UnlistForm, "unlist"),
    )  # fmt: skip


def _seat_row(page: ShiftPage, shift: Shift, seat: ShiftSeat | EndedSeat, listed: ShiftSeat | None = None) -> SeatRow:
    choices = [(to, STATES[to]) for to in _choices(seat.state, shift, page.act.now)]
    return SeatRow(seat.id, seat.person, seat.state, page.form(SeatForm, seat.id, to=""), choices, listed)


def _choices(state: str, shift: Shift, now: datetime) -> list[str]:
    """The states that a seat may be given at a moment."""
    is_cancelled, may_judge = shift.cancelled_at is not None, now >= shift.starts_at - CORRECT_BEFORE
    judged = ["completed", "no_show"] if may_judge else []
    match state:
        case "signed_up":
            return ["checked_in", *judged, "cancelled", "handed_over"]
        case "checked_in":
            return [*judged, "cancelled", "handed_over"]
        case "completed":
            return ["no_show", "cancelled"]
        case "no_show" | "cancelled":
            others = [to for to in ("completed", "no_show", "cancelled") if to != state]
            return [
                to for to in others if to == "cancelled" or (may_judge and not (is_cancelled and to == "completed"))
            ]
        case _:
            return []


def _edit_form(page: ShiftPage, shift: Shift) -> FormState[EditForm]:
    """The form of the shift; where somebody else changed it meanwhile, what was typed may be sent again."""
    form = page.form(
        EditForm, "edit", date=shift.local_date.isoformat(), start=shift.local_from,
        until=shift.local_until.replace("24:00", "00:00"), seats=str(shift.seats), needed=str(shift.needed),
        label=shift.label, place=shift.place, link=shift.link or "", version=str(shift.version),
    )  # fmt: skip
    is_stale = isinstance(page.problem, ShiftRefused) and page.problem.code == "stale"
    return form.having(version=str(shift.version)) if is_stale else form


def change_shift(
    request: Request, act: SignedInAct, slug: str, shift_id: str, done: str, form: FormState[Any] | None,
    change: Callable[[Session, Act], object],
) -> Response:  # fmt: skip
    """Do one thing to a shift; where it is refused, its page says why and keeps what was typed."""

    def save(session: Session, act: Act) -> Done:
        change(session, act)
        return Done("organizer_shift", done, {"week": slug, "shift_id": shift_id})

    return submit(request, act, save, form=form, page=partial(shift_page, slug=slug, shift_id=shift_id))


@router.post("", name="shift_edit")
def edit_shift(request: Request, act: OrganizerAct, week: str, shift_id: str, form: FormState[EditForm]) -> Response:
    """Change a shift; who is on it stays on it."""

    def change(session: Session, act: Act) -> None:
        found = weeks.find(session, week, act.now)
        shift = listing.of_shift(session, found, shift_id, weeks.view(found, act.actor)).shift
        changes = _changes(form.data, shift, found)
        editing.edit(session, found.slug, shift_id, changes, form.data.version, act, reason=form.data.reason or None)

    return change_shift(request, act, week, shift_id, "edited", form.keyed("edit"), change)


def _changes(data: EditForm, shift: Shift, week: Week) -> ShiftChanges:
    """The changes as services take them. Raises FormInvalid for times that no shift has, or without a reason."""
    fields = data.fields
    changes = (fields.seats, fields.needed, fields.label, fields.place, fields.link or "")
    span = slot(data.date, data.start, data.until, week.zone)
    is_same = (span.day, span.start, span.until) == _clock_of(shift)
    if is_same:
        return ShiftChanges(*changes)
    if data.until <= data.start:
        raise FormInvalid({"until": ENDS_BEFORE})
    if not data.reason:
        raise FormInvalid({"reason": "Say why its times change. Everyone on it is told."})
    return ShiftChanges(*changes, starts_at=span.starts_at, ends_at=span.ends_at)


def _clock_of(shift: Shift) -> tuple[Any, ...]:
    start, until = (60 * int(text[:2]) + int(text[3:]) for text in (shift.local_from, shift.local_until))
    return shift.local_date, start, until or 24 * 60


@router.post("/cancel", name="shift_cancel")
def cancel_shift(
    request: Request, act: OrganizerAct, week: str, shift_id: str, form: FormState[ReasonForm]
) -> Response:
    """Cancel a shift, for a reason that everyone on it is told."""

    def save(session: Session, act: Act) -> Done:
        editing.cancel(session, week, shift_id, act, reason=form.data.reason)
        return Done("organizer_shifts", "cancelled", {"week": week})

    page = partial(shift_page, slug=week, shift_id=shift_id)
    return submit(request, act, save, form=form.keyed("cancel"), page=page)


@router.post("/sign-ups", name="shift_sign_up")
def sign_up(request: Request, act: OrganizerAct, week: str, shift_id: str, form: FormState[SignUpForm]) -> Response:
    """Put somebody on a shift, or a whole team."""

    def change(session: Session, act: Act) -> None:
        data = form.data
        if bool(data.email.strip()) == bool(data.team):
            raise FormInvalid({"email": "Write an email or choose a team, one of both."})
        if data.team:
            seats.sign_up_team(session, week, shift_id, data.team, act, reason=data.reason)
        else:
            seats.sign_up(session, week, shift_id, person_of(session, data.email), act, reason=data.reason)

    return change_shift(request, act, week, shift_id, "signed-up", form.keyed("add"), change)


def person_of(session: Session, email: str) -> str:
    """The id of somebody by their email. Raises FormInvalid."""
    person = accounts.by_written_email(session, email)
    if person is None:
        raise FormInvalid({"email": NOBODY})
    return person.id


@router.post("/completion", name="seats_complete")
def complete_shift(request: Request, act: OrganizerAct, week: str, shift_id: str) -> Response:
    """Confirm that everyone who checked in was there."""

    def change(session: Session, act: Act) -> None:
        found = weeks.find(session, week, act.now)
        item = listing.of_shift(session, found, shift_id, weeks.view(found, act.actor))
        here = [seat.id for seat in item.seats if seat.state == "checked_in"]
        if not here:
            raise refusals.problem("not-checked-in", "Nobody on this shift is checked in. Look at its seats again.")
        for seat_id in here:
            completion.complete(session, found.slug, shift_id, seat_id, act)

    return change_shift(request, act, week, shift_id, "completed", None, change)


@router.post("/sign-ups/{sign_up_id}", name="seat_change")
def change_seat(
    request: Request, act: OrganizerAct, week: str, shift_id: str, sign_up_id: str, form: FormState[SeatForm]
) -> Response:
    """Give a seat another state, or hand it over, for a reason."""
    return change_shift(
        request, act, week, shift_id, "seat", form.keyed(sign_up_id),
        lambda session, act: _give(session, week, shift_id, sign_up_id, form.data, act),
    )  # fmt: skip


def _give(session: Session, slug: str, shift_id: str, seat_id: str, data: SeatForm, act: Act) -> object:
    """Give a seat what the form asks for: who is on the shift leaves it, who was is corrected."""
    where, reason = (session, slug, shift_id, seat_id), data.reason
    match data.to:
        case "checked_in":
            return completion.check_in(*where, act, reason=reason)
        case "handed_over":
            return covers.accept(*where, person_of(session, data.email), act, reason=reason)
        case "cancelled" if _holds(session, slug, shift_id, seat_id, act):
            return seats.leave(*where, act, reason=reason)
        case "completed" | "no_show" | "cancelled":
            return correction.correct(*where, data.to, act, reason=reason)


def _holds(session: Session, slug: str, shift_id: str, seat_id: str, act: Act) -> bool:
    """Tell whether a seat is one that its holder may still leave."""
    week = weeks.find(session, slug, act.now)
    item = listing.of_shift(session, week, shift_id, weeks.view(week, act.actor))
    return any(seat.id == seat_id and seat.state in ("signed_up", "checked_in") for seat in item.seats)
