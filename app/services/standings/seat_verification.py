"""Proof that the ledger says what a week's completed seats are: one shift each team and slot, attendances besides."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.domain.draft import SHIFTS_SOURCE
from app.domain.memberships import team_at
from app.domain.rules import ATTENDANCE, SHIFT
from app.models import LedgerEntry, Seat, Shift, ShiftCredit, Week
from app.services.people import aliases
from app.services.scoring.activity_queries import is_live
from app.services.teams import teams


class _Slot(NamedTuple):
    """A shift as one team has it, or as somebody without a team does."""

    shift_id: str
    team_id: str | None


class _Entry(NamedTuple):
    """An entry that stands in the ledger, or should."""

    external_id: str
    kind: str
    person_id: str
    occurred_at: datetime


def differences(session: Session, week: Week) -> list[str]:
    """Compare the completed seats of a week with its ledger; a sentence for each team and slot that differs."""
    completed = (
        select(Seat.id, Seat.person_id, Shift.id, Shift.starts_at)
        .join(Shift, col(Shift.id) == Seat.shift_id)
        .where(Shift.week_id == week.id, Seat.state == "completed")
    )
    seats = session.exec(completed).all()
    entries = _standing(session, week)
    credited = _credited(session, week)
    if not seats and not entries and not credited:
        return []
    joins = teams.joins(session, week)
    slots = {
        seat_id: _Slot(shift_id, team_at(joins.get(person_id, ()), starts_at))
        for seat_id, person_id, shift_id, starts_at in seats
    }
    wanted = {
        _Entry(f"{shift_id}/{seat_id}", _kind(seat_id, slots[seat_id], credited), person_id, starts_at)
        for seat_id, person_id, shift_id, starts_at in seats
    }
    found = {
        _Slot(entry.external_id.partition("/")[0], team_at(joins.get(entry.person_id, ()), entry.occurred_at))
        for entry in wanted ^ entries
    }
    found |= {slot for slot, seat_id in credited.items() if slots.get(seat_id) != slot}
    return _sentences(session, week, found)


def _kind(seat_id: str, slot: _Slot, credited: Mapping[_Slot, str]) -> str:
    return SHIFT if slot.team_id is None or credited.get(slot) == seat_id else ATTENDANCE


def _standing(session: Session, week: Week) -> set[_Entry]:
    query = select(
        LedgerEntry.external_id, LedgerEntry.kind, aliases.owner_id(col(LedgerEntry.person_id)), LedgerEntry.occurred_at
    ).where(LedgerEntry.week_id == week.id, LedgerEntry.source == SHIFTS_SOURCE, is_live())
    return {_Entry(external_id, kind, str(person_id), at) for external_id, kind, person_id, at in session.exec(query)}


def _credited(session: Session, week: Week) -> dict[_Slot, str]:
    query = (
        select(ShiftCredit.shift_id, ShiftCredit.team_id, ShiftCredit.seat_id)
        .join(Shift, col(Shift.id) == ShiftCredit.shift_id)
        .where(Shift.week_id == week.id)
    )
    return {_Slot(shift_id, team_id): seat_id for shift_id, team_id, seat_id in session.exec(query)}


def _sentences(session: Session, week: Week, slots: set[_Slot]) -> list[str]:
    names = dict(teams.named(session, week))
    shifts = {shift.id: shift for shift in session.exec(select(Shift).where(Shift.week_id == week.id))}
    return sorted(
        f"Week {week.slug}: the shifts and attendances of {_who(slot, names)} in {_which(slot, shifts)} "
        "differ from the completed seats."
        for slot in slots
    )


def _who(slot: _Slot, names: Mapping[str, str]) -> str:
    if slot.team_id is None:
        return "people without a team"
    return f"team {names.get(slot.team_id, slot.team_id)}"


def _which(slot: _Slot, shifts: Mapping[str, Shift]) -> str:
    shift = shifts.get(slot.shift_id)
    return (
        f"the shift of {shift.local_date} {shift.local_from}" if shift else f"a shift that isn’t there, {slot.shift_id}"
    )
