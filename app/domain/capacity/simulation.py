"""A simulated shift of e-mail: the same numbers, every time, from a seed of its own."""

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from heapq import heapreplace
from math import log
from random import Random
from typing import NamedTuple, Self

from app.domain.capacity.backlog import Backlog, Needs, needs
from app.domain.rounding import exact

RUNS = 2_000
FEWEST_RUNS = 5
MOST_BUSY = 150
"""Messages of a shift up to which all runs are made. A busier one differs less from run to run and takes fewer, by the
third power: so a week of such shifts is planned within seconds."""
MOST_SIMULATED = 300_000
"""Messages simulated for the share of a plan, which is asked for one shift at a time."""
A_LOOK, FEWEST_LOOKED, FAR_BELOW, FAR_ABOVE = 10, 3, 0.75, 0.97
"""One run in so many tells whether enough are answered, unless the share lies between these two."""
ENOUGH = 0.9
MOST_ADDED = 10
_SEED = 16


@dataclass(frozen=True, slots=True)
class Plan:
    """People for a shift, the needs they follow from, and the share answered in time; None where nobody writes."""

    needs: Needs
    people: int
    share: float | None


@lru_cache(maxsize=2_048)
def plan(shift: Backlog) -> Plan:
    """People for a shift: what the formulas ask for, and up to ten more while under 0.9 are answered in time."""
    enough = people(shift)
    runs = min(RUNS, max(FEWEST_RUNS, int(MOST_SIMULATED / max(shift.expected, Fraction(1)))))
    return Plan(needs(shift), enough, simulated_share(shift, enough, runs))


@lru_cache(maxsize=2_048)
def people(shift: Backlog) -> int:
    """The people of a plan alone, found with few runs where few leave no doubt."""
    least = needs(shift).people
    if _is_enough(shift, least):
        return least
    # With more people nobody waits longer, so what is enough can be searched for by halves.
    return least + bisect_left(range(1, MOST_ADDED), True, key=lambda added: _is_enough(shift, least + added)) + 1


def _is_enough(shift: Backlog, at_work: int) -> bool:
    share = simulated_share(shift, at_work, max(FEWEST_LOOKED, _runs(shift) // A_LOOK))
    if share is not None and FAR_BELOW <= share <= FAR_ABOVE:
        share = simulated_share(shift, at_work)
    return share is None or share >= ENOUGH


@lru_cache(maxsize=2_048)
def simulated_share(shift: Backlog, people: int, runs: int | None = None) -> float | None:
    """The share answered within the promise over all runs, or so many; None where there is nothing to answer."""
    if not shift.expected:
        return None
    pace, chance = _Pace.of(shift), Random(_SEED)  # noqa: S311 - a simulation, not a secret
    good = total = 0
    for _ in range(runs or _runs(shift)):
        answered, came = _run(pace, people, chance)
        good, total = good + answered, total + came
    return good / total if total else None


def _runs(shift: Backlog) -> int:
    busy = min(Fraction(1), MOST_BUSY / max(shift.expected, Fraction(1)))
    return max(FEWEST_RUNS, int(RUNS * busy**3))


class _Pace(NamedTuple):
    """A shift as its runs reckon with it, in minutes: those who wait, and each interval in which anybody writes."""

    waiting: int
    effort: float
    promise: float
    intervals: tuple[tuple[float, float, float], ...]
    """The beginning and end of each, and the mean time from one message to the next."""

    @classmethod
    def of(cls, shift: Backlog) -> Self:
        """The pace of a shift, reckoned once for all its runs."""
        length = float(shift.interval_min)
        busy = [(number, float(contacts)) for number, contacts in enumerate(shift.contacts) if contacts]
        return cls(
            shift.waiting, float(shift.effort_min), float(exact(shift.promise_min)),
            tuple((number * length, (number + 1) * length, length / contacts) for number, contacts in busy),
        )  # fmt: skip


def _run(shift: _Pace, people: int, chance: Random) -> tuple[int, int]:
    """The messages answered in time and all of one shift: oldest first, each by whoever is free first.

    Those who wait come at the start, then a Poisson stream at the pace of each interval. Handling times are
    exponential; the same people stay until everything is answered. How many they are changes no draw, so with more
    nobody waits longer.
    """
    waiting, effort, promise, intervals = shift
    draw = chance.random
    free_at = [0.0] * people
    good = total = 0
    for _ in range(waiting):
        answered_at = free_at[0] - log(1.0 - draw()) * effort
        heapreplace(free_at, answered_at)
        good += answered_at <= promise
    for begins_at, ends_at, gap in intervals:
        came_at = begins_at - log(1.0 - draw()) * gap
        while came_at < ends_at:
            free = free_at[0]
            answered_at = max(came_at, free) - log(1.0 - draw()) * effort
            heapreplace(free_at, answered_at)
            total += 1
            good += answered_at - came_at <= promise
            came_at -= log(1.0 - draw()) * gap
    return good, total + waiting
