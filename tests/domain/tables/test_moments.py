"""Days and times as spreadsheets save them."""

from datetime import date

import pytest

from app.domain.tables.moments import read_clock_time, read_date


@pytest.mark.parametrize(
    "text", ["2026-03-09", "2026-3-9", "2026/03/09", "2026.3.9", "9.3.2026", "09. 03. 2026", "2026-03-09 00:00:00"]
)
def test_a_day_that_can_be_one_alone_is_read(text: str) -> None:
    assert read_date(text) == date(2026, 3, 9)


@pytest.mark.parametrize(
    "text", ["3/9/2026", "13/9/2026", "9-3-2026", "2026-3/9", "2026-02-30", "9.3.26", "46090", "", "２０２６-03-09"]
)
def test_a_day_that_can_be_two_or_none_is_not(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("6:00", 360), ("06:00", 360), ("06:00:00", 360), ("6.00", 360), ("18h30", 1110), ("6:30 AM", 390),
        ("6 am", 360), ("12:00 AM", 0), ("12:15 p.m.", 735), ("11:59:00 PM", 1439), ("24:00", 1440), ("0:00", 0),
    ],
)  # fmt: skip
def test_a_time_is_read_as_spreadsheets_save_it(text: str, minutes: int) -> None:
    assert read_clock_time(text) == minutes


@pytest.mark.parametrize(
    "text", ["6", "6:0", "25:00", "24:01", "13:00 PM", "0:30 AM", "06:00:30", "0.25", "6.30", "noon", ""]
)
def test_what_is_no_time_of_a_day_is_not(text: str) -> None:
    assert read_clock_time(text) is None
