"""On shift: who has the seats of a week's shifts that are on now, and of the next ones."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session

from app.domain.view import View
from app.models import Week
from app.services.shifts import listing
from app.services.shifts.listing import ShiftItem

MOST_SHIFTS = 2  # at one time
MOST_PEOPLE = 5  # of a shift that can be read from five metres
FAR = timedelta(days=6)
"""From so far ahead on a weekday alone may mean two days."""


class PersonOnShift(NamedTuple):
    """Somebody with a seat, and their team at its start."""

    name: str
    team_id: str | None
    team: str | None


class OnShift(NamedTuple):
    """A shift that is on now or comes next; `more` are people who are not named.

    One that `is_far` ahead is told with its date.
    """

    is_now: bool
    shift_id: str
    starts_at: datetime
    ends_at: datetime
    label: str
    place: str
    people: tuple[PersonOnShift, ...]
    more: int
    free: int
    is_far: bool = False


def now_and_next(session: Session, week: Week, view: View, now: datetime, *, needs_team: bool) -> tuple[OnShift, ...]:
    """The shifts of this moment and the next ones, in order; empty after the last.

    In a week whose seats need a team only people in teams are named, as everywhere that visitors come.
    """
    items = [item for item in listing.of_week(session, week, view) if not item.is_cancelled]
    running = [item for item in items if item.shift.starts_at <= now < item.shift.ends_at]
    ahead = [item for item in items if item.shift.starts_at > now]
    following = [item for item in ahead if item.shift.starts_at == ahead[0].shift.starts_at]
    return (
        *_shown(running, now, needs_team=needs_team),
        *_shown(following, now, needs_team=needs_team),
    )


def _shown(items: Iterable[ShiftItem], now: datetime, *, needs_team: bool) -> list[OnShift]:
    shown = []
    for item in list(items)[:MOST_SHIFTS]:
        named = [
            PersonOnShift(seat.person, seat.team_id, seat.team)
            for seat in item.seats
            if seat.is_live and (seat.team_id is not None or not needs_team)
        ]
        people, shift = tuple(named[:MOST_PEOPLE]), item.shift
        shown.append(
            OnShift(
                shift.starts_at <= now, shift.id, shift.starts_at, shift.ends_at, shift.label, shift.place, people,
                item.taken - len(people), item.free, shift.starts_at - now >= FAR,
            )
        )  # fmt: skip
    return shown
