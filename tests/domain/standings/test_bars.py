"""Bars: against a round maximum that seldom changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.standings.bars import nice_maximum, percent


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-3, 1), (0, 1), (1, 1), (2, 2), (4, 5), (6, 10), (10, 10), (11, 15), (16, 20), (31, 50), (76, 100), (100, 100),
     (101, 150), (751, 1_000), (1_234_567, 1_500_000)],
)  # fmt: skip
def test_nice_maximum_is_the_next_round_number(value: int, expected: int) -> None:
    assert nice_maximum(value) == expected


@given(st.integers(1, 10**12))
def test_nice_maximum_is_at_most_twice_the_value(value: int) -> None:
    assert value <= nice_maximum(value) <= 2 * value


@pytest.mark.parametrize(("value", "expected"), [(-5, 0), (0, 0), (7, 46), (15, 100)])
def test_percent_is_whole_and_never_negative(value: int, expected: int) -> None:
    assert percent(value, 15) == expected
