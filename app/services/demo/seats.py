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
from app.services import guestbook
from app.services.demo.cast import CAST, ENDS, SLUG, STARTS
from app.services.demo.rota import BEGINS, SEATS, Remind, RotaEntry, Settle, Written, reminders, sign_ups
from app.services.shifts import completion, covers, readiness, seats, settling, shifts, waiting
from app.services.shifts.reminders import remind
from app.services.shifts.shifts import ShiftFields
from app.services.teams import teams
from app.services.weeks import weeks


def prepare(session: Session, act: Act) -> None:
    """Make the shifts of the open week, and have the cast tick their lists and sign up for theirs."""
    _tick_lists(session, act)
    shifts.generate(session, SLUG, ASSEMBLY_WEEK, STARTS, ENDS, ShiftFields(seats=SEATS), act)
    for at, entry in sign_ups():
        _do(session, entry, at)
    for at, reminder in reminders():
        if at < BEGINS:
            _remind(session, reminder, at)


def play(session: Session, what: RotaEntry | Written | Remind | Settle, at: datetime) -> None:
    """Do what the rota says; a visitor may have made it impossible, by cancelling that shift, say."""
    match what:
        case Remind():
            _remind(session, what, at)
        case Settle():
            settling.settle_due(session, weeks.lock(session, SLUG, at), at)
        case Written():
            with suppress(Problem):
                _write(session, what, at)
        case RotaEntry():
            with suppress(Problem):
                _do(session, what, at)


def _tick_lists(session: Session, act: Act) -> None:
    """Have every second of the cast finish the list for a first shift, and every fourth begin with it."""
    keys = [item.key for item in readiness.current(session).items]
    ids = dict(session.exec(select(Person.email, Person.id)).all())
    for number, player in enumerate(CAST.values()):
        done = (len(keys), 5, len(keys), 0)[number % 4]
        if done:
            readiness.tick(session, ids[player.email], keys[:done], act)


def _do(session: Session, entry: RotaEntry, at: datetime) -> None:
    week = weeks.find(session, SLUG, at)
    person, shift, act = _find(session, week, entry.who, entry.starts, at)
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


def _write(session: Session, written: Written, at: datetime) -> None:
    """Write in the guestbook; what worked is for everyone, and may be quoted."""
    week = weeks.find(session, SLUG, at)
    person, shift, act = _find(session, week, written.who, written.starts, at)
    is_public = bool(written.worked)
    guestbook.write(
        session, SLUG, person.id, written.worked, written.improve, act, shift_id=shift.id, is_public=is_public,
        may_quote=is_public,
    )  # fmt: skip


def _remind(session: Session, reminder: Remind, at: datetime) -> None:
    """Do at the game's time what a job of reminders does at the real one."""
    week = weeks.find(session, SLUG, at)
    starting = select(Shift.id).where(Shift.week_id == week.id, Shift.starts_at == reminder.starts)
    for shift_id in session.exec(starting.order_by(col(Shift.id))):
        remind(session, shift_id, reminder.kind, reminder.starts.isoformat(), at)


def _find(session: Session, week: Week, who: str, starts: datetime, at: datetime) -> tuple[Person, Shift, Act]:
    """Somebody of the cast, a shift by its start (a visitor's beside it comes later), and an act of theirs."""
    person = session.exec(select(Person).where(Person.email == CAST[who].email)).one()
    query = select(Shift).where(Shift.week_id == week.id, Shift.starts_at == starts)
    shift = session.exec(query.order_by(col(Shift.created_at))).first()
    if shift is None:
        raise NotFound("That shift starts at another time now.")
    return person, shift, Act(actor.person(person.name, person.id, "player"), at)


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
