"""Silence: three hours count between 6:00 and 18:00 on the week's days, and nothing else does."""

from datetime import date, datetime

import pytest

from app.domain.source_staleness import stale_from
from tests.domain.builders import PACIFIC, moment

MONDAY, FRIDAY = date(2022, 9, 12), date(2022, 9, 16)


@pytest.mark.parametrize(
    ("last", "stale"),
    [
        ("2022-09-14 09:00", "2022-09-14 12:00"),
        ("2022-09-14 15:00", "2022-09-14 18:00"),
        ("2022-09-14 17:00", "2022-09-15 08:00"),
        ("2022-09-14 22:00", "2022-09-15 09:00"),
        ("2022-09-14 03:00", "2022-09-14 09:00"),
        ("2022-09-10 12:00", "2022-09-12 09:00"),
    ],
)
def test_source_is_stale_after_three_hours_of_the_day(last: str, stale: str) -> None:
    assert stale_from(moment(last), MONDAY, FRIDAY, PACIFIC) == moment(stale)


@pytest.mark.parametrize("last", ["2022-09-16 15:01", "2022-09-16 23:00", "2022-09-18 12:00"])
def test_source_that_outlasts_the_week_is_never_stale(last: str) -> None:
    assert stale_from(moment(last), MONDAY, FRIDAY, PACIFIC) is None


def test_hours_are_local_ones_where_the_clocks_change() -> None:
    sunday = date(2022, 11, 6)

    found = stale_from(moment("2022-11-05 17:00"), date(2022, 11, 5), sunday, PACIFIC)

    assert found == datetime(2022, 11, 6, 8, tzinfo=PACIFIC)
