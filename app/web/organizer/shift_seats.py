"""Seats on an organizer's page of a shift: put somebody on it, confirm who was there, say what became of a seat."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act
from app.errors import Problem
from app.services.access import accounts
from app.services.shifts import completion, giving, listing, refusals, seats
from app.services.weeks import weeks
from app.web.deps import OrganizerAct
from app.web.http.forms import FormInvalid, FormState
from app.web.organizer.shift import Outcome, change_shift
from app.web.organizer.shift_forms import SeatForm, SignUpForm
from app.web.routes import DatabaseRoute

router = APIRouter(
    include_in_schema=False, prefix="/organizer/weeks/{week}/shifts/{shift_id}", route_class=DatabaseRoute
)

NOBODY = "No person with that email. Add them under People first."
EMPTY = "Enter the email of who takes the seat."


@router.post("/sign-ups", name="shift_sign_up")
def sign_up(request: Request, act: OrganizerAct, week: str, shift_id: str, form: FormState[SignUpForm]) -> Response:
    """Put somebody on a shift, or a whole team."""

    def change(session: Session, act: Act) -> Outcome | Problem:
        data = form.data
        if bool(data.email.strip()) == bool(data.team):
            raise FormInvalid({"email": "Enter an email or choose a team, not both."})
        if data.team:
            team = seats.sign_up_team(session, week, shift_id, data.team, act, reason=data.reason)
            return team.refusal or Outcome("had-all" if team.repeated else "team", data.team)
        who = person_of(session, data.email)
        one = seats.sign_up(session, week, shift_id, who, act, reason=data.reason)
        return one.refusal or Outcome("had-it" if one.repeated else "signed-up", one.seat.id)

    return change_shift(request, act, week, shift_id, "signed-up", form.keyed("add"), change)


def person_of(session: Session, email: str) -> str:
    """The id of somebody by their email. Raises FormInvalid."""
    person = accounts.by_written_email(session, email)
    if person is None:
        raise FormInvalid({"email": NOBODY if email.strip() else EMPTY})
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

    def change(session: Session, act: Act) -> Outcome:
        data = form.data
        taker = person_of(session, data.email) if data.to == "handed_over" else ""
        giving.give(session, week, shift_id, sign_up_id, data.to, act, reason=data.reason, taker_id=taker)
        return Outcome("checked-in" if data.to == "checked_in" else "seat", sign_up_id)

    return change_shift(request, act, week, shift_id, "seat", form.keyed(sign_up_id), change)
