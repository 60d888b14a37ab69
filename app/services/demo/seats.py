"""Seats of the demo: its shifts are made, and the people of its rota take seats, come and hand them on."""

from contextlib import suppress
from datetime import datetime

from sqlmodel import Session, col, select

from app.domain import actor
from app.domain.actor import Act
from app.domain.calendar.slots import ASSEMBLY_WEEK
from app.domain.memberships import current_team
from app.domain.shifts.model import LIVE
from app.errors import NotFound, Problem
from app.models import Person, Seat, Shift, Week
from app.services.demo.cast import CAST, ENDS, SLUG, STARTS
from app.services.demo.rota import SEATS, RotaEntry, Settle, sign_ups
from app.services.shifts import completion, covers, seats, settling, shifts, waiting
from app.services.shifts.shifts import ShiftFields
from app.services.teams import teams
from app.services.weeks import weeks


def prepare(session: Session, act: Act) -> None:
    """Make the shifts of the open week, and have the cast sign up for theirs."""
    shifts.generate(session, SLUG, ASSEMBLY_WEEK, STARTS, ENDS, ShiftFields(seats=SEATS), act)
    for at, entry in sign_ups():
        _do(session, entry, at)


def play(session: Session, what: RotaEntry | Settle, at: datetime) -> None:
    """Do what the rota says; a visitor may have made it impossible, by cancelling that shift, say."""
    match what:
        case Settle():
            settling.settle_due(session, weeks.lock(session, SLUG, at), at)
        case RotaEntry():
            with suppress(Problem):
                _do(session, what, at)


def _do(session: Session, entry: RotaEntry, at: datetime) -> None:
    week = weeks.find(session, SLUG, at)
    person = session.exec(select(Person).where(Person.email == CAST[entry.who].email)).one()
    shift = session.exec(select(Shift).where(Shift.week_id == week.id, Shift.starts_at == entry.starts)).one()
    act = Act(actor.person(person.name, person.id, "player"), at)
    match entry.what:
        case "sign up":
            seats.sign_up(session, SLUG, shift.id, person.id, act)
        case "sign up team":
            seats.sign_up_team(session, SLUG, shift.id, _team_of(session, week, person), act)
        case "check in":
            completion.check_in(session, SLUG, shift.id, _seat_of(session, shift, entry.who), act)
        case "offer to team":
            covers.offer(session, SLUG, shift.id, _seat_of(session, shift, entry.who), "team", act)
        case "take over":
            covers.accept(session, SLUG, shift.id, _seat_of(session, shift, entry.giver), person.id, act)
        case "wait":
            waiting.join(session, SLUG, shift.id, person.id, act)


def _team_of(session: Session, week: Week, person: Person) -> str:
    return current_team(teams.joins(session, week, [person.id])[person.id]) or ""


def _seat_of(session: Session, shift: Shift, who: str) -> str:
    query = (
        select(Seat.id)
        .join(Person, col(Person.id) == Seat.person_id)
        .where(Seat.shift_id == shift.id, Person.email == CAST[who].email, col(Seat.state).in_(LIVE))
    )
    seat_id = session.exec(query).first()
    if seat_id is None:
        raise NotFound(f"{CAST[who].name} has no seat of that shift any more.")
    return seat_id
