"""E-mail: a backlog that people work off, each message answered within a promised time."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import ceil

from app.domain.rounding import Number, exact

BUSY = Fraction(85, 100)
"""Nobody answers every minute: the share of working time that may be full."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """A shift's e-mail: contacts of each interval, those who wait already, minutes each takes.

    Each is answered within `promise_min` of coming in; `shrinkage` is the share of time that goes to breaks, meetings
    and questions, under 1.
    """

    contacts: tuple[Number, ...]
    interval_min: int
    waiting: int
    handling_min: Number
    promise_min: Number = 60
    shrinkage: Number = 0.15

    @property
    def expected(self) -> Fraction:
        """All messages of the shift, those that wait included."""
        return sum((exact(each) for each in self.contacts), Fraction(self.waiting))

    @property
    def effort_min(self) -> Fraction:
        """Minutes of a person's time that an answer takes, breaks and the like included."""
        return exact(self.handling_min) / (1 - exact(self.shrinkage))


@dataclass(frozen=True, slots=True)
class Needs:
    """People, not rounded, that each reason asks for.

    `keep_up` with all that comes, `window` for the busiest stretch within the promise, `backlog` for those who wait.
    """

    keep_up: Fraction
    window: Fraction
    backlog: Fraction

    @property
    def people(self) -> int:
        """Enough for the largest, one at least; rounded once."""
        return max(1, ceil(max(self.keep_up, self.window, self.backlog)))


def needs(shift: Backlog) -> Needs:
    """The people that the formulas ask for."""
    arriving = [exact(each) for each in shift.contacts]
    length = len(arriving) * shift.interval_min
    effort = shift.effort_min
    return Needs(
        sum(arriving, Fraction()) * effort / (length * BUSY) if length else Fraction(),
        _busiest(arriving, shift) * effort,
        shift.waiting * effort / exact(shift.promise_min),
    )


def _busiest(arriving: Sequence[Fraction], shift: Backlog) -> Fraction:
    """The most messages a minute over all stretches of intervals, each with the promise to work in."""
    sums = [Fraction(), *accumulate(arriving)]
    promise = exact(shift.promise_min)
    return max(
        (
            (sums[last] - sums[first] + (0 if first else shift.waiting))
            / ((last - first) * shift.interval_min + promise)
            for first in range(len(arriving))
            for last in range(first + 1, len(arriving) + 1)
        ),
        default=Fraction(),
    )
