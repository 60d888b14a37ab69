"""Chat and phone: customers who wait for somebody now (Erlang C)."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp

from app.domain.rounding import Number, exact

MOST_PEOPLE = 5_000
"""Bounds what a question may cost: the formula takes a step for each person."""


@dataclass(frozen=True, slots=True)
class Load:
    """Customers who come in a period, and how long each takes, both in seconds."""

    contacts: Number
    period_s: Number
    handling_s: Number

    @property
    def erlangs(self) -> Fraction:
        """The work that comes in, as people who would be busy all the time."""
        return exact(self.contacts) * exact(self.handling_s) / exact(self.period_s)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The waiting of customers for so many people: shares of 1 and seconds.

    Nobody hangs up in this model. With no more people than work it is not `is_stable`: the queue grows without end,
    everyone waits, nobody is answered in time, and `average_wait_s` is None.
    """

    erlangs: Fraction
    wait_probability: float
    service_level: float
    average_wait_s: float | None
    occupancy: Fraction
    is_stable: bool


def waiting(load: Load, people: int, within_s: Number) -> Waiting:
    """The waiting of customers, and the share answered within so many seconds; at least one of `people`."""
    work = load.erlangs
    occupancy = work / people
    if people <= work:
        return Waiting(work, 1.0, 0.0, None, occupancy, is_stable=False)
    return _stable(load, people, within_s, _blocked(float(work), people))


def _stable(load: Load, people: int, within_s: Number, blocked: float) -> Waiting:
    work = load.erlangs
    spare = float(people - work)
    waits = blocked / (1 - float(work / people) * (1 - blocked))
    pace = float(exact(load.handling_s))
    in_time = 1 - waits * exp(-spare * float(exact(within_s)) / pace)
    return Waiting(work, waits, in_time, waits * pace / spare, work / people, is_stable=True)


def _blocked(work: float, people: int) -> float:
    """Erlang B: the share that would find everyone busy, were there no queue."""
    blocked = 1.0
    for number in range(1, people + 1):
        blocked = work * blocked / (number + work * blocked)
    return blocked


def people_at_work(load: Load, within_s: Number, target: Number) -> int | None:
    """The fewest who answer the target share in time, one at least; None where `MOST_PEOPLE` wouldn't."""
    work, wanted = float(load.erlangs), float(exact(target))
    blocked = 1.0
    for people in range(1, MOST_PEOPLE + 1):
        blocked = work * blocked / (people + work * blocked)
        if people > load.erlangs and _stable(load, people, within_s, blocked).service_level >= wanted:
            return people
    return None


def scheduled(at_work: int, shrinkage: Number, at_once: int = 1) -> int:
    """The people to plan where each has so many chats at once, and a share of the time goes to breaks and the like."""
    return ceil(ceil(Fraction(at_work, at_once)) / (1 - exact(shrinkage)))
