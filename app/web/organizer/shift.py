"""`/organizer/weeks/{week}/shifts/{shift_id}`: one shift: its seats, their history, and all that organizers may do."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.domain.calendar.slots import slot
from app.domain.shifts import seats as lives
from app.domain.shifts.model import SeatState, ShiftFacts
from app.errors import Problem, ShiftRefused
from app.models import Shift, Team, Week
from app.services.people import people
from app.services.shifts import attention, editing, first_shifts, history, listing, shifts
from app.services.shifts.editing import ShiftChanges
from app.services.shifts.first_shifts import FirstShift
from app.services.shifts.history import Change, EndedSeat
from app.services.shifts.listing import ShiftItem, ShiftSeat
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
    "completed": "Completed for everyone who checked in.",
    "approved": "Approved the cover.",
    "declined": "Declined the cover. The seat is offered as before.",
    "offered": "Offered the seat. It stays its holder’s until someone takes it.",
    "withdrawn": "Withdrew the offer. The seat is its holder’s alone again.",
    "unlisted": "Taken off the waiting list.",
}
OF_SEAT = {
    "signed-up": "Signed up {}.",
    "had-it": "{} has a seat in this shift already.",
    "seat": "Changed the seat of {}. The history has your reason.",
    "checked-in": "Checked in {}.",
}
OF_TEAM = {"team": "Signed up {}.", "had-all": "{}: everyone has a seat in this shift already."}
ShiftPage = Page[SignedInAct]
MOST_PEOPLE = 500  # to choose from: a longer list nobody reads, and an email may be typed
STATES = {
    "checked_in": "Checked in", "completed": "Completed", "no_show": "Didn’t come",
    "cancelled": "Taken off the shift", "handed_over": "Handed over to someone else",
}  # fmt: skip


class Outcome(NamedTuple):
    """The sentence that says what was done to a shift, and the id of the seat or team that it names."""

    done: str
    of: str = ""


NOTHING_DONE = Outcome("")


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat with the form that changes it, and the states it may get now, in words; `first` if it is a first one."""

    id: str
    person: str
    state: str
    form: FormState[SeatForm]
    choices: list[tuple[str, str]]
    seat: ShiftSeat | None = None
    is_due: bool = False
    first: FirstShift | None = None


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
    request: Request, act: OrganizerAct, session: ReadSession, week: str, shift_id: str, done: str = "", of: str = ""
) -> Response:
    """One shift."""
    page = Page(request, act, session, flash=DONE.get(done, ""))
    return shift_page(page, slug=week, shift_id=shift_id, outcome=Outcome(done, of))


def shift_page(page: ShiftPage, *, slug: str, shift_id: str, outcome: Outcome = NOTHING_DONE) -> Response:
    """The page of one shift. Raises WeekUnknown or NotFound."""
    session, now = page.session, page.act.now
    week = weeks.find(session, slug, now)
    item = listing.of_shift(session, week, shift_id, weeks.view(week, page.act.actor))
    told = _told(page, week, item)
    page = replace(page, flash=page.flash or _flash(outcome, told))
    has_begun = now >= item.shift.starts_at or any(seat.state == "completed" for seat in item.seats)
    return page.render(
        "organizer/shifts/shift.html", slug=week.slug, told=told, shift=item.shift, edit=_edit_form(page, item.shift),
        cancel=page.form(ReasonForm, "cancel"), add=page.form(SignUpForm, "add"), has_begun=has_begun,
        approvals={seat.id: page.form(ApprovalForm, seat.id) for seat in item.seats if seat.offer},
        offers={seat.id: page.form(OfferForm, seat.id) for seat in item.seats},
        withdrawals={seat.id: page.form(ReasonForm, seat.id) for seat in item.seats if seat.offer},
        unlist=page.form(UnlistForm, "unlist"), known=people.known(session, MOST_PEOPLE),
    )  # fmt: skip


def _told(page: ShiftPage, week: Week, item: ShiftItem) -> ShiftInfo:
    """A shift with its seats, those first whose people are due and not here."""
    session, now = page.session, page.act.now
    names, facts = people.by_id(session, item.waiters), shifts.facts(item.shift, week)
    due = attention.due(item, now) if week.state == "open" else ()
    seats = sorted(item.seats, key=lambda seat: seat not in due)
    view, is_real = weeks.view(week, page.act.actor), week.rehearsal_of is None
    is_on = is_real and week.state == "open"
    first = {each.seat_id: each for each in first_shifts.of_shift(session, week, item, item.seats, view, now)}
    return ShiftInfo(
        week, zone_name(week), row_of(item, now),
        [replace(_seat_row(page, facts, seat, seat, is_due=seat in due), first=first.get(seat.id)) for seat in seats],
        [_seat_row(page, facts, seat) for seat in history.ended_seats(session, item.shift)],
        [(person_id, names[person_id].name) for person_id in item.waiters],
        history.changes(session, item.shift, MOST_CHANGES),
        teams.of_week(session, week),
        is_real and week.state != "closed",
        is_on and item.shift.cancelled_at is None and now < item.shift.ends_at,
        is_on and now >= item.shift.starts_at and any(seat.state == "checked_in" for seat in item.seats),
    )  # fmt: skip


def _flash(outcome: Outcome, told: ShiftInfo) -> str:
    """The sentence that names whose seat it was, as far as there is one."""
    if outcome.done in OF_TEAM:
        names = {team.id: team.name for team in told.teams}
    else:
        names = {seat.id: seat.person for seat in (*told.seats, *told.ended)}
    sentence = (OF_SEAT | OF_TEAM).get(outcome.done, "")
    return sentence.format(names[outcome.of]) if outcome.of in names else ""


def _seat_row(
    page: ShiftPage, facts: ShiftFacts, seat: ShiftSeat | EndedSeat, listed: ShiftSeat | None = None, *,
    is_due: bool = False,
) -> SeatRow:  # fmt: skip
    state: SeatState = seat.state  # type: ignore[assignment]  # the table has a check on it
    choices: list[tuple[str, str]] = [(to, STATES[to]) for to in lives.givable(state, facts, page.act.now)]
    form = page.form(SeatForm, seat.id, to="")
    return SeatRow(seat.id, seat.person, seat.state, form, choices, listed, is_due)


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
    change: Callable[[Session, Act], Outcome | Problem | None],
) -> Response:  # fmt: skip
    """Do one thing to a shift; where it is refused, its page says why and keeps what was typed.

    A refusal that is not raised leaves what was done besides.
    """

    def save(session: Session, act: Act) -> Done:
        outcome = change(session, act) or Outcome(done)
        if isinstance(outcome, Problem):
            return Done(refusal=outcome)
        of = {"of": outcome.of} if outcome.of else {}
        return Done("organizer_shift", outcome.done, {"week": slug, "shift_id": shift_id, **of})

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
