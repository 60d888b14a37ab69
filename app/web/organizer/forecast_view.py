"""The forecast as its page shows it: bars by the hour, sentences, and what each shift needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from app.domain.calendar.clock_times import clock_text
from app.domain.capacity import simulation, wording
from app.domain.capacity.queue import MOST_PEOPLE
from app.domain.forecast.bands import FEWEST_WEEKS, band
from app.domain.forecast.forecasting import NO_HISTORY
from app.domain.forecast.intervals import Channel
from app.domain.forecast.wording import accuracy_sentences
from app.domain.rounding import whole
from app.services.forecasts import plans
from app.services.forecasts.forecasts import Forecast, Item
from app.services.forecasts.plans import Answering
from app.services.forecasts.staffing import ChannelNeed, Planned, ShiftNeed

HEIGHT = 40.0
"""Of a day's bars, in the chart's own units."""
RECENT = timedelta(days=56)


@dataclass(frozen=True, slots=True)
class Bar:
    """Contacts of two hours: its place and heights in the chart, and the same in words."""

    place: int
    height: float
    low: float
    high: float
    hours: str
    contacts: int
    likely: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day: all its contacts with their likely range, and its bars."""

    day: date
    contacts: int
    likely: str
    bars: tuple[Bar, ...]
    notes: tuple[str, ...]

    @property
    def busiest(self) -> Bar | None:
        """The bar of most contacts."""
        return max(self.bars, key=lambda bar: bar.height, default=None)


def day_rows(found: Forecast) -> list[DayRow]:
    """The days of a forecast that have any history; bars share one scale."""
    known = [item for item in found.items if item.estimate.contacts is not None]
    top = float(max((max(item.estimate.contacts or 0, item.estimate.high or 0) for item in known), default=1)) or 1.0
    return [_day_row(found, day, list(same), top) for day, same in groupby(known, lambda item: item.day)]


def _day_row(found: Forecast, day: date, items: Sequence[Item], top: float) -> DayRow:
    total = sum((item.estimate.contacts or Fraction() for item in items), Fraction())
    weeks = min(min(item.estimate.weeks, 8) for item in items)
    likely = _likely(*band(total, found.learned.model.spread, weeks)) if weeks >= FEWEST_WEEKS else ""
    notes = dict.fromkeys(item.note for item in items if item.note)
    return DayRow(day, whole(total), likely, tuple(_bar(item, top) for item in items), tuple(notes))


def _likely(low: int, high: int) -> str:
    return f"{low:,} to {high:,}"


def _bar(item: Item, top: float) -> Bar:
    found, start = item.estimate, item.interval.start
    low, high = found.low or 0, found.high or 0
    return Bar(
        start // 120, float(found.contacts or 0) / top * HEIGHT, low / top * HEIGHT, high / top * HEIGHT,
        f"{clock_text(start)}–{clock_text(start + 120)}", whole(found.contacts or 0), _likely(low, high),
    )  # fmt: skip


def what_is_missing(found: Forecast) -> list[str]:
    """Sentences about what the forecast doesn't know."""
    history, model = found.learned.history, found.learned.model
    if not history.days and not found.learned.coarse:
        return [NO_HISTORY]
    sentences = []
    recent = [history.until - timedelta(days=number) for number in range(RECENT.days)]
    missing = sum(day not in history.days and day not in found.learned.coarse for day in recent)
    if missing:
        days = "day has" if missing == 1 else "days have"
        sentences.append(
            f"{missing} of the last {RECENT.days} {days} no data. Missing days aren’t counted as quiet ones."
        )
    if model.holiday is None and any(item.day in model.holidays for item in found.items):
        sentences.append("What a holiday does is unknown: it takes two past ones with data.")
    if any(item.estimate.is_guess for item in found.items):
        sentences.append("Some hours are a guess from under 4 weeks. Their range is what was seen.")
    return sentences


def how_good(found: Forecast) -> list[str]:
    """Sentences about accuracy and method."""
    sentences = accuracy_sentences(found.learned.model.accuracy)
    if found.learned.model.method == "momentum":
        change = whole((found.learned.model.factor - 1) * 100)
        sentences.append(f"The last two weeks count: {abs(change)}% {'more' if change >= 0 else 'fewer'} than usual.")
    return sentences


def sentences_of(needs: Sequence[ShiftNeed], channel: Channel, answering: Answering) -> list[str]:
    """The busiest shift in sentences: customers, the people who answer them in time, and what one fewer would mean."""
    found = [(each.shift, need) for each in needs for need in each.channels if need.channel == channel]
    if not found:
        return []
    shift, need = max(found, key=lambda pair: (pair[1].people, pair[1].contacts))
    when = f"{shift.local_date:%A} {shift.local_date.day} {shift.local_date:%B}, {shift.local_from}–{shift.local_until}"
    return [f"Busiest: {when}.", wording.customers(need.contacts, need.low, need.high), *_answered(need, answering)]


def _answered(need: ChannelNeed, answering: Answering) -> list[str]:
    if need.channel != "email":
        return [
            wording.enough_at_once(need.people, answering.handling_s, answering.target, answering.within_s),
            wording.HUNG_UP,
        ]
    if need.people == MOST_PEOPLE:
        return [wording.TOO_MANY]
    shift = plans.backlog(answering, need.stretch, need.minutes)
    planned = simulation.plan(shift)
    sentences = [wording.enough(shift, planned)]
    share = simulation.simulated_share(shift, need.people - 1) if need.people > 1 else None
    if share is not None and not wording.is_hopeless(planned):
        sentences.append(wording.fewer(need.people - 1, share))
    return sentences


def _kept(need: ShiftNeed, planned: Planned) -> str:
    """The promise that a shift's missing people would keep, on its largest channel; no more than the plan does."""
    main = max(need.channels, key=lambda each: each.people)
    answering = planned.saved[main.channel]
    if need.people < sum(each.people for each in need.channels):
        return wording.NOT_ENOUGH
    if main.channel != "email":
        return wording.kept_at_once(answering.target, answering.within_s)
    shift = plans.backlog(answering, main.stretch, main.minutes)
    return wording.kept(simulation.simulated_share(shift, main.people), shift.promise_min)


MOST_ADVICE = 6


def advice(planned: Planned) -> list[str]:
    """Sentences about shifts that lack people by the forecast, those that lack most first."""
    lacking = sorted((need for need in planned.needs if need.missing), key=lambda need: -need.missing)
    sentences = []
    for need in lacking[:MOST_ADVICE]:
        shift = need.shift
        when = f"between {shift.local_from} and {shift.local_until} on {shift.local_date:%a} {shift.local_date.day}"
        span = f"{when} {shift.local_date:%b}"
        sentences.append(wording.more(need.missing, span, _kept(need, planned)))
    if len(lacking) > MOST_ADVICE:
        sentences.append(f"{len(lacking) - MOST_ADVICE:,} more shifts lack people by the forecast.")
    return sentences
