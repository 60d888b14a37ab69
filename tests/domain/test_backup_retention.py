"""Retention of backups: days and weeks keep their last one, and a pause pushes nothing out."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.backup_retention import kept

FIRST = datetime(2022, 1, 3, 3, tzinfo=UTC)  # a Monday
MOMENTS = st.lists(st.integers(0, 60 * 24).map(lambda hour: FIRST + timedelta(hours=hour)), max_size=40)


def played(nights: list[int], days: int, weeks: int) -> list[int]:
    """The nights whose backups are there in the end, when one is made each of these nights."""
    there: set[datetime] = set()
    for night in nights:
        there = kept([*there, FIRST + timedelta(days=night)], days=days, weeks=weeks)
    return sorted((moment - FIRST).days for moment in there)


def test_kept_are_the_last_of_each_day_and_week() -> None:
    # Night 59 is a Thursday; Sundays are 55, 48 and 41.
    assert played(list(range(60)), days=3, weeks=4) == [41, 48, 55, 57, 58, 59]
    assert played(list(range(60)), days=1, weeks=0) == [59]


def test_kept_over_a_pause_are_as_many_as_before() -> None:
    assert played([*range(10), 50], days=3, weeks=2) == [8, 9, 50]


def test_kept_on_the_newest_day_are_all() -> None:
    moments = [FIRST + timedelta(hours=hour) for hour in (0, 1, 2, 24, 25)]

    assert kept(moments, days=1, weeks=0) == set(moments[3:])
    assert kept(moments, days=2, weeks=0) == set(moments[2:])
    assert kept([], days=1, weeks=1) == set()


@given(moments=MOMENTS, days=st.integers(1, 9), weeks=st.integers(0, 9))
def test_kept_are_the_same_in_any_order_and_stay_kept(moments: list[datetime], days: int, weeks: int) -> None:
    found = kept(moments, days=days, weeks=weeks)

    assert found <= set(moments)
    assert found == kept(reversed(moments), days=days, weeks=weeks) == kept(found, days=days, weeks=weeks)
    assert not moments or max(moments) in found
    assert len({moment.date() for moment in found}) <= days + weeks
