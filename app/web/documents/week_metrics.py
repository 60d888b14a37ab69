"""Metrics of a week."""

from typing import Annotated, cast

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.domain.week_metrics import WeekMetrics, as_document

Fraction = Annotated[float | None, Field(description="Of 1, to 4 decimals; null of nothing.", examples=[0.9167])]
Seconds = Annotated[float | None, Field(description="To one decimal; null of fewer than 5 times.", examples=[900.0])]
PerHundred = Annotated[float | None, Field(description="To one decimal; null where there is nothing to divide by.")]


class SlotCoverage(TypedDict):
    """Shifts that are over and were not cancelled; covered are those with as many completed seats as they need."""

    covered: int
    due: int
    share: Fraction


class FunctionParticipation(TypedDict):
    """The members of one function who took part."""

    took_part: int
    members: int
    share: Fraction


class Participation(FunctionParticipation):
    """The week's members who took part; functions with fewer than 5 members are in `Other functions`."""

    by_function: dict[str, FunctionParticipation]


class MetricsOfWeek(TypedDict):
    """The metrics of a week. Every number is of live activities, with or without a team; none is of one team or person.

    First responses are the earliest to their subject in all weeks, next ones the later ones; those without a subject
    are neither. `known` are responses whose time is known, `…_within_sla` shares of those within the week's `sla`.
    """

    responses: int
    issues: int
    feature_requests: int
    first_responses: int
    first_known: int
    first_median_seconds: Seconds
    first_p90_seconds: Seconds
    first_within_sla: Fraction
    next_responses: int
    next_within_sla: Fraction
    known: int
    within_sla: Fraction
    issues_per_100_responses: PerHundred
    requests_per_100_responses: PerHundred
    early_shift_share: Annotated[Fraction, Field(description="Shifts that started before 07:00, local time.")]
    coverage: SlotCoverage
    participation: Participation
    repeat_share: Annotated[
        Fraction, Field(description="People who took part before, of all who did this week; null of fewer than 5.")
    ]
    contact_rate_per_100_customers: PerHundred


def week_metrics_document(metrics: WeekMetrics) -> MetricsOfWeek:
    """The metrics of a week, rounded half up."""
    return cast("MetricsOfWeek", as_document(metrics))
