"""Completion: people check in and complete their shift, and the ledger learns of it."""

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.draft import SHIFTS_SOURCE, Draft, PersonId, Reading
from app.domain.rules import ATTENDANCE, SHIFT
from app.domain.shifts import seats as lives
from app.models import Seat, ShiftCredit
from app.services.ledger import recording
from app.services.rules import rule_sets
from app.services.shifts import refusals, shifts
from app.services.shifts.locked_shift import LockedShift, check_is_own, facts_of, find_seat, lock_team


def check_in(session: Session, slug: str, shift_id: str, seat_id: str, act: Act, *, reason: str | None = None) -> Seat:
    """Check in to a seat; a repeat changes nothing. Raises WeekUnknown, NotFound, NotAllowed or ShiftRefused."""
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    seat = find_seat(session, locked.shift, seat_id)
    check_is_own(act, seat.person_id)
    verdict = lives.check_in(
        facts_of(seat), shifts.facts(locked.shift, locked.week), act.now, organizes=locked.reason is not None
    )
    if verdict.refusal:
        raise refusals.problem(verdict.refusal)
    if verdict.to:
        seat.checked_in_at = act.now
        locked.change(seat, verdict.to)
    return seat


def complete(session: Session, slug: str, shift_id: str, seat_id: str, act: Act, *, reason: str | None = None) -> Seat:
    """Complete a seat and credit it; a repeat changes nothing. Raises like `check_in`.

    The team's first completion of the slot is its shift, each further one an attendance; without a team each is a
    shift of its person.
    """
    locked = LockedShift.lock(session, slug, shift_id, act, reason, with_ledger=True)
    seat = find_seat(session, locked.shift, seat_id)
    check_is_own(act, seat.person_id)
    verdict = lives.complete(
        facts_of(seat), shifts.facts(locked.shift, locked.week), locked.settings, act.now,
        organizes=locked.reason is not None, is_organizer=act.actor.may("admin"),
    )  # fmt: skip
    if verdict.refusal:
        raise refusals.problem(verdict.refusal)
    if verdict.to:
        locked.change(seat, verdict.to)
        _credit(locked, seat)
    return seat


def _credit(locked: LockedShift, seat: Seat) -> None:
    """Record what a seat just completed is to its team, at the scheduled start of its shift."""
    team_id = locked.team_of(seat.person_id)
    if team_id is not None:
        lock_team(locked.session, team_id)
    is_credited = team_id is not None and locked.session.get(ShiftCredit, (locked.shift.id, team_id)) is not None
    if team_id is not None and not is_credited:
        locked.session.add(ShiftCredit(shift_id=locked.shift.id, team_id=team_id, seat_id=seat.id))
    _record(locked, seat, ATTENDANCE if is_credited else SHIFT)


def _record(locked: LockedShift, seat: Seat, kind: str) -> None:
    """Record an entry of our own: no admission, as its kind need not be one of the rules."""
    person, external_id = PersonId(seat.person_id), f"{locked.shift.id}/{seat.id}"
    draft = Draft(kind, person, locked.shift.starts_at, SHIFTS_SOURCE, external_id)
    rules = rule_sets.rules_of(locked.session, locked.week)
    admission = recording.admission_of(locked.session, locked.week, rules, [Reading.of(draft)], locked.act.now)
    recording.record(locked.session, admission, [admission.row(draft, locked.act.actor.name)])
