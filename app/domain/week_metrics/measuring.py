"""Metrics of a week, each a pure function of its facts: exact fractions, which `as_document` rounds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.week_metrics.facts import Place, Response, WeekRecord
from app.domain.week_metrics.share import Share
from app.domain.week_metrics.small_groups import Group, group_by_function, protect

ISSUE, FEATURE_REQUEST, RESPONSE = "issue", "feature_request", "response"
EARLY_BEFORE = time(7)
FEWEST_TIMES = 5
"""Values from which there is a median and a 90th percentile, so that none of them is one person's reply."""
FEWEST_PEOPLE = 5
"""People from which it is told how many took part before."""
_P50, _P90 = Fraction(1, 2), Fraction(9, 10)


class Coverage(NamedTuple):
    """Slots that are over: those where as many people as needed completed their seat, of all of them."""

    covered: int
    due: int

    @property
    def share(self) -> Share:
        """The share of slots that were covered."""
        return Share(self.covered, self.due)


@dataclass(frozen=True, slots=True)
class WeekMetrics:
    """The metrics of one week, exact; times are in seconds, None where there are too few values.

    `within` is of all known times, `first_within` and `next_within` of those of first and of next responses.
    """

    responses: int
    issues: int
    feature_requests: int
    first_responses: int
    first_within: Share
    first_median: Fraction | None
    first_p90: Fraction | None
    next_responses: int
    next_within: Share
    within: Share
    early: Share
    coverage: Coverage
    took_part: Share
    by_function: tuple[Group, ...]
    repeat: Share | None
    contacts: int | None
    customers: int | None

    def per_response(self, number: int) -> Fraction | None:
        """A number of things per response; None without responses."""
        return Fraction(number, self.responses) if self.responses else None

    @property
    def contact_rate(self) -> Fraction | None:
        """Contacts per customer; None where either is unknown, or there are no customers."""
        return Fraction(self.contacts, self.customers) if self.contacts is not None and self.customers else None


class _Times(NamedTuple):
    """Response times of a week, None where unknown: first responses, later ones, and those of no subject."""

    first: list[int | None]
    later: list[int | None]
    loose: list[int | None]


def measure(facts: WeekRecord, *, sla: int, zone: ZoneInfo) -> WeekMetrics:
    """Measure a week: `sla` is the promised response time in seconds, days and hours are those of `zone`."""
    times = _part_times(facts.responses, facts.elsewhere)
    first, later, loose = map(_known, times)
    first.sort()
    slots = list(facts.slots)
    early = [is_early(start, zone) for start in facts.shift_starts]
    members_there = sum(person in facts.took_part for person in facts.members)
    came_back = Share(len(facts.took_part & facts.before), len(facts.took_part))
    return WeekMetrics(
        responses=facts.counts.get(RESPONSE, 0),
        issues=facts.counts.get(ISSUE, 0),
        feature_requests=facts.counts.get(FEATURE_REQUEST, 0),
        first_responses=len(times.first),
        first_within=_within(first, sla),
        first_median=quantile(first, _P50),
        first_p90=quantile(first, _P90),
        next_responses=len(times.later),
        next_within=_within(later, sla),
        within=_within([*first, *later, *loose], sla),
        early=Share(sum(early), len(early)),
        coverage=Coverage(sum(slot.completed >= slot.needed for slot in slots), len(slots)),
        took_part=Share(members_there, len(facts.members)),
        by_function=tuple(protect(group_by_function(facts.members, facts.took_part))),
        repeat=came_back if came_back.whole >= FEWEST_PEOPLE else None,
        contacts=facts.contacts,
        customers=facts.customers,
    )


def is_early(start: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a shift starts before 07:00 by the clocks of a zone."""
    return start.astimezone(zone).time() < EARLY_BEFORE


def quantile(ordered: Sequence[int], p: Fraction) -> Fraction | None:
    """A quantile of ascending values, by linear interpolation at (n−1)p; None of fewer than 5.

    Type 7 of Hyndman and Fan: PERCENTILE.INC in spreadsheets, `inclusive` in `statistics`; NIST's own is (n+1)p.
    """
    if len(ordered) < FEWEST_TIMES:
        return None
    place = (len(ordered) - 1) * p
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _part_times(responses: Iterable[Response], elsewhere: Mapping[str, Place]) -> _Times:
    """Part response times: the first of a subject is the earliest in all weeks, all others of it are later ones."""
    earliest: dict[str, tuple[Place, int | None]] = {}
    later: list[int | None] = []
    loose: list[int | None] = []
    for subject, at, source, external_id, seconds in responses:
        if subject is None:
            loose.append(seconds)
            continue
        place = (at, source, external_id)
        known = earliest.get(subject)
        if known is None:
            earliest[subject] = (place, seconds)
        elif place < known[0]:
            earliest[subject] = (place, seconds)
            later.append(known[1])
        else:
            later.append(seconds)
    first: list[int | None] = []
    for subject, (place, seconds) in earliest.items():
        other = elsewhere.get(subject)
        (first if other is None or place <= other else later).append(seconds)
    return _Times(first, later, loose)


def _known(times: Iterable[int | None]) -> list[int]:
    return [seconds for seconds in times if seconds is not None]


def _within(times: Sequence[int], sla: int) -> Share:
    return Share(len([seconds for seconds in times if seconds <= sla]), len(times))
