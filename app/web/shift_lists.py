"""The shifts of weeks as all readers share them: read and rendered once a change, whoever looks at them."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from threading import Lock
from typing import NamedTuple, cast

from markupsafe import Markup
from sqlmodel import Session

from app.domain.shifts import seats as lives
from app.domain.shifts.limits import LIFTED_BEFORE
from app.domain.shifts.model import ShiftSettings
from app.domain.view import View
from app.models import Shift, Week
from app.services import topics
from app.services.shifts import choices, listing
from app.services.shifts.choices import Crowd
from app.services.shifts.listing import ShiftItem
from app.services.shifts.seat_queries import deactivated
from app.services.shifts.settings import settings_of
from app.services.teams import teams
from app.web.http import render
from app.web.seats.seat_lists import calendar_mark

MOST_WEEKS = 8
MOST_READERS = 500
NEVER = datetime.max.replace(tzinfo=UTC)
MOST_FORMS = 24
"""Forms of one shift that are kept: what it is worth differs by team and what one may do by person."""


class Version(NamedTuple):
    """The version of what the shifts of a week show: equal versions show the same."""

    week: int
    shifts: int
    upto: int | None
    audience: str


class Place(NamedTuple):
    """The shifts that start at one moment, and their row in a calendar of hours."""

    row: int
    items: tuple[ShiftItem, ...]


class Day(NamedTuple):
    """A local day with shifts, and its date in words."""

    date: date
    label: str
    places: tuple[Place, ...]


@dataclass
class _Forms:
    """A shift rendered for different people, for as long as it stays as it is."""

    content: Hashable
    html: dict[Hashable, Markup] = field(default_factory=dict)


MOST_ROWS = 24
"""Rows of a calendar that the style sheet has places for; whatever starts later shares the last one."""


class RowPlace(NamedTuple):
    """The rendered rows of shifts that start at one moment, and their row in a calendar, MOST_ROWS at most."""

    row: int
    html: Markup


class RowDay(NamedTuple):
    """A day's rendered rows."""

    label: str
    places: Sequence[RowPlace]


class RowDays(NamedTuple):
    """The days with shifts that are to come or on, those with shifts that are over, and the reader's own shifts."""

    ahead: Sequence[RowDay]
    past: Sequence[RowDay]
    own: Markup


class _Seen(NamedTuple):
    """The rows as one person had them; they hold until a moment, while the case is the same."""

    case: tuple[object, ...]
    until: datetime
    days: RowDays


@dataclass(frozen=True)
class KeptShifts:
    """A week's shifts at one version, with what follows from them for everybody."""

    version: Version
    settings: ShiftSettings
    items: tuple[ShiftItem, ...]
    by_id: Mapping[str, ShiftItem]
    days: tuple[Day, ...]
    rows: int
    crowd: Crowd
    forms: Mapping[str, _Forms]
    moments: Sequence[datetime]
    mark: str
    seen: dict[str, _Seen] = field(default_factory=dict)

    def days_of(
        self, person_id: str, case: tuple[object, ...], now: datetime, undo_until: Sequence[datetime],
        make: Callable[[], RowDays],
    ) -> RowDays:  # fmt: skip
        """The rows of a person, made anew when their case or anything else has changed, or time has come.

        What one may do changes at the moments of shifts, and when one's own seats can no longer be undone.
        """
        known = self.seen.pop(person_id, None)
        if known is None or now >= known.until or known.case != case:
            opens_at = self.settings.opens_at or NEVER
            until = (moment for moment in (self.next_moment(now), opens_at, *undo_until) if moment > now)
            known = _Seen(case, min(until, default=NEVER), make())
        self.seen[person_id] = known
        while len(self.seen) > MOST_READERS:
            self.seen.pop(next(iter(self.seen)), None)
        return known.days

    def next_moment(self, now: datetime) -> datetime:
        """The next moment at which a shift changes by itself, or NEVER; signing up may open before."""
        place = bisect_right(self.moments, now)
        return self.moments[place] if place < len(self.moments) else NEVER

    def form(self, shift_id: str, key: Hashable) -> Markup | None:
        """A shift as it was rendered for such a key."""
        return self.forms[shift_id].html.get(key)

    def keep(self, shift_id: str, key: Hashable, html: Markup) -> Markup:
        """Keep a shift's rendering; the oldest of many goes."""
        forms = self.forms[shift_id].html
        if len(forms) >= MOST_FORMS:
            forms.pop(next(iter(forms)), None)
        forms[key] = html
        return html


class ShiftLists:
    """Cache of weeks' shifts by the version of what they show. Safe for threads; a version is made by one at a time."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, str], KeptShifts] = {}
        self._lock = Lock()

    def get(self, session: Session, week: Week, view: View) -> KeptShifts:
        """The shifts of a week as this session sees them and the view has them."""
        version = Version(week.version, topics.version(session, week.id, "shifts"), view.upto, view.audience)
        key = week.id, view.audience
        known = self._kept.get(key)
        if known is not None and known.version == version:
            return known
        with self._lock:
            known = self._kept.get(key)
            if known is not None and known.version == version:
                return known
            kept = self._kept[key] = _make(session, week, view, version, known)
            while len(self._kept) > 2 * MOST_WEEKS:
                self._kept.pop(next(iter(self._kept)))
        return kept


@dataclass(frozen=True, slots=True)
class _PlainShift:
    """The values of a shift's row: a mapped row's attributes cost ten times as much, thousands of times a view."""

    id: str
    week_id: int
    starts_at: datetime
    ends_at: datetime
    local_date: date
    local_from: str
    local_until: str
    zone: str
    seats: int
    needed: int
    taken: int
    label: str
    place: str
    link: str | None
    version: int
    created_at: datetime
    created_by: str
    cancelled_at: datetime | None


def _plain(item: ShiftItem) -> ShiftItem:
    values = {name: getattr(item.shift, name) for name in _PlainShift.__slots__}
    return replace(item, shift=cast("Shift", _PlainShift(**values)))


def _make(session: Session, week: Week, view: View, version: Version, known: KeptShifts | None) -> KeptShifts:
    items = tuple(map(_plain, listing.of_week(session, week, view)))
    crowd = choices.crowd_of(items, teams.joins(session, week), deactivated(session))
    starts = sorted({item.shift.local_from for item in items})
    rows = {clock: number for number, clock in enumerate(starts, start=1)}
    settings = settings_of(session, week)
    moments = sorted({moment for item in items for moment in moments_of(item.shift, settings)})
    return KeptShifts(
        version, settings, items, {item.shift.id: item for item in items},
        tuple(_days(items, rows)), len(rows), crowd,
        {item.shift.id: _forms(item, known) for item in items},
        moments, calendar_mark(week, settings, items, crowd.slots),
    )  # fmt: skip


def moments_of(shift: Shift, settings: ShiftSettings) -> list[datetime]:
    """The moments at which what people may do with a shift changes by itself, in no order."""
    before = [timedelta(0), lives.CHECK_IN_BEFORE, settings.leave_until]
    if settings.has_limits:
        before.append(LIFTED_BEFORE)
    return [*(shift.starts_at - early for early in before), shift.ends_at]


def _days(items: Sequence[ShiftItem], rows: Mapping[str, int]) -> list[Day]:
    return [
        Day(
            day,
            render.day(day),
            tuple(
                Place(rows[clock], tuple(alike)) for clock, alike in groupby(of_day, lambda item: item.shift.local_from)
            ),
        )
        for day, of_day in groupby(items, lambda item: item.shift.local_date)
    ]


def _forms(item: ShiftItem, known: KeptShifts | None) -> _Forms:
    """The renderings of a shift that has not changed, or none."""
    shift = item.shift
    content = (shift.version, shift.cancelled_at, shift.seats, shift.needed, item.seats, item.waiters)
    before = known.forms.get(shift.id) if known is not None else None
    return before if before is not None and before.content == content else _Forms(content)
