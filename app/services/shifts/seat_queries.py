"""Questions about people and their seats. Those about one person are prepared: when sign-up opens, everybody asks."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as sql_select
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.domain.actor import Act
from app.domain.shifts.model import LIVE
from app.errors import NotFound
from app.models import Person, Seat, SeatChange, Shift, Team, WaitingEntry

Span = tuple[datetime, datetime]
"""A start and an end."""

_IS_LIVE = col(Seat.state).in_([bindparam(f"state_{number}", state) for number, state in enumerate(LIVE)])
_WAITS = (col(WaitingEntry.shift_id) == bindparam("shift"), col(WaitingEntry.state) == bindparam("waits", "waiting"))

_SEATED = Prepared(
    sql_select(col(Seat.id)).where(
        col(Seat.shift_id) == bindparam("shift"), col(Seat.person_id) == bindparam("person"), _IS_LIVE
    )
)
_BUSY = Prepared(
    sql_select(col(Shift.id))
    .join(Seat, col(Seat.shift_id) == col(Shift.id))
    .where(
        col(Seat.person_id) == bindparam("person"), _IS_LIVE, col(Shift.id) != bindparam("shift"),
        col(Shift.starts_at) < bindparam("ends_at"), col(Shift.ends_at) > bindparam("starts_at"),
    )
)  # fmt: skip
_WAITING = Prepared(sql_select(col(WaitingEntry.person_id)).where(*_WAITS).order_by(col(WaitingEntry.id)))
_TAKEN = Prepared(sql_select(col(Shift.taken)).where(col(Shift.id) == bindparam("shift")))
_CHANGE = ("seat_id", "before", "after", "reason", "changed_by", "by_person_id", "changed_at")
_NOTE_CHANGE = Prepared(
    insert(SeatChange).values({name: bindparam(name) for name in _CHANGE}).returning(col(SeatChange.id))
)
_END_WAITING = Prepared(
    update(WaitingEntry)
    .where(*_WAITS, col(WaitingEntry.person_id) == bindparam("person"))
    .values(state=bindparam("ended_as"), ended_at=bindparam("now"))
)
_LOCK_PERSON = Prepared(
    sql_select(col(Person.id)).where(col(Person.id) == bindparam("id")).with_for_update(key_share=True)
)
_DEACTIVATED = Prepared(
    sql_select(col(Person.name)).where(col(Person.id) == bindparam("id"), col(Person.disabled_at).is_not(None))
)
_LOCK_TEAM = Prepared(sql_select(col(Team.id)).where(col(Team.id) == bindparam("id")).with_for_update(key_share=True))


def seated(session: Session, shift: Shift, people: Sequence[str]) -> dict[str, Seat]:
    """The live seats of these people in a shift, by person."""
    if len(people) == 1 and not _SEATED.rows(session, shift=shift.id, person=people[0]):
        return {}
    query = select(Seat).where(Seat.shift_id == shift.id, col(Seat.person_id).in_(people), col(Seat.state).in_(LIVE))
    return {seat.person_id: seat for seat in session.exec(query)}


def is_any_busy(session: Session, shift: Shift, people: Sequence[str]) -> bool:
    """Tell whether any of these people has a live seat of another shift at its time, in any week."""
    if len(people) != 1:
        return bool(overlapping(session, shift, people))
    span = {"starts_at": shift.starts_at, "ends_at": shift.ends_at}
    return bool(_BUSY.rows(session, shift=shift.id, person=people[0], **span))


def overlapping(
    session: Session, shift: Shift, people: Sequence[str], span: Span | None = None
) -> list[tuple[str, str, Shift]]:
    """The ids and names of who of these people has a live seat of another shift at its time, or a `span`, and where."""
    starts_at, ends_at = span or (shift.starts_at, shift.ends_at)
    query = (
        select(Person.id, Person.name, Shift)
        .join(Seat, col(Seat.person_id) == Person.id)
        .join(Shift, col(Shift.id) == Seat.shift_id)
        .where(
            col(Seat.person_id).in_(people), col(Seat.state).in_(LIVE), Shift.id != shift.id,
            Shift.starts_at < ends_at, Shift.ends_at > starts_at,
        )
        .order_by(Person.name, col(Shift.starts_at))
    )  # fmt: skip
    return list(session.exec(query))


def waiting(session: Session, shift: Shift) -> list[str]:
    """The people who wait for a seat of a shift, the first first."""
    return [person_id for (person_id,) in _WAITING.rows(session, shift=shift.id)]


def end_waiting(session: Session, shift: Shift, person_id: str, **values: Any) -> None:
    """Give the entry of who waits another state, at a moment: `ended_as` and `now`."""
    _END_WAITING.run(session, [{"shift": shift.id, "person": person_id, **values}])


class Change(NamedTuple):
    """A change of a seat's state that was written down, as `SeatChange`."""

    id: int
    before: str | None
    after: str
    reason: str | None
    changed_at: datetime


def note_change(session: Session, seat: Seat, before: str | None, act: Act, *, reason: str | None) -> Change:
    """Write a seat's state to the database, and down who gave it that and why."""
    by_whom = {"changed_by": act.actor.name, "by_person_id": act.actor.person_id, "changed_at": act.now}
    [(change_id,)] = _NOTE_CHANGE.rows(
        session, seat_id=seat.id, before=before, after=seat.state, reason=reason, **by_whom
    )
    return Change(change_id, before, seat.state, reason, act.now)


def read_taken(session: Session, shift: Shift) -> None:
    """Read again how many seats of a shift are taken, which a trigger counts."""
    [(taken,)] = _TAKEN.rows(session, shift=shift.id)
    set_committed_value(shift, "taken", taken)


def lock_people(session: Session, people: Sequence[str]) -> None:
    """Lock people by id, for their seats in other shifts count. Raises NotFound for who is not there."""
    if len(people) == 1:
        found = len(_LOCK_PERSON.rows(session, id=people[0]))
    else:
        query = select(Person.id).where(col(Person.id).in_(people)).order_by(Person.id)
        found = len(session.exec(query.with_for_update(key_share=True)).all())
    if found < len(set(people)):
        raise NotFound("There’s no person with that id.")


def deactivated(session: Session, people: Collection[str] | None = None) -> set[str]:
    """The people who are deactivated, of these or of all."""
    query = select(Person.id).where(col(Person.disabled_at).is_not(None))
    return set(session.exec(query if people is None else query.where(col(Person.id).in_(people))))


def name_if_deactivated(session: Session, person_id: str) -> str | None:
    """The name of a person who is deactivated; None for everybody else."""
    return next((name for (name,) in _DEACTIVATED.rows(session, id=person_id)), None)


def lock_teams(session: Session, team_ids: Iterable[str]) -> None:
    """Lock teams by id, for limits count their slots; weaker than for deletion, as rows may refer to them meanwhile."""
    for team_id in sorted(set(team_ids)):
        _LOCK_TEAM.rows(session, id=team_id)
