"""First shifts: who on a shift has never completed one, and the buddy who shows them the way."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import exists, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.domain.shifts.model import LIVE
from app.domain.view import View
from app.models import Seat, SeatChange, Shift, Week
from app.services.shifts.listing import ShiftItem, ShiftSeat
from app.services.teams import teams

STANDING = ("signed_up", "checked_in")
"""The states of a seat that may yet be somebody's first completed one."""


class FirstShift(NamedTuple):
    """Somebody on their first shift, and their buddy; empty where nobody there or in their team has completed one."""

    seat_id: str
    person_id: str
    person: str
    buddy_id: str = ""
    buddy: str = ""


def of_shift(
    session: Session, week: Week, item: ShiftItem, seats: Iterable[ShiftSeat], view: View, now: datetime
) -> list[FirstShift]:
    """Find for whom of these seats' holders a shift that is not over is their first, with a buddy for each.

    Of several shifts ahead, the earliest is somebody's first. What a freeze hides is not read.
    """
    standing = [seat for seat in seats if seat.state in STANDING]
    if not standing or item.is_cancelled or now >= item.shift.ends_at:
        return []
    experienced = _experienced(session, week, {seat.person_id for seat in item.seats}, view)
    newcomers = [seat for seat in standing if seat.person_id not in experienced]
    earlier = _with_an_earlier_one(session, item.shift, [seat.person_id for seat in newcomers], now)
    found = [seat for seat in newcomers if seat.person_id not in earlier]
    teammates = _Teammates(session, week, view)
    return [
        FirstShift(seat.id, seat.person_id, seat.person, *_buddy(item, seat, experienced, teammates)) for seat in found
    ]


def _buddy(
    item: ShiftItem, newcomer: ShiftSeat, experienced: Collection[str], teammates: "_Teammates"
) -> tuple[str, str]:
    """The buddy's id and name: of their team on the shift, else on the shift, else of their team; signed up first."""
    on_it = [seat for seat in item.seats if seat.is_live and seat.person_id in experienced]
    on_it.sort(key=lambda seat: newcomer.team_id is None or seat.team_id != newcomer.team_id)  # stable
    if on_it:
        return on_it[0].person_id, on_it[0].person
    return teammates.first_experienced(newcomer.team_id) if newcomer.team_id is not None else ("", "")


class _Teammates:
    """Members of teams who have completed a shift, looked up where nobody on a shift has."""

    def __init__(self, session: Session, week: Week, view: View) -> None:
        self._session, self._week, self._view = session, week, view
        self._found: dict[str, tuple[str, str]] = {}

    def first_experienced(self, team_id: str) -> tuple[str, str]:
        """The id and name of the first member by name who has completed a shift and can sign in."""
        if team_id not in self._found:
            members = teams.members(self._session, self._week).get(team_id, [])
            experienced = _experienced(self._session, self._week, {member.id for member in members}, self._view)
            able = (member for member in members if member.id in experienced and member.disabled_at is None)
            first = next(able, None)
            self._found[team_id] = (first.id, self._view.name_of(first.id, first.name)) if first else ("", "")
        return self._found[team_id]


def _experienced(session: Session, week: Week, people: Collection[str], view: View) -> set[str]:
    """Find who of these people has completed a shift, in any week, as far as the view may know."""
    query: Any = sql_select(col(Seat.person_id)).where(col(Seat.person_id).in_(people), col(Seat.state) == "completed")
    if view.looks_back:
        known = exists().where(
            col(SeatChange.seat_id) == col(Seat.id), col(SeatChange.after) == "completed",
            col(SeatChange.changed_at) <= week.frozen_at,
        )  # fmt: skip
        query = query.join(Shift, col(Shift.id) == col(Seat.shift_id)).where(or_(col(Shift.week_id) != week.id, known))
    return set(session.execute(query.distinct()).scalars())


def _with_an_earlier_one(session: Session, shift: Shift, people: Collection[str], now: datetime) -> set[str]:
    """Find who of these people has a seat of a shift before this one that is not over."""
    query = (
        sql_select(col(Seat.person_id))
        .join(Shift, col(Shift.id) == col(Seat.shift_id))
        .where(
            col(Seat.person_id).in_(people), col(Seat.state).in_(LIVE),
            col(Shift.starts_at) < shift.starts_at, col(Shift.ends_at) > now,
        )
    )  # fmt: skip
    return set(session.execute(query.distinct()).scalars()) if people else set()
