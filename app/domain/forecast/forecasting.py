"""Forecasts: the mean of the last eight weeks, with momentum where that proved better, and what holidays do to it."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.domain.calendar.clock_times import Minutes
from app.domain.forecast.accuracy import (
    FEWEST_WEEKS,
    Accuracy,
    Method,
    accuracy,
    is_momentum_worth_it,
    last_weeks,
    momentum,
)
from app.domain.forecast.bands import FEWEST_WEEKS as WEEKS_FOR_A_BAND
from app.domain.forecast.bands import band, dispersion
from app.domain.forecast.history import History, Ordinary, Sample, slot_of, weeks_before

NO_HISTORY = "No history yet. Import some."
EFFECT_UNKNOWN = "effect unknown"
HOLIDAYS_TO_LEARN_FROM = 2


@dataclass(frozen=True, slots=True)
class Model:
    """The lessons of a history: `spread` is α, `factor` the momentum or 1, `holiday` what a holiday makes of a mean.

    `holiday` is None with fewer than two past holidays, `accuracy` with under twelve weeks.
    """

    ordinary: Ordinary
    until: date
    holidays: frozenset[date]
    spread: Fraction
    method: Method
    factor: Fraction
    holiday: Fraction | None
    accuracy: Accuracy | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """Contacts of one interval, exact; between `low` and `high` likely, or seen where `weeks` are under four.

    All three are None without history. `note` says what to know about it.
    """

    contacts: Fraction | None
    low: int | None
    high: int | None
    weeks: int
    note: str | None = None

    @property
    def is_guess(self) -> bool:
        """True where it follows from one to three weeks."""
        return 0 < self.weeks < WEEKS_FOR_A_BAND


def fit(history: History) -> Model:
    """Learn from a history."""
    ordinary, until = Ordinary(history), history.until
    samples = {slot: ordinary.sample(slot, until) for slot in ordinary.slots}
    known = [slot for slot, sample in samples.items() if sample.weeks >= FEWEST_WEEKS]
    weeks = last_weeks(ordinary, known, until) if known else ()
    method: Method = "momentum" if is_momentum_worth_it(weeks) else "mean"
    return Model(
        ordinary,
        until,
        history.holidays,
        dispersion(samples.values()),
        method,
        momentum(ordinary, known, until) if method == "momentum" else Fraction(1),
        _holiday_effect(history, ordinary),
        accuracy(weeks, method) if known else None,
    )


def _holiday_effect(history: History, ordinary: Ordinary) -> Fraction | None:
    """Contacts of past holidays ÷ what an ordinary day of theirs was forecast to bring; None with fewer than two."""
    came, said, found = 0, Fraction(), 0
    for day in history.holidays - history.not_normal:
        counts = history.days.get(day) if day <= history.until else None
        means = {start: _mean_before(ordinary, day, start) for start in counts or ()}
        if counts and any(means.values()):
            found += 1
            came += sum(count for start, count in counts.items() if means[start] is not None)
            said += sum(mean for mean in means.values() if mean is not None)
    return came / said if found >= HOLIDAYS_TO_LEARN_FROM else None


def _mean_before(ordinary: Ordinary, day: date, start: Minutes) -> Fraction | None:
    counts = ordinary.sample(slot_of(day, start), weeks_before(day, 1)).counts
    return Fraction(sum(counts), len(counts)) if counts else None


def estimate(model: Model, day: date, start: Minutes) -> Estimate:
    """The forecast of the interval of a day that begins at a local time."""
    slot = slot_of(day, start)
    sample = model.ordinary.sample(slot, model.until)
    if not sample.counts:
        return Estimate(None, None, None, 0, NO_HISTORY)
    factor, words = _factor(model, day, sample)
    mean = Fraction(sample.total, len(sample.counts)) * factor
    if len(sample.counts) < WEEKS_FOR_A_BAND:
        guess = f"a guess from {sample.weeks} week{'' if sample.weeks == 1 else 's'}"
        low, high = min(sample.counts), max(sample.counts)
        return Estimate(mean, low, high, sample.weeks, f"{guess}, {words}" if words else guess)
    return Estimate(mean, *band(mean, model.spread, len(sample.counts)), sample.weeks, words)


def _factor(model: Model, day: date, sample: Sample) -> tuple[Fraction, str | None]:
    """The factor that makes this day differ from the mean of its weeks, and that in words."""
    factor = model.factor if sample.weeks >= FEWEST_WEEKS else Fraction(1)
    if day not in model.holidays:
        return factor, None
    if model.holiday is None:
        return factor, f"holiday, {EFFECT_UNKNOWN}"
    return factor * model.holiday, "holiday"
