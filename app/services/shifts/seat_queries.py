"""Queries about one person and one shift, prepared: when sign-up opens, everybody asks them at one moment."""

from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy import select as sql_select
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.domain.shifts.model import LIVE
from app.models import Person, Seat, Shift, Team, WaitingEntry

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


def is_seated(session: Session, shift: Shift, person_id: str) -> bool:
    """Tell whether a person has a live seat of a shift."""
    return bool(_SEATED.rows(session, shift=shift.id, person=person_id))


def is_busy(session: Session, shift: Shift, person_id: str) -> bool:
    """Tell whether a person has a live seat of another shift at its time."""
    span = {"starts_at": shift.starts_at, "ends_at": shift.ends_at}
    return bool(_BUSY.rows(session, shift=shift.id, person=person_id, **span))


def waiting(session: Session, shift: Shift) -> list[str]:
    """The people who wait for a seat of a shift, the first first."""
    return [person_id for (person_id,) in _WAITING.rows(session, shift=shift.id)]


def end_waiting(session: Session, shift: Shift, person_id: str, **values: Any) -> None:
    """Give the entry of who waits another state, at a moment: `ended_as` and `now`."""
    _END_WAITING.run(session, [{"shift": shift.id, "person": person_id, **values}])


def read_taken(session: Session, shift: Shift) -> None:
    """Read again how many seats of a shift are taken, which a trigger counts."""
    [(taken,)] = _TAKEN.rows(session, shift=shift.id)
    set_committed_value(shift, "taken", taken)


def lock_person(session: Session, person_id: str) -> bool:
    """Lock a person; False where there is nobody with that id."""
    return bool(_LOCK_PERSON.rows(session, id=person_id))


def deactivated(session: Session, person_id: str) -> str | None:
    """The name of a person who is deactivated; None for everybody else."""
    return next((name for (name,) in _DEACTIVATED.rows(session, id=person_id)), None)


def lock_team(session: Session, team_id: str) -> None:
    """Lock a team."""
    _LOCK_TEAM.rows(session, id=team_id)
