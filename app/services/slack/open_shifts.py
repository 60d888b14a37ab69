"""The open shifts of a week as somebody in Slack sees them: free seats, worth to them, and what they may do."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from app.domain.memberships import current_team
from app.models import Person, Week
from app.services.shifts import choices, listing, own_seats, readiness, refusals
from app.services.shifts.choices import Choice, Reader
from app.services.shifts.listing import ShiftItem
from app.services.shifts.seat_queries import deactivated
from app.services.shifts.settings import settings_of
from app.services.shifts.worth import ReaderWorths, ShiftWorth, Worths
from app.services.teams import teams
from app.services.weeks import weeks

MOST = 8


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


def find(session: Session, worths: Worths, week: Week, person: Person | None, now: datetime) -> OpenShifts:
    """Find the next shifts with a free seat, as the public sees them."""
    view = weeks.view_of(week, "public")
    items = listing.of_week(session, week, view)
    free = [item for item in items if item.free and item.shift.starts_at > now]
    if person is None:
        return OpenShifts([OpenShift(item) for item in free[:MOST]], len(free))
    settings = settings_of(session, week)
    joins = teams.joins(session, week)
    crowd = choices.crowd_of(items, joins, deactivated(session))
    mine = joins.get(person.id, [])
    members = crowd.members.get(current_team(mine) or "", ())
    unready = readiness.unready(session, [person.id, *members]) if settings.require_ready else ()
    reader = Reader(person.id, mine, own_seats.of_person(session, person.id, items), frozenset(unready))
    is_open = week.state == "open"
    known = worths.for_reader(session, week, items, view, now, person.id, members) if is_open else ReaderWorths({}, {})
    found = [
        OpenShift(
            item, known.own.get(item.shift.id) if mine else None,
            choices.choose(item, reader, crowd, settings, now, week.zone, is_week_open=is_open),
        )
        for item in free[:MOST]
    ]  # fmt: skip
    opens_at = settings.opens_at if is_open else None
    not_yet = refusals.not_open_yet(opens_at, week.zone).detail if opens_at is not None and opens_at > now else ""
    return OpenShifts(found, len(free), not_yet)
