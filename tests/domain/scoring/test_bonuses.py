"""Bonuses: conditions, points or times, and caps of their own."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from app.domain.rules.model import Bonus, Cap, Window
from tests.domain.builders import BERLIN, EARLY, IN_SLA, PLAIN, RESPONSE, SHIFT, activity, earned, moment, with_kind

MON, TUE, SAT, SUN = 0, 1, 5, 6
NIGHT = Window(time(22), time(6))


def given(bonus: Bonus, at: str, seconds: int | None = None) -> int:
    """The number of times one activity of the bonus's kind earns it."""
    awards = earned(replace(PLAIN, bonuses=(bonus,)), activity(bonus.activity, at, seconds=seconds))
    return sum(name == bonus.name for name, _ in awards)


@pytest.mark.parametrize(
    ("at", "times"), [("05:59:59.999999", 0), ("06:00", 1), ("06:59:59.999999", 1), ("07:00", 0), ("18:30", 0)]
)
def test_earned_in_a_starts_window_is_half_open_in_local_time(at: str, times: int) -> None:
    awarded = given(EARLY, at)

    assert awarded == times


@pytest.mark.parametrize(("at", "times"), [("21:59", 0), ("22:00", 1), ("23:59:59.999999", 1), ("00:00", 0)])
def test_earned_in_a_starts_window_until_24_00_ends_with_the_day(at: str, times: int) -> None:
    awarded = given(replace(EARLY, starts=Window(time(22), None)), at)

    assert awarded == times


@pytest.mark.parametrize(
    ("at", "times"), [("21:59", 0), ("22:00", 1), ("00:00", 1), ("05:59:59.999999", 1), ("06:00", 0)]
)
def test_earned_in_a_starts_window_past_midnight_wraps(at: str, times: int) -> None:
    awarded = given(replace(EARLY, starts=NIGHT), at)

    assert awarded == times


@pytest.mark.parametrize(("at", "times"), [("23:30", 1), ("00:00", 0)])
def test_earned_in_a_starts_window_until_midnight_reaches_it(at: str, times: int) -> None:
    awarded = given(replace(EARLY, starts=Window(time(22), time(0))), at)

    assert awarded == times


@pytest.mark.parametrize(
    ("at", "times"),
    [("2022-09-16 23:59", 0), ("2022-09-17 00:00", 1), ("2022-09-18 23:59", 1), ("2022-09-19 00:00", 0)],
)
def test_days_are_local_days_of_the_activity(at: str, times: int) -> None:
    awarded = given(Bonus("Weekend", "shift", points=1, days=frozenset({SAT, SUN})), at)

    assert awarded == times


@pytest.mark.parametrize(
    ("at", "times"),
    [
        ("2022-09-12 03:00", 0),  # Monday, in the night that began on Sunday
        ("2022-09-12 22:00", 1),
        ("2022-09-13 05:59", 1),  # Tuesday, in the night that began on Monday
        ("2022-09-13 22:00", 0),
        ("2022-09-12 12:00", 0),
    ],
)
def test_days_in_a_window_that_wraps_are_the_day_it_began(at: str, times: int) -> None:
    awarded = given(replace(EARLY, starts=NIGHT, days=frozenset({MON})), at)

    assert awarded == times


@pytest.mark.parametrize(("seconds", "times"), [(0, 1), (3600, 1), (3601, 0), (None, 0)])
def test_earned_within_a_limit_needs_a_known_time_no_longer_than_it(seconds: int | None, times: int) -> None:
    awarded = given(IN_SLA, "09:00", seconds)

    assert awarded == times


@pytest.mark.parametrize(
    ("at", "seconds", "times"),
    [
        ("2022-09-13 06:30", 60, 1),
        ("2022-09-14 06:30", 60, 0),
        ("2022-09-13 07:30", 60, 0),
        ("2022-09-13 06:30", 61, 0),
    ],
)
def test_bonus_wants_all_its_conditions(at: str, seconds: int, times: int) -> None:
    awarded = given(replace(EARLY, days=frozenset({TUE}), within=60), at, seconds)

    assert awarded == times


def test_bonus_without_conditions_is_earned_by_every_activity_of_its_kind() -> None:
    rules = replace(PLAIN, bonuses=(Bonus("Extra", "shift", points=3),))

    awards = earned(rules, activity("shift", "09:00"), activity("issue", "10:00"))

    assert awards == [("shift", 10), ("Extra", 3), ("issue", 5)]


def test_earned_bonuses_are_in_file_order() -> None:
    rules = replace(PLAIN, bonuses=(Bonus("Zeal", "shift", points=1), Bonus("Aim", "shift", points=2)))

    awards = earned(rules, activity("shift"))

    assert awards == [("shift", 10), ("Zeal", 1), ("Aim", 2)]


def test_earned_by_times_is_the_kinds_points_for_every_time_beyond_the_first() -> None:
    rules = replace(PLAIN, bonuses=(Bonus("Triple", "shift", times=3),))

    awards = earned(rules, activity("shift"))

    assert awards == [("shift", 10), ("Triple", 20)]


def test_earned_by_times_counts_for_a_capped_activity_too() -> None:
    bonus = Bonus("Double", "shift", times=2, cap=Cap(2, "team-week"))
    rules = replace(with_kind(replace(SHIFT, cap=Cap(1, "team-week"))), bonuses=(bonus,))

    awards = earned(rules, activity(at="09:00"), activity(at="10:00"), activity(at="11:00"))

    assert awards == [("shift", 10), ("Double", 10), ("Double", 10)]


def test_bonus_without_a_cap_has_its_kinds_counted_over_its_own_awards() -> None:
    rules = replace(with_kind(replace(RESPONSE, cap=Cap(1, "subject"))), bonuses=(IN_SLA,))
    slow, quick, quicker = (
        activity("response", at, subject="T-1", seconds=seconds)
        for at, seconds in (("09:00", 9000), ("10:00", 60), ("11:00", 60))
    )

    awards = earned(rules, slow, quick, quicker)

    assert awards == [("response", 2), ("Inside the 1-hour SLA", 1)]


def test_bonus_with_its_own_cap_forgets_its_kinds() -> None:
    bonus = replace(IN_SLA, cap=Cap(2, "team-day"))
    rules = replace(with_kind(replace(RESPONSE, cap=Cap(1, "subject"))), bonuses=(bonus,))
    run = [activity("response", f"{hour}:00", subject="T-1", seconds=60) for hour in (10, 11, 12)]

    awards = earned(rules, *run)

    assert awards == [("response", 2), ("Inside the 1-hour SLA", 1), ("Inside the 1-hour SLA", 1)]


def test_earned_bonuses_of_one_kind_do_not_use_up_each_others_caps() -> None:
    bonuses = tuple(Bonus(name, "shift", points=1, cap=Cap(1, "team-week")) for name in ("One", "Two"))

    awards = earned(replace(PLAIN, bonuses=bonuses), activity(at="09:00"), activity(at="10:00"))

    assert awards == [("shift", 10), ("One", 1), ("Two", 1), ("shift", 10)]


def test_earned_in_an_hour_that_comes_twice_counts_both_times() -> None:
    rules = replace(PLAIN, bonuses=(replace(EARLY, starts=Window(time(2), time(3))),))
    summer_and_winter = [activity(at=datetime(2022, 10, 30, hour, 30, tzinfo=UTC)) for hour in (0, 1)]

    awards = earned(rules, *summer_and_winter, activity(at=moment("2022-10-30 03:00", BERLIN)), zone=BERLIN)

    assert [name for name, _ in awards] == ["shift", "6 a.m. shift", "shift", "6 a.m. shift", "shift"]


def test_earned_in_an_hour_that_is_skipped_never_counts() -> None:
    rules = replace(PLAIN, bonuses=(replace(EARLY, starts=Window(time(2), time(3))),))
    around_the_gap = [
        activity(at=datetime(2022, 3, 27, 0, 59, tzinfo=UTC)),
        activity(at=datetime(2022, 3, 27, 1, tzinfo=UTC)),
    ]

    awards = earned(rules, *around_the_gap, zone=BERLIN)

    assert [name for name, _ in awards] == ["shift", "shift"]
