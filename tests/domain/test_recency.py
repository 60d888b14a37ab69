"""Recency, by clocks that may be wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.recency import TOLERANCE, due_again, is_recent

NOW = datetime(2022, 9, 14, 20, tzinfo=UTC)
HOUR, A_MOMENT = timedelta(hours=1), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("ago", "is_within"),
    [
        (timedelta(), True),
        (HOUR - A_MOMENT, True),
        (HOUR, False),
        (30 * HOUR, False),
        (-TOLERANCE, True),
        (-TOLERANCE - A_MOMENT, False),
        (-11 * HOUR, False),
    ],
)
def test_is_recent_takes_neither_what_is_old_nor_what_lies_ahead(ago: timedelta, is_within: bool) -> None:
    assert is_recent(NOW - ago, NOW, HOUR) == is_within


def test_is_recent_looks_as_far_ahead_as_it_is_told() -> None:
    assert [is_recent(NOW + ahead, NOW, HOUR, ahead=HOUR) for ahead in (HOUR, HOUR + A_MOMENT)] == [True, False]


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, NOW),
        (NOW, NOW + HOUR),
        (NOW - 3 * HOUR, NOW - 2 * HOUR),
        (NOW + TOLERANCE, NOW + TOLERANCE + HOUR),
        (NOW + TOLERANCE + A_MOMENT, NOW),
    ],
)
def test_due_again_is_an_interval_later_unless_that_was_no_moment(last: datetime | None, due: datetime) -> None:
    assert due_again(last, NOW, HOUR) == due
