"""Forecasts of slots: how many weeks say what, momentum, holidays, and what teaches nothing."""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.forecast.accuracy import accuracy, last_weeks, momentum
from app.domain.forecast.forecasting import estimate, fit
from app.domain.forecast.history import History, Slot, weeks_before

SUNDAY = date(2026, 11, 29)
NEXT = SUNDAY + timedelta(days=7)
TEN = 600
TWELVE_WEEKS = (10, 12, 8, 10, 9, 11, 13, 15, 14, 16, 18, 17)
GROWING = tuple(range(10, 36))


def weekly(counts: Iterable[int], *, until: date = SUNDAY) -> dict[date, dict[int, int]]:
    """Days with one interval each, weekly, the last of them `until`."""
    listed = list(counts)
    return {weeks_before(until, len(listed) - 1 - number): {TEN: count} for number, count in enumerate(listed)}


def test_estimate_without_history_says_so() -> None:
    found = estimate(fit(History({}, SUNDAY)), NEXT, TEN)

    assert (found.contacts, found.low, found.high, found.weeks) == (None, None, None, 0)
    assert found.note == "No history yet. Import some."


@pytest.mark.parametrize(
    ("counts", "mean", "seen", "note"),
    [([5], 5, (5, 5), "a guess from 1 week"), ([5, 8], Fraction(13, 2), (5, 8), "a guess from 2 weeks"),
     ([5, 8, 2], 5, (2, 8), "a guess from 3 weeks")],
)  # fmt: skip
def test_estimate_from_one_to_three_weeks_is_a_guess_with_the_seen_range(
    counts: list[int], mean: Fraction, seen: tuple[int, int], note: str
) -> None:
    found = estimate(fit(History(weekly(counts), SUNDAY)), NEXT, TEN)

    assert (found.contacts, (found.low, found.high), found.note) == (mean, seen, note)


def test_estimate_from_four_weeks_has_a_band_and_no_accuracy() -> None:
    model = fit(History(weekly([4, 2, 7, 3]), SUNDAY))

    found = estimate(model, NEXT, TEN)

    assert found.contacts == 4
    assert (found.low, found.high, found.weeks, found.note) == (1, 7, 4, None)
    assert model.accuracy is None


def test_last_weeks_are_forecast_from_the_eight_before_each() -> None:
    model = fit(History(weekly(TWELVE_WEEKS), SUNDAY))

    weeks = last_weeks(model.ordinary, [Slot(6, TEN)], SUNDAY)

    tried = [(week.intervals[0].mean, week.intervals[0].mean * week.momentum) for week in weeks]
    assert [float(each) for pair in tried for each in pair] == [11, 14, 11.5, 14.5, 12, 15, 13.25, 17]
    plain, quick = accuracy(weeks, "mean"), accuracy(weeks, "momentum")
    assert [plain.wape, plain.bias] == pytest.approx([0.265385, -0.265385], abs=5e-7)
    assert [quick.wape, quick.bias, quick.naive_wape] == pytest.approx([0.069231, -0.069231, 0.092308], abs=5e-7)


def test_fit_uses_momentum_where_it_proved_better() -> None:
    model = fit(History(weekly(TWELVE_WEEKS), SUNDAY))

    found = estimate(model, NEXT, TEN)

    assert (model.method, found.contacts, found.weeks) == ("momentum", Fraction(35, 2), 12)
    assert model.accuracy is not None
    assert model.accuracy.is_better_than_naive


def test_fit_leaves_momentum_out_where_it_is_no_better() -> None:
    steady = [10, 11, 9, 10, 10, 11, 9, 10, 10, 11, 9, 10]

    model = fit(History(weekly(steady), SUNDAY))

    assert (model.method, model.factor) == ("mean", Fraction(1))
    assert estimate(model, NEXT, TEN).contacts == 10


def test_momentum_stays_between_its_bounds() -> None:
    ordinary = [fit(History(weekly([10] * 10 + [last] * 2), SUNDAY)).ordinary for last in (100, 0)]

    assert [momentum(each, [Slot(6, TEN)], SUNDAY) for each in ordinary] == [Fraction(13, 10), Fraction(7, 10)]


def test_estimate_looks_no_further_back_than_26_weeks_and_uses_eight() -> None:
    old = weekly([99] * 4, until=weeks_before(SUNDAY, 26))
    recent = weekly([4, 4, 4, 4, 4, 4, 4, 4], until=weeks_before(SUNDAY, 18))

    found = estimate(fit(History(old | recent, SUNDAY)), NEXT, TEN)

    assert found.contacts == 4
    assert found.weeks == 8
    assert estimate(fit(History(old, SUNDAY)), NEXT, TEN).weeks == 0


def test_estimate_skips_days_that_are_not_normal_missing_or_not_over() -> None:
    days = weekly([4, 90, 4, 4, 4])
    odd = weeks_before(SUNDAY, 3)
    missing = weeks_before(SUNDAY, 2)
    del days[missing]
    days[NEXT] = {TEN: 70}

    found = estimate(fit(History(days, SUNDAY, not_normal=frozenset({odd}))), NEXT, TEN)

    assert found.contacts == 4
    assert found.weeks == 3


def test_estimate_of_a_holiday_takes_two_past_ones() -> None:
    days = weekly([10] * 20)
    past = [weeks_before(SUNDAY, 3), weeks_before(SUNDAY, 9)]
    days[past[0]], days[past[1]] = {TEN: 4}, {TEN: 2}

    one = fit(History(days, SUNDAY, holidays=frozenset({past[0], NEXT})))
    two = fit(History(days, SUNDAY, holidays=frozenset({*past, NEXT})))

    unknown, known = estimate(one, NEXT, TEN), estimate(two, NEXT, TEN)
    assert unknown.note == "holiday, effect unknown"
    assert known.contacts == 3
    assert known.note == "holiday"
    assert estimate(two, NEXT + timedelta(days=7), TEN).contacts == 10


def test_accuracy_without_contacts_has_no_shares() -> None:
    model = fit(History(weekly([0] * 12), SUNDAY))

    assert model.accuracy is not None
    assert (model.accuracy.wape, model.accuracy.bias, model.accuracy.floor) == (None, None, None)
    assert (estimate(model, NEXT, TEN).low, estimate(model, NEXT, TEN).high) == (0, 0)


@given(st.lists(st.integers(0, 60), min_size=4, max_size=26))
def test_estimate_lies_in_its_band(counts: list[int]) -> None:
    found = estimate(fit(History(weekly(counts), SUNDAY)), NEXT, TEN)

    assert found.contacts is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.contacts < found.high + 1
