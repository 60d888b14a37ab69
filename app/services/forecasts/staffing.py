"""Staffing: the customers of each shift of a week, the people who answer them in time, and shifts set to that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.calendar.days import ONE_DAY, local_day
from app.domain.capacity.queue import MOST_PEOPLE
from app.domain.forecast.bands import FEWEST_WEEKS, band
from app.domain.forecast.forecasting import Estimate, estimate
from app.domain.forecast.intervals import CHANNELS, Channel, Interval, Length, intervals_of
from app.models import Shift, Week
from app.services.audit import audit
from app.services.forecasts import forecasts, plans
from app.services.forecasts.forecasts import Learned
from app.services.forecasts.plans import Answering
from app.services.shifts import editing
from app.services.shifts.editing import ShiftChanges
from app.services.shifts.shifts import MAX_SEATS
from app.services.weeks import weeks

_MINUTE = timedelta(minutes=1)


class ChannelNeed(NamedTuple):
    """The customers of a shift on one channel, the likely range where it is known, and the people for them."""

    channel: Channel
    stretch: tuple[Fraction, ...]
    minutes: int
    low: int | None
    high: int | None
    people: int

    @property
    def contacts(self) -> Fraction:
        """All of them."""
        return sum(self.stretch, Fraction())


@dataclass(frozen=True, slots=True)
class ShiftNeed:
    """A shift to come with its needs by channel; those without history are left out."""

    shift: Shift
    channels: tuple[ChannelNeed, ...]

    @property
    def people(self) -> int:
        """The people of all channels, no more than a shift may have seats."""
        return min(MAX_SEATS, sum(each.people for each in self.channels))

    @property
    def seats(self) -> int:
        """The seats it will have: never fewer than it has, or than are taken."""
        return max(self.people, self.shift.seats, self.shift.taken)

    @property
    def is_changed(self) -> bool:
        """True where setting it to its need changes something."""
        return bool(self.channels) and (self.people, self.seats) != (self.shift.needed, self.shift.seats)

    @property
    def missing(self) -> int:
        """The people it lacks."""
        return max(0, self.people - self.shift.taken) if self.channels else 0


class _Knowledge(NamedTuple):
    channel: Channel
    answering: Answering
    length: Length
    learned: Learned


def needs_of(session: Session, week: Week, answering: Mapping[str, Answering], now: datetime) -> list[ShiftNeed]:
    """The needs of a week's shifts that have not started and are not cancelled, in order of their start.

    Half hours are looked at, or two hours where a channel's history has no finer ones.
    """
    query = (
        select(Shift)
        .where(Shift.week_id == week.id, col(Shift.cancelled_at).is_(None), col(Shift.starts_at) > now)
        .order_by(col(Shift.starts_at), col(Shift.id))
    )
    shifts = list(session.exec(query).all())
    if not shifts:
        return []
    until = local_day(now, week.zone) - ONE_DAY
    known = [
        _know(session, channel, answering[channel], week.zone, until) for channel in CHANNELS if channel in answering
    ]
    days = _Days(week.zone)
    return [ShiftNeed(shift, tuple(_needs(shift, known, days))) for shift in shifts]


class Planned(NamedTuple):
    """The needs of shifts by the saved plans of channels, which are the promises that they keep."""

    needs: list[ShiftNeed]
    saved: Mapping[str, Answering]


def with_saved_plans(session: Session, week: Week, now: datetime) -> Planned:
    """The needs of a week's shifts by the saved plans; none while nothing is saved."""
    saved = plans.saved(session)
    return Planned(needs_of(session, week, saved, now) if saved else [], saved)


def _know(session: Session, channel: Channel, answering: Answering, zone: ZoneInfo, until: date) -> _Knowledge:
    learned = forecasts.learn(session, channel, 30, zone, until)
    if learned.history.days or not learned.coarse:
        return _Knowledge(channel, answering, 30, learned)
    return _Knowledge(channel, answering, 120, forecasts.learn(session, channel, 120, zone, until))


class _Days:
    """The intervals of local days, each made once."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._kept: dict[tuple[date, Length], list[Interval]] = {}

    def within(self, shift: Shift, length: Length) -> Iterable[tuple[date, Interval, Fraction]]:
        """The intervals a shift lies in, each with the share of it that the shift has."""
        first, last = local_day(shift.starts_at, self._zone), local_day(shift.ends_at - _MINUTE, self._zone)
        for number in range((last - first).days + 1):
            day = first + number * ONE_DAY
            for each in self._of(day, length):
                ends_at = each.starts_at + each.minutes * _MINUTE
                both = (min(ends_at, shift.ends_at) - max(each.starts_at, shift.starts_at)) // _MINUTE
                if both > 0:
                    yield day, each, Fraction(both, each.minutes)

    def _of(self, day: date, length: Length) -> list[Interval]:
        if (day, length) not in self._kept:
            self._kept[day, length] = intervals_of(day, length, self._zone)
        return self._kept[day, length]


def _needs(shift: Shift, known: Sequence[_Knowledge], days: _Days) -> Iterable[ChannelNeed]:
    for channel, answering, length, learned in known:
        parts = [
            (estimate(learned.model, day, interval.start), share) for day, interval, share in days.within(shift, length)
        ]
        stretch = tuple(found.contacts * share for found, share in parts if found.contacts is not None)
        if stretch:
            low, high = _likely(learned, [found for found, _ in parts], sum(stretch, Fraction()))
            people = plans.people_for(channel, answering, stretch, length)
            yield ChannelNeed(channel, stretch, length, low, high, min(people, MOST_PEOPLE))


def _likely(learned: Learned, parts: Sequence[Estimate], contacts: Fraction) -> tuple[int | None, int | None]:
    """The likely range of a shift, as if its intervals were busy together; none where one is but a guess."""
    weeks_used = min(min(each.weeks, 8) for each in parts)
    if weeks_used < FEWEST_WEEKS:
        return None, None
    return band(contacts, learned.model.spread, weeks_used)


def apply(session: Session, slug: str, people: Mapping[str, int], act: Act) -> int:
    """Set `needed` of shifts to the people of each id, and `seats` so that it fits; how many shifts changed.

    Shifts that have started or were cancelled stay; seats that this adds go to who waits. Raises WeekUnknown,
    NotAllowed or ShiftRefused.
    """
    week = weeks.lock(session, slug, act.now)
    query = select(Shift).where(Shift.week_id == week.id, col(Shift.cancelled_at).is_(None))
    changed = 0
    for shift in session.exec(query.order_by(col(Shift.starts_at), col(Shift.id))).all():
        needed = people.get(shift.id)
        if needed is None or shift.starts_at <= act.now:
            continue
        seats = max(needed, shift.seats, shift.taken)
        if (needed, seats) != (shift.needed, shift.seats):
            changes = ShiftChanges(needed=needed, seats=seats)
            editing.edit(session, week.slug, shift.id, changes, shift.version, act)
            changed += 1
    if changed:
        audit.note(session, "shifts.planned", weeks.audit_target(week), act, after={"shifts": changed})
    return changed
