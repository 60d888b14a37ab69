"""Accuracy: how far forecasts of the last four weeks were off, each made a week ahead (rolling origins)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import exp, floor, lgamma, log
from typing import Literal, NamedTuple

from app.domain.forecast.history import WEEKS_USED, Ordinary, Slot, weeks_before

Method = Literal["mean", "momentum"]
WEEKS_TRIED = 4
FEWEST_WEEKS = WEEKS_USED + WEEKS_TRIED
"""Weeks of history from which on the last four can be tried with eight before each."""
SLOWEST, FASTEST = Fraction(7, 10), Fraction(13, 10)
"""Two weeks are little: the momentum stays between these."""
RECENT_WEEKS = 2
WORTH_IT = Fraction(2, 100)
"""The WAPE has to fall by so much, and in `WEEKS_BETTER` of the weeks, before the momentum is used."""
WEEKS_BETTER = 3


class Tried(NamedTuple):
    """One interval of the past: contacts, what the mean said a week ahead, and the naive forecast: the week before."""

    contacts: int
    mean: Fraction
    naive: int


class Week(NamedTuple):
    """A week of the past with the momentum at its start, and its intervals."""

    momentum: Fraction
    intervals: tuple[Tried, ...]

    def missed(self, method: Method) -> Fraction:
        """All contacts by which a method was off, above or below."""
        factor = self.factor(method)
        return sum((abs(each.contacts - each.mean * factor) for each in self.intervals), Fraction())

    def factor(self, method: Method) -> Fraction:
        """The number a method multiplies means by."""
        return self.momentum if method == "momentum" else Fraction(1)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The misses of a method over four weeks, in shares of the contacts that came; None where none came.

    `wape` is Σ|y−ŷ|/Σy, `bias` Σ(ŷ−y)/Σy, `naive_wape` that of saying “as last week”, `floor` what remains with the
    means known exactly.
    """

    wape: Fraction | None
    bias: Fraction | None
    naive_wape: Fraction | None
    floor: float | None

    @property
    def is_better_than_naive(self) -> bool:
        """True where the forecast was off by less than last week's numbers."""
        return self.wape is not None and self.naive_wape is not None and self.wape < self.naive_wape


def momentum(ordinary: Ordinary, slots: Iterable[Slot], until: date) -> Fraction:
    """Contacts of the last two weeks ÷ what the means say for the same slots, kept between 0.7 and 1.3."""
    came, said = 0, Fraction()
    after = weeks_before(until, RECENT_WEEKS)
    for slot in slots:
        counts = ordinary.counted(slot, after, until)
        if counts:
            sample = ordinary.sample(slot, until)
            came += sum(counts)
            said += len(counts) * Fraction(sample.total, len(sample.counts))
    return min(FASTEST, max(SLOWEST, came / said)) if said else Fraction(1)


def last_weeks(ordinary: Ordinary, slots: Sequence[Slot], until: date) -> tuple[Week, ...]:
    """The last four weeks, oldest first, each as it was forecast the day before it began."""
    ends = [weeks_before(until, back) for back in reversed(range(WEEKS_TRIED))]
    return tuple(_week(ordinary, slots, weeks_before(end, 1), end) for end in ends)


def _week(ordinary: Ordinary, slots: Sequence[Slot], origin: date, end: date) -> Week:
    intervals = []
    for slot in slots:
        sample = ordinary.sample(slot, origin)
        if sample.counts:
            mean = Fraction(sample.total, len(sample.counts))
            intervals += [Tried(came, mean, sample.counts[-1]) for came in ordinary.counted(slot, origin, end)]
    return Week(momentum(ordinary, slots, origin), tuple(intervals))


def is_momentum_worth_it(weeks: Sequence[Week]) -> bool:
    """True where the momentum made the WAPE smaller by 0.02, and in three of four weeks."""
    came = sum(each.contacts for week in weeks for each in week.intervals)
    gains = [week.missed("mean") - week.missed("momentum") for week in weeks]
    return came > 0 and sum(gains) >= WORTH_IT * came and sum(gain > 0 for gain in gains) >= WEEKS_BETTER


def accuracy(weeks: Sequence[Week], method: Method) -> Accuracy:
    """The accuracy of a method over some weeks."""
    tried = [(each, each.mean * week.factor(method)) for week in weeks for each in week.intervals]
    came = sum(each.contacts for each, _ in tried)
    said = sum((forecast for _, forecast in tried), Fraction())
    missed = sum((week.missed(method) for week in weeks), Fraction())
    naive = sum(abs(each.contacts - each.naive) for each, _ in tried)
    noise = sum(chance_error(float(forecast)) for _, forecast in tried)
    return Accuracy(
        missed / came if came else None,
        (said - came) / came if came else None,
        Fraction(naive, came) if came else None,
        noise / float(said) if said else None,
    )


def chance_error(mean: float) -> float:
    """The mean deviation E|Y−μ| of a Poisson count from its mean: 2e^−μ μ^(⌊μ⌋+1)/⌊μ⌋!."""
    if mean <= 0:
        return 0.0
    whole = floor(mean)
    return 2 * exp(-mean + (whole + 1) * log(mean) - lgamma(whole + 1))
