"""Ranking: what teams and people are compared by, and the places that follow."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import TypeAlias

from app.domain.rules.model import Metric
from app.domain.scoring.tally import Tally

_NEVER = datetime.max.replace(tzinfo=UTC)

SortKey: TypeAlias = tuple[int | datetime, ...]


def value(tally: Tally, metric: Metric) -> int:
    """The number a metric other than `earliest` reads from a tally."""
    match metric.kind:
        case "count":
            return tally.counts.get(metric.name, 0)
        case "bonus":
            return tally.bonuses.get(metric.name, 0)
        case "points":
            return tally.points
        case "points_of":
            return tally.kind_points.get(metric.name, 0)
        case "quests":
            return sum(tally.quests.values())
        case "earliest":
            raise ValueError("earliest is a moment, not a number")


def sort_key(tally: Tally, ties: Iterable[Metric]) -> SortKey:
    """Better teams have smaller keys, equal ones equal keys: points, then the metrics, larger first.

    `earliest` prefers the earlier last award with points other than 0; without any comes last.
    """
    return (-tally.points, *(_tie(tally, metric) for metric in ties))


def _tie(tally: Tally, metric: Metric) -> int | datetime:
    return (tally.last_award or _NEVER) if metric.kind == "earliest" else -value(tally, metric)


def ranks(tallies: Mapping[str, Tally], ties: Iterable[Metric]) -> dict[str, int]:
    """Each team's rank from 1; equal teams share a rank and the next is skipped (1, 2, 2, 4)."""
    metrics = tuple(ties)
    keys = {team: sort_key(tally, metrics) for team, tally in tallies.items()}
    first: dict[SortKey, int] = {}
    for place, key in enumerate(sorted(keys.values()), start=1):
        first.setdefault(key, place)
    return {team: first[key] for team, key in keys.items()}


def tie_breakers(keys: Sequence[tuple[Hashable, ...]]) -> list[tuple[int, ...]]:
    """For each of these keys, which come best first, the metrics that part it from others with as many points.

    A key is points and then a value for each metric of `ranking.ties`; metrics are by number, in their order. Only the
    next better and the next worse keys count: towards each, the first metric that differs.
    """
    deciding: defaultdict[tuple[Hashable, ...], set[int]] = defaultdict(set)
    for above, below in pairwise(key for key, _ in groupby(keys)):
        if above[0] == below[0]:
            place = next(place for place, pair in enumerate(zip(above[1:], below[1:], strict=True)) if len({*pair}) > 1)
            deciding[above].add(place)
            deciding[below].add(place)
    return [tuple(sorted(deciding[key])) if key in deciding else () for key in keys]
