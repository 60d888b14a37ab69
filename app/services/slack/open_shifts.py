"""The shifts of a week as somebody in Slack sees them: open ones with their worth, their own, and seats offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from app.domain.memberships import current_team
from app.domain.shifts.model import ShiftSettings
from app.models import Person, Week
from app.services.shifts import choices, listing, own_seats, readiness, refusals
from app.services.shifts.choices import Choice, Crowd, Reader
from app.services.shifts.listing import ShiftItem, ShiftSeat
from app.services.shifts.seat_queries import deactivated
from app.services.shifts.settings import settings_of
from app.services.shifts.worth import ReaderWorths, ShiftWorth, Worths
from app.services.teams import teams
from app.services.weeks import weeks

MOST, MOST_OFFERS = 8, 5
NO_WORTHS = ReaderWorths({}, {})


class OpenShift(NamedTuple):
    """A shift with a free seat; its worth to me, None where I have no team, and my choice, None for who isn't known."""

    item: ShiftItem
    worth: ShiftWorth | None = None
    choice: Choice | None = None


class OpenShifts(NamedTuple):
    """The next open shifts of `number` in all; `not_yet` says when signing up opens, if that is ahead."""

    shifts: Sequence[OpenShift]
    number: int
    not_yet: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The shifts of a week as the public sees them, and their reader; None for who isn't known."""

    week: Week
    items: Sequence[ShiftItem]
    settings: ShiftSettings
    crowd: Crowd
    reader: Reader | None
    worths: ReaderWorths
    now: datetime

    @property
    def is_open(self) -> bool:
        """True while seats change."""
        return self.week.state == "open"

    def choice(self, item: ShiftItem) -> Choice | None:
        """The choice of the reader about a shift."""
        if self.reader is None:
            return None
        return choices.choose(
            item, self.reader, self.crowd, self.settings, self.now, self.week.zone, is_week_open=self.is_open
        )

    def open(self) -> OpenShifts:
        """The next shifts with a free seat."""
        free = [item for item in self.items if item.free and item.shift.starts_at > self.now]
        found = [OpenShift(item, self._worth(item), self.choice(item)) for item in free[:MOST]]
        opens_at = self.settings.opens_at if self.is_open else None
        is_ahead = opens_at is not None and opens_at > self.now
        not_yet = refusals.not_open_yet(opens_at, self.week.zone).detail if opens_at and is_ahead else ""
        return OpenShifts(found, len(free), not_yet)

    def _worth(self, item: ShiftItem) -> ShiftWorth | None:
        return self.worths.own.get(item.shift.id) if self.reader is not None and self.reader.joins else None

    def own(self, shift_id: str) -> tuple[ShiftItem, Choice] | None:
        """A shift of the reader's, and what they may do about their seat."""
        item = next((item for item in self.items if item.shift.id == shift_id), None)
        choice = self.choice(item) if item is not None else None
        return (item, choice) if item is not None and choice is not None and choice.seat is not None else None

    def offers(self) -> list[tuple[ShiftItem, ShiftSeat]]:
        """The seats that the reader may take over, the next first."""
        ahead = (item for item in self.items if item.shift.ends_at > self.now and not item.is_cancelled)
        offered = (item for item in ahead if any(seat.offer is not None for seat in item.seats))
        found = [(item, seat) for item in offered if (choice := self.choice(item)) for seat in choice.covers]
        return found[:MOST_OFFERS]


def see(session: Session, worths: Worths, week: Week, person: Person | None, now: datetime) -> Seen:
    """Read the shifts of a week, as the public sees them."""
    view = weeks.view_of(week, "public")
    items = listing.of_week(session, week, view)
    settings, joins = settings_of(session, week), teams.joins(session, week)
    crowd = choices.crowd_of(items, joins, deactivated(session))
    if person is None:
        return Seen(week, items, settings, crowd, None, NO_WORTHS, now)
    mine = joins.get(person.id, [])
    members = crowd.members.get(current_team(mine) or "", ())
    unready = readiness.unready(session, [person.id, *members]) if settings.require_ready else ()
    reader = Reader(person.id, mine, own_seats.of_person(session, person.id, items), frozenset(unready))
    is_open = week.state == "open"
    known = worths.for_reader(session, week, items, view, now, person.id, members) if is_open else NO_WORTHS
    return Seen(week, items, settings, crowd, reader, known, now)
