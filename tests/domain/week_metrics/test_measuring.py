"""Metrics of a week: the contract's own week, edges, and properties."""

import statistics
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.week_metrics import Response, Share, Slot, WeekRecord, answered_line, as_document, measure
from app.domain.week_metrics.measuring import is_early, quantile
from app.domain.week_metrics.rounding import round_half_up
from tests.domain.week_metrics.contract_week import BEFORE, CONTACTS, CUSTOMERS, DOCUMENT, FUNCTIONS, ROWS, SLOTS

ANGELES = ZoneInfo("America/Los_Angeles")
MONDAY = datetime(2026, 11, 2, tzinfo=ANGELES)
NOTHING: dict[str, Any] = {
    "responses": 0, "issues": 0, "feature_requests": 0, "first_responses": 0, "first_known": 0,
    "first_median_seconds": None, "first_p90_seconds": None, "first_within_sla": None, "next_responses": 0,
    "next_within_sla": None, "known": 0, "within_sla": None, "issues_per_100_responses": None,
    "requests_per_100_responses": None, "early_shift_share": None,
    "coverage": {"covered": 0, "due": 0, "share": None},
    "participation": {"took_part": 0, "members": 0, "share": None, "by_function": {}},
    "repeat_share": None, "contact_rate_per_100_customers": None,
}  # fmt: skip


def at(clock: str, day: int = 2) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=ANGELES).astimezone(UTC)


def response(clock: str, subject: str | None, seconds: int | None, external_id: str = "r", day: int = 2) -> Response:
    return Response(subject, at(clock, day), "zendesk", external_id, seconds)


WEEK = WeekRecord(
    counts=Counter(row.kind for row in ROWS),
    responses=[
        response(row.at[-5:], row.subject, row.seconds, day=int(row.at[:-6] or 2))
        for row in ROWS
        if row.kind == "response"
    ],
    shift_starts=[at(row.at[-5:], int(row.at[:-6] or 2)) for row in ROWS if row.kind == "shift"],
    slots=[Slot(1, [state for _, state in seats].count("completed")) for _, seats in SLOTS],
    members=FUNCTIONS,
    took_part={row.who for row in ROWS} | {who for _, seats in SLOTS for who, state in seats if state == "completed"},
    before=set(BEFORE),
    contacts=CONTACTS,
    customers=CUSTOMERS,
)


def measured(facts: WeekRecord, sla: int = 3600) -> dict[str, Any]:
    return as_document(measure(facts, sla=sla, zone=ANGELES))


def test_measure_the_week_of_the_contract_gives_its_document() -> None:
    document = measured(WEEK)

    assert document == DOCUMENT
    assert list(document) == list(NOTHING)


def test_measure_an_empty_week_has_no_share() -> None:
    assert measured(WeekRecord({})) == NOTHING


def test_measure_no_customers_or_no_contacts_known_gives_no_rate() -> None:
    assert measured(WeekRecord({}, contacts=4, customers=0))["contact_rate_per_100_customers"] is None
    assert measured(WeekRecord({}, contacts=None, customers=9))["contact_rate_per_100_customers"] is None
    assert measured(WeekRecord({}, contacts=0, customers=9))["contact_rate_per_100_customers"] == 0.0


def test_measure_equal_moments_go_by_source_then_external_id() -> None:
    same = [response("08:00", "T1", 7000, "b"), response("08:00", "T1", 10, "a"), response("08:00", "T1", 7000, "B")]

    document = measured(WeekRecord({"response": 3}, responses=same))

    assert (document["first_responses"], document["next_responses"]) == (1, 2)
    assert (document["first_within_sla"], document["next_within_sla"]) == (0.0, 0.5)  # "B" < "a" by code point


def test_measure_subject_answered_in_an_earlier_week_has_no_first_response_here() -> None:
    earlier, later = (at("05:00", 1), "zendesk", "x"), (at("05:00", 9), "zendesk", "x")
    responses = [response("08:00", "T1", 10), response("09:00", "T2", 20)]

    document = measured(WeekRecord({"response": 2}, responses=responses, elsewhere={"T1": earlier, "T2": later}))

    assert (document["first_responses"], document["next_responses"]) == (1, 1)


def test_measure_who_is_no_member_counts_in_no_participation() -> None:
    facts = WeekRecord({}, members={"ana": "Sales"}, took_part={"ana", "guest"})

    assert measured(facts)["participation"] == {"took_part": 1, "members": 1, "share": 1.0, "by_function": {}}


def test_measure_repeat_of_four_people_is_not_told() -> None:
    four = frozenset("abcd")

    assert measured(WeekRecord({}, took_part=four, before=four))["repeat_share"] is None
    assert measured(WeekRecord({}, took_part=four | {"e"}, before=four))["repeat_share"] == 0.8


def test_measure_slot_that_needs_nobody_is_covered() -> None:
    assert measured(WeekRecord({}, slots=[Slot(0, 0), Slot(2, 1)]))["coverage"] == {
        "covered": 1,
        "due": 2,
        "share": 0.5,
    }


@pytest.mark.parametrize(("utc", "early"), [
    ("2026-11-01T14:59:59.999999+00:00", True),   # clocks went back at 02:00: 06:59:59 PST
    ("2026-11-01T15:00:00+00:00", False),         # 07:00 PST
    ("2026-10-31T13:59:00+00:00", True),          # the day before: 06:59 PDT
    ("2026-10-31T14:00:00+00:00", False),         # 07:00 PDT
    ("2026-03-08T13:59:00+00:00", True),          # clocks went forward: 06:59 PDT
    ("2026-03-08T14:00:00+00:00", False),
])  # fmt: skip
def test_is_early_goes_by_local_clocks_when_they_change(utc: str, early: bool) -> None:
    assert is_early(datetime.fromisoformat(utc), ANGELES) is early


TIMES = st.lists(st.integers(0, 10_000_000), min_size=5, max_size=60)


@given(TIMES)
def test_quantile_is_what_statistics_calls_inclusive(times: list[int]) -> None:
    ordered = sorted(times)

    ninth = statistics.quantiles([Fraction(each) for each in ordered], n=10, method="inclusive")[8]
    assert quantile(ordered, Fraction(1, 2)) == statistics.median([Fraction(each) for each in ordered])
    assert quantile(ordered, Fraction(9, 10)) == ninth


def test_quantile_of_four_values_is_none() -> None:
    assert quantile([1, 2, 3, 4], Fraction(1, 2)) is None


@given(st.fractions(0, 10_000_000, max_denominator=100_000), st.sampled_from([1, 4]))
def test_round_half_up_is_the_nearest_and_halves_go_up(value: Fraction, decimals: int) -> None:
    rounded = Fraction(str(round_half_up(value, decimals)))

    assert -Fraction(1, 2 * 10**decimals) < rounded - value <= Fraction(1, 2 * 10**decimals)


def test_round_half_up_does_not_round_to_even() -> None:
    assert [round_half_up(Fraction(each, 20), 1) for each in (1, 3, 5)] == [0.1, 0.2, 0.3]


RESPONSES = st.lists(
    st.builds(
        Response,
        subject=st.none() | st.sampled_from(["T1", "T2", "T3"]),
        at=st.integers(0, 4).map(lambda hours: MONDAY.astimezone(UTC) + timedelta(hours=hours)),
        source=st.sampled_from(["a", "b"]),
        external_id=st.sampled_from("xyz"),
        seconds=st.none() | st.integers(0, 7200),
    ),
    max_size=12,
    unique_by=lambda each: (each.source, each.external_id, each.at),
)


@given(RESPONSES, st.randoms(use_true_random=False))
def test_measure_sums_agree_in_any_order_of_arrival(responses: list[Response], random: Any) -> None:
    shuffled = random.sample(responses, len(responses))

    metrics = measure(WeekRecord({"response": len(responses)}, responses), sla=3600, zone=ANGELES)

    subjects = {each.subject for each in responses if each.subject is not None}
    with_subject = sum(each.subject is not None for each in responses)
    assert metrics == measure(WeekRecord({"response": len(responses)}, shuffled), sla=3600, zone=ANGELES)
    assert metrics.first_responses == len(subjects)
    assert metrics.first_responses + metrics.next_responses == with_subject
    assert metrics.within.whole == sum(each.seconds is not None for each in responses)
    assert metrics.within.part >= metrics.first_within.part + metrics.next_within.part


@pytest.mark.parametrize(("part", "whole", "line"), [
    (4, 4, ""), (0, 9, ""), (5, 5, "Every customer answered within the hour"),
    (5, 7, "5 of 7 customers answered within the hour"), (93, 100, "9 of 10 customers answered within the hour"),
    (97, 100, "19 of 20 customers answered within the hour"), (1, 999, ""),
])  # fmt: skip
def test_answered_line_never_promises_more_than_there_was(part: int, whole: int, line: str) -> None:
    assert answered_line(Share(part, whole), 3600) == line


def test_answered_line_names_another_promise() -> None:
    assert answered_line(Share(9, 10), 5400) == "9 of 10 customers answered within 1 hour 30 minutes"


@given(st.integers(5, 500).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_answered_line_is_at_most_the_share(numbers: tuple[int, int]) -> None:
    part, whole = numbers
    line = answered_line(Share(part, whole), 3600)

    if line and part < whole:
        told, _, out_of = line.split()[:3]
        assert Fraction(int(told), int(out_of)) <= Fraction(part, whole) < 1
