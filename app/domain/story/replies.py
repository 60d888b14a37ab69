"""Response times, compared with the tightest limit the rules reward."""

from collections.abc import Iterable
from itertools import pairwise
from statistics import median

from app.domain.rules.model import Rules
from app.domain.scoring.activity import Activity
from app.domain.story.model import Bucket, ResponseTimes

RESPONSE = "response"
_ONE_HOUR = 3600


def sla(rules: Rules) -> int | None:
    """The smallest `within` of a bonus on responses, in seconds; None where there is no such bonus."""
    limits = [bonus.within for bonus in rules.bonuses if bonus.activity == RESPONSE and bonus.within is not None]
    return min(limits, default=None)


def time_responses(activities: Iterable[Activity], rules: Rules) -> ResponseTimes | None:
    """The times of all responses, with or without a team; None where no time is known."""
    responses = [activity for activity in activities if activity.kind == RESPONSE]
    times = [response.response_seconds for response in responses if response.response_seconds is not None]
    if not times:
        return None
    within = sla(rules)
    return ResponseTimes(
        responses=len(responses),
        known=len(times),
        median=round(median(times)),
        within=within,
        inside=None if within is None else sum(time <= within for time in times),
        buckets=_buckets(times, within or _ONE_HOUR),
    )


def _buckets(times: list[int], limit: int) -> tuple[Bucket, ...]:
    """Quarters of the limit, then up to half as long again, up to twice as long, and everything beyond."""
    edges = sorted({0, limit // 4, limit // 2, limit * 3 // 4, limit, limit * 3 // 2, limit * 2})
    inner = [
        Bucket(above, upto, sum((above < time or above == time == 0) and time <= upto for time in times))
        for above, upto in pairwise(edges)
    ]
    return (*inner, Bucket(edges[-1], None, sum(time > edges[-1] for time in times)))
