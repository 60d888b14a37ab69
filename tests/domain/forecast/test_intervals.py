"""Intervals of local days: odd ones where clocks change, days without data, and imports that win."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendar.days import first_moment
from app.domain.forecast.intervals import Count, Length, by_day, intervals_of

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
MONDAY = date(2026, 10, 26)
BACK = date(2026, 11, 1)
FORTH = date(2026, 3, 8)


def lengths(day: date, length: Length) -> list[int]:
    return [each.minutes for each in intervals_of(day, length, LOS_ANGELES)]


def moment(day: date, minutes: int) -> datetime:
    return first_moment(day, LOS_ANGELES) + timedelta(minutes=minutes)


def test_intervals_of_a_day_step_by_the_clock_and_follow_each_other() -> None:
    assert lengths(MONDAY, 30) == [30] * 48
    assert lengths(MONDAY, 120) == [120] * 12
    assert lengths(BACK, 120) == [180] + [120] * 11
    assert lengths(FORTH, 120) == [120, 60] + [120] * 10
    assert lengths(BACK, 30) == [30] * 3 + [90] + [30] * 44
    assert lengths(FORTH, 30) == [30] * 46
    for day in (MONDAY, BACK, FORTH):
        found = intervals_of(day, 30, LOS_ANGELES)
        ends = [each.starts_at + timedelta(minutes=each.minutes) for each in found]
        assert [each.starts_at for each in found[1:]] == ends[:-1]


def test_by_day_leaves_out_intervals_of_odd_length() -> None:
    found = by_day([], [moment(BACK, 100), moment(BACK, 200)], 30, LOS_ANGELES).days[BACK]

    assert len(found) == 47
    assert 90 not in found
    assert (found[60], found[120], sum(found.values())) == (0, 1, 1)


def test_by_day_fills_days_that_have_data_and_no_others() -> None:
    found = by_day([], [moment(MONDAY, 605), moment(MONDAY, 610), moment(MONDAY, 1_439)], 30, LOS_ANGELES).days

    assert list(found) == [MONDAY]
    assert (len(found[MONDAY]), found[MONDAY][600], found[MONDAY][630], found[MONDAY][1_410]) == (48, 2, 0, 1)


def test_by_day_takes_imports_alone_where_there_are_any() -> None:
    tuesday = MONDAY + timedelta(days=1)
    imported = [Count(moment(MONDAY, 600), 30, 7), Count(moment(MONDAY, 660), 30, 0)]

    found = by_day(imported, [moment(MONDAY, 300), moment(tuesday, 300)], 120, LOS_ANGELES).days

    assert (found[MONDAY][600], found[MONDAY][240], found[tuesday][240]) == (7, 0, 1)


def test_by_day_splits_no_intervals() -> None:
    found = by_day([Count(moment(MONDAY, 600), 120, 7)], [], 30, LOS_ANGELES)

    assert list(found.days) == []
    assert found.coarse == {MONDAY}


def test_by_day_goes_by_the_days_of_the_zone() -> None:
    late = datetime(2026, 10, 27, 6, 45, tzinfo=UTC)

    assert list(by_day([], [late], 30, LOS_ANGELES).days) == [MONDAY]
    assert list(by_day([], [late], 30, ZoneInfo("UTC")).days) == [MONDAY + timedelta(days=1)]
