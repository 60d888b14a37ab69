"""Forecasts of a channel: its history put together, and an estimate for each interval to come."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.domain.actor import Actor
from app.domain.calendar.days import ONE_DAY, first_moment, local_day, zone_or_utc
from app.domain.forecast.forecasting import Estimate, Model, estimate, fit
from app.domain.forecast.history import History
from app.domain.forecast.intervals import Channel, Interval, Length, by_day, intervals_of
from app.errors import Malformed
from app.services.forecasts import contacts, days, plans
from app.services.forecasts.plans import Answering
from app.services.weeks import weeks

LOOK_BACK = timedelta(days=731)
"""The history that is read: two years, so that holidays come twice."""
MOST_DAYS = 31
_INSTANT = timedelta(microseconds=1)
NO_SPAN = "“until” must be later than “from”."
TOO_LONG = f"A forecast has at most {MOST_DAYS} days. Choose a later “from” or an earlier “until”."


class Wanted(NamedTuple):
    """The forecast that is asked for: intervals that begin from one moment on and before another."""

    channel: Channel
    length: Length
    zone: ZoneInfo
    begins: datetime
    ends: datetime

    @property
    def days(self) -> list[date]:
        """The local days it lies in. Raises Malformed for a span that is none or too long."""
        first, last = local_day(self.begins, self.zone), local_day(self.ends - _INSTANT, self.zone)
        if self.ends <= self.begins:
            raise Malformed(NO_SPAN)
        if (last - first).days >= MOST_DAYS:
            raise Malformed(TOO_LONG)
        return [first + number * ONE_DAY for number in range((last - first).days + 1)]


@dataclass(frozen=True, slots=True)
class Item:
    """The forecast of one interval, and the people it takes where it is known how the channel is answered."""

    day: date
    interval: Interval
    estimate: Estimate
    people: int | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Learned:
    """A model and its history: `days_known` have data, `coarse` ones only in intervals longer than asked for."""

    model: Model
    history: History
    coarse: frozenset[date]


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast with all it was made of."""

    wanted: Wanted
    learned: Learned
    items: tuple[Item, ...]
    answering: Answering | None


def seen_at(session: Session, actor: Actor, now: datetime) -> datetime:
    """The moment as of which an actor gets forecasts: the freeze of the current week for all but organizers."""
    current = weeks.pick_current(weeks.every(session), now)
    frozen_at = current.frozen_at if current is not None and not actor.may("admin") else None
    return min(now, frozen_at) if frozen_at else now


def zone_of(session: Session, now: datetime) -> ZoneInfo:
    """The current week's zone; UTC while there is no week."""
    current = weeks.pick_current(weeks.every(session), now)
    return current.zone if current is not None else zone_or_utc("UTC")


def learn(session: Session, channel: Channel, length: Length, zone: ZoneInfo, until: date) -> Learned:
    """The lessons of a channel’s history, up to a local day."""
    begins, ends = first_moment(until - LOOK_BACK, zone), first_moment(until + ONE_DAY, zone)
    found = by_day(
        contacts.imported(session, channel, begins, ends), contacts.begun(session, channel, begins, ends), length, zone
    )
    marked = days.every(session)
    history = History(found.days, until, days.of_kind(marked, "holiday"), days.of_kind(marked, "not-normal"))
    return Learned(fit(history), history, found.coarse)


def forecast(session: Session, wanted: Wanted, now: datetime) -> Forecast:
    """The forecast for days to come; for past ones, as it would have been the day before them.

    The history ends with the last full local day. Raises Malformed for a span that is none or too long.
    """
    listed = wanted.days
    until = min(local_day(now, wanted.zone), listed[0]) - ONE_DAY
    learned = learn(session, wanted.channel, wanted.length, wanted.zone, until)
    answering = plans.saved(session).get(wanted.channel)
    items = tuple(
        _item(learned, wanted, answering, day, interval)
        for day in listed
        for interval in intervals_of(day, wanted.length, wanted.zone)
        if wanted.begins <= interval.starts_at < wanted.ends
    )
    return Forecast(wanted, learned, items, answering)


def _item(learned: Learned, wanted: Wanted, answering: Answering | None, day: date, interval: Interval) -> Item:
    found = estimate(learned.model, day, interval.start)
    people = None
    if answering is not None and found.contacts is not None:
        people = plans.people_for(wanted.channel, answering, [found.contacts], wanted.length, is_quick=True)
    notes = [found.note] if found.note else []
    if interval.minutes != wanted.length:
        notes.append(f"clocks change, so this lasts {interval.minutes} minutes")
    if day in learned.history.not_normal:
        notes.append("marked as not normal")
    return Item(day, interval, found, people, ", ".join(notes) or None)
