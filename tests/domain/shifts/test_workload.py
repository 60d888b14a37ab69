"""Workload: hours that really pass, rows without a pause, and when to look after somebody."""

from datetime import timedelta

import pytest

from app.domain.shifts.workload import Stint, hours_text, row_with, workload
from tests.builders import moment


def stint(start: str, end: str, day: int = 15, *, done: bool = False) -> Stint:
    starts_at = moment(f"2022-09-{day} {start}")
    return Stint(starts_at, moment(f"2022-09-{day} {end}"), starts_at.date(), done)


def test_nobody_has_no_workload() -> None:
    assert workload([]) == (0, timedelta(), timedelta(), 0, timedelta())


@pytest.mark.parametrize(
    ("stints", "warnings"),
    [
        ([stint("06:00", "08:00"), stint("08:00", "10:00")], ()),
        ([stint("08:29", "10:00"), stint("06:00", "08:00"), stint("10:29", "11:00")], ("3 in a row",)),
        ([stint("06:00", "08:00"), stint("08:30", "10:00"), stint("10:00", "11:00")], ()),
        ([stint("06:00", "10:00"), stint("12:00", "16:00")], ()),
        ([stint("06:00", "10:00"), stint("12:00", "16:30")], ("8 h 30 min in a day",)),
        ([stint("06:00", "12:00"), stint("06:00", "12:00", 14)], ()),
    ],
)
def test_warnings_begin_with_the_third_in_a_row_and_beyond_eight_hours(
    stints: list[Stint], warnings: tuple[str, ...]
) -> None:
    assert workload(stints).warnings == warnings


def test_a_player_is_told_of_the_row_that_organizers_see() -> None:
    day = [stint("06:00", "08:00"), stint("08:15", "10:00"), stint("10:15", "12:00"), stint("14:00", "15:00")]
    spans = [(each.starts_at, each.ends_at) for each in day]

    assert [row_with(span, [other for other in spans if other != span]) for span in spans] == [3, 3, 3, 1]
    assert workload(day).in_a_row == 3


def test_completed_time_is_counted_apart() -> None:
    found = workload([stint("06:00", "08:00", done=True), stint("10:00", "11:30")])

    assert (found.shifts, hours_text(found.time), hours_text(found.completed)) == (2, "3 h 30 min", "2 h")
