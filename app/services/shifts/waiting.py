"""Waiting lists: people wait for a seat of a full shift, and a freed one goes to the first who can take it."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.shifts import waiting as lists
from app.domain.shifts.limits import LIFTED_BEFORE
from app.domain.shifts.sign_up import Claim, sign_up_refusal
from app.errors import NotFound
from app.models import Person, Seat, WaitingEntry
from app.services import slack_messages, topics
from app.services.audit import audit
from app.services.shifts import refusals, seat_queries, shifts, telling, timetable
from app.services.shifts.locked_shift import (
    LockedShift,
    check_active,
    check_is_own,
)


class Waiting(NamedTuple):
    """A person's place on a waiting list, from 1 on, and whether they had it before."""

    entry: WaitingEntry
    position: int
    repeated: bool


def join(session: Session, slug: str, shift_id: str, person_id: str, act: Act, *, reason: str | None = None) -> Waiting:
    """Put a person on the waiting list of a shift; a repeat answers with the place they have.

    Organizers with a `reason` act outside players' rules. Raises WeekUnknown, NotFound, NotAllowed or ShiftRefused.
    """
    check_is_own(act, person_id)
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    hold(locked, [person_id])
    entry = _last_entry(locked, person_id)
    if entry is not None and entry.state == "waiting" and locked.week.state == "open":
        return Waiting(entry, _position(locked, entry), repeated=True)
    check_active(session, person_id)
    _check(locked, person_id)
    entry = WaitingEntry(shift_id=locked.shift.id, person_id=person_id, joined_at=act.now)
    session.add(entry)
    session.flush()
    plan(locked)
    topics.bump(session, locked.week, "shifts")
    return Waiting(entry, _position(locked, entry), repeated=False)


def leave_list(
    session: Session, slug: str, shift_id: str, person_id: str, act: Act, *, reason: str | None = None
) -> WaitingEntry:
    """Take a person off the waiting list of a shift; a repeat changes nothing. Raises like `join`."""
    check_is_own(act, person_id)
    locked = LockedShift.lock(session, slug, shift_id, act, reason)
    entry = _last_entry(locked, person_id)
    if locked.week.state != "open":
        raise refusals.problem("week-not-open")
    if entry is None:
        who = "You are" if act.actor.person_id == person_id else "They are"
        raise NotFound(f"{who} not on the waiting list of this shift.")
    if entry.state == "waiting":
        _end(locked, [entry], "left")
        if act.actor.person_id != person_id:
            _tell_unlisted(locked, person_id, act)
    return entry


def _tell_unlisted(locked: LockedShift, person_id: str, act: Act) -> None:
    name = locked.session.get_one(Person, person_id).name
    noted = {"of": name, "reason": locked.reason}
    audit.note(locked.session, "waiting.ended", shifts.audit_target(locked.shift), act, after=noted)
    telling.unlisted(locked.teller, person_id, locked.reason)


def hold(locked: LockedShift, people: Sequence[str] = (), team_ids: Sequence[str] = ()) -> dict[str, str]:
    """Lock these people and all who wait, their teams and these before, each in one order; the teams by person.

    To be called before a seat changes that somebody who waits may get, or two transactions could wait for each other.
    Raises NotFound for who is not there.
    """
    everybody = sorted({*people, *seat_queries.waiting(locked.session, locked.shift)})
    teams = locked.teams_of(everybody) if everybody else {}
    if teams or team_ids:
        seat_queries.lock_teams(locked.session, [*teams.values(), *team_ids])
    if everybody:
        seat_queries.lock_people(locked.session, everybody)
    return teams


def freed(locked: LockedShift, people: Sequence[str] = ()) -> list[Seat]:
    """Hand on the free seats of a shift after `hold`: to who waits, or shortly before the start to whoever is quickest.

    `people` gave up theirs, so they may be able to take one they wait for elsewhere. The seats that were handed on.
    """
    look_elsewhere(locked, people)
    if lists.promotes(locked.facts, locked.act.now):
        return fill(locked)
    if locked.act.now < locked.shift.starts_at and locked.shift.taken < locked.shift.seats:
        tell_waiting(locked)
    return []


def fill(locked: LockedShift) -> list[Seat]:
    """Give free seats to those who wait, in order, as far as rules, overlaps and limits let them; after `hold`."""
    own, promoted, limited = locked.by_itself(), list[Seat](), dict[str | None, bool]()
    if locked.shift.taken >= locked.shift.seats or not lists.promotes(locked.facts, locked.act.now):
        return []
    people = seat_queries.waiting(locked.session, locked.shift)
    if not people:
        return []
    teams, busy = locked.teams_of(people), {person_id for person_id, _, _ in locked.overlapping(people)}
    out, unready = busy | seat_queries.deactivated(locked.session, people), locked.unready(people)
    for person_id in people:
        team_id = teams.get(person_id)
        if team_id not in limited:
            limited[team_id] = locked.is_limited(team_id)
        claim = Claim(
            has_team=team_id is not None, is_ready=person_id not in unready, overlaps=person_id in out,
            is_limited=limited[team_id],
        )  # fmt: skip
        if sign_up_refusal(locked.facts, claim, locked.settings, locked.act.now) is None:
            seat = Seat(shift_id=locked.shift.id, person_id=person_id, origin="waiting", signed_up_at=own.act.now)
            own.change(seat, "signed_up")
            own.end_waiting([person_id])
            promoted.append(seat)
            limited.clear()
    return promoted


def tell_waiting(locked: LockedShift) -> list[str]:
    """Tell all who wait that a seat is free to anybody; who they are, in their order."""
    people = seat_queries.waiting(locked.session, locked.shift)
    telling.seat_free(locked.teller, people)
    return people


def entries(locked: LockedShift) -> list[WaitingEntry]:
    """The entries of those who wait, the first first."""
    query = select(WaitingEntry).where(WaitingEntry.shift_id == locked.shift.id, WaitingEntry.state == "waiting")
    return list(locked.session.exec(query.order_by(col(WaitingEntry.id))))


def expire(locked: LockedShift) -> None:
    """End what is left of the waiting list of a shift that starts or is cancelled."""
    _end(locked.by_itself(), entries(locked), "expired")


def look_elsewhere(locked: LockedShift, people: Sequence[str]) -> None:
    """Have shifts settled which people wait for who may be able to take a free seat now.

    Those who gave up a seat; where limits hold, everybody. In transactions of their own: two shifts locked by one would
    have to be locked in an order that nobody knows beforehand.
    """
    timetable.plan_waited_for(locked.session, locked.act.now, None if locked.settings.has_limits else people)


def plan(locked: LockedShift) -> None:
    """Have free seats handed on when limits are lifted, if any hold, and when signing up opens."""
    opens_at = locked.settings.opens_at
    if locked.settings.has_limits:
        timetable.plan_also(locked.session, locked.week, locked.shift.id, locked.shift.starts_at - LIFTED_BEFORE)
    if opens_at is not None and opens_at > locked.act.now:
        timetable.plan_also(locked.session, locked.week, locked.shift.id, opens_at)


def _check(locked: LockedShift, person_id: str) -> None:
    """Raise why a person cannot wait; who has a seat there cannot have a second one."""
    claim = locked.claim([person_id], locked.teams_of([person_id]).get(person_id))
    seated = bool(locked.seated([person_id]))
    if seated:
        claim = Claim(has_team=claim.has_team, is_ready=claim.is_ready, overlaps=True)
    organizes = locked.reason is not None
    code = lists.join_refusal(locked.facts, claim, locked.settings, locked.act.now, organizes=organizes)
    if code == "overlap" and seated:
        who = "You have" if locked.act.actor.person_id in (person_id, None) else "They have"
        raise refusals.problem("overlap", f"{who} a seat of this shift. There’s nothing to wait for.")
    if code:
        raise locked.refusal(code, [person_id])


def _end(locked: LockedShift, ended: Sequence[WaitingEntry], state: str) -> None:
    for entry in ended:
        entry.state, entry.ended_at = state, locked.act.now
        locked.session.add(entry)
    if ended:
        locked.session.flush()
        slack_messages.shift_changed(locked.session, locked.shift.id, locked.act.now)
        topics.bump(locked.session, locked.week, "shifts")


def _last_entry(locked: LockedShift, person_id: str) -> WaitingEntry | None:
    query = select(WaitingEntry).where(WaitingEntry.shift_id == locked.shift.id, WaitingEntry.person_id == person_id)
    return locked.session.exec(query.order_by(col(WaitingEntry.id).desc()).limit(1)).first()


def _position(locked: LockedShift, entry: WaitingEntry) -> int:
    query = select(func.count()).select_from(WaitingEntry)
    ahead = WaitingEntry.shift_id == locked.shift.id, WaitingEntry.state == "waiting", WaitingEntry.id <= entry.id
    return locked.session.exec(query.where(*ahead)).one()
