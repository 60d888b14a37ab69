"""Local days begin and end where their zone says so, clock changes at midnight included."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import PROJECT
from app.domain.calendar.days import day_bounds, first_moment, local_day, moment_at, parse_zone, zone_or_utc

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ("Europe/Berlin", "Asia/Beirut", "America/Santiago", "America/Havana", "Pacific/Apia", "Asia/Kolkata", "UTC")


def test_local_day_is_the_day_of_the_weeks_zone() -> None:
    late_evening_in_berlin = datetime(2022, 9, 13, 21, 59, tzinfo=UTC)

    day = local_day(late_evening_in_berlin, BERLIN)

    assert (day, local_day(late_evening_in_berlin + timedelta(minutes=1), BERLIN)) == (
        date(2022, 9, 13),
        date(2022, 9, 14),
    )


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Europe/Berlin", date(2022, 3, 27), datetime(2022, 3, 26, 23, tzinfo=UTC)),
        ("Europe/Berlin", date(2022, 3, 28), datetime(2022, 3, 27, 22, tzinfo=UTC)),
        ("Europe/Berlin", date(2022, 10, 31), datetime(2022, 10, 30, 23, tzinfo=UTC)),
        ("Asia/Beirut", date(2022, 3, 27), datetime(2022, 3, 26, 22, tzinfo=UTC)),  # 00:00 is 01:00
        ("America/Santiago", date(2022, 9, 11), datetime(2022, 9, 11, 4, tzinfo=UTC)),  # 00:00 is 01:00
        ("America/Havana", date(2022, 11, 6), datetime(2022, 11, 6, 4, tzinfo=UTC)),  # 00:00 comes twice
        ("America/Toronto", date(1919, 3, 31), datetime(1919, 3, 31, 4, 30, tzinfo=UTC)),  # 23:30 is 00:30
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 30, 10, tzinfo=UTC)),  # the day never came
        ("Pacific/Apia", date(2011, 12, 31), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_first_moment_of_a_day_heeds_clock_changes(zone: str, day: date, begins: datetime) -> None:
    moment = first_moment(day, ZoneInfo(zone))

    assert moment == begins


@given(zone=st.sampled_from(ZONES), day=st.dates(date(2011, 1, 1), date(2035, 12, 31)))
def test_first_moment_parts_a_day_from_the_one_before(zone: str, day: date) -> None:
    info = ZoneInfo(zone)

    begins = first_moment(day, info)

    assert local_day(begins, info) >= day
    assert local_day(begins - timedelta(microseconds=1), info) < day


def test_day_bounds_of_a_day_with_a_clock_change_are_not_24_hours_apart() -> None:
    spring, autumn = date(2022, 3, 27), date(2022, 10, 30)

    spans = [end - start for start, end in (day_bounds(day, day, BERLIN) for day in (spring, autumn))]

    assert spans == [timedelta(hours=23), timedelta(hours=25)]


def test_parse_zone_knows_iana_names() -> None:
    zone = parse_zone("America/Los_Angeles")

    assert zone == ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "America", "../etc/passwd", "europe/berlin", "localtime", "a\0b", "\ud800"]
)
def test_parse_zone_refuses_anything_else(name: str) -> None:
    zone = parse_zone(name)

    assert zone is None


@pytest.mark.parametrize(
    ("day", "clock", "moment"),
    [
        (date(2022, 9, 14), time(13, 0), datetime(2022, 9, 14, 11, tzinfo=UTC)),
        (date(2022, 3, 27), time(2, 30), None),  # clocks go from 02:00 to 03:00
        (date(2022, 3, 27), time(3, 0), datetime(2022, 3, 27, 1, tzinfo=UTC)),
        (date(2022, 10, 30), time(2, 30), datetime(2022, 10, 30, 0, 30, tzinfo=UTC)),  # comes again an hour later
        (date(1, 1, 1), time(0, 0), None),
    ],
)
def test_moment_is_the_first_at_which_clocks_show_it(day: date, clock: time, moment: datetime | None) -> None:
    assert moment_at(day, clock, BERLIN) == moment


@pytest.mark.parametrize(
    ("name", "key"),
    [("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC"), ("Mars/Base", "UTC"), ("../../etc/passwd", "UTC"),
     ("America", "UTC"), ("", "UTC"), ("\0", "UTC")],
)  # fmt: skip
def test_zone_or_utc_falls_back_to_utc(name: str, key: str) -> None:
    assert zone_or_utc(name).key == key


def test_parse_zone_reads_the_locked_wheel_whatever_the_system_has(tmp_path: Path) -> None:
    wheel = resources.files("tzdata.zoneinfo")
    (tmp_path / "Europe").mkdir()
    for name in ("Europe/Berlin", "Europe/Atlantis"):
        (tmp_path / name).write_bytes(wheel.joinpath("Asia/Tokyo").read_bytes())
    asked = (
        "from datetime import datetime; from app.domain.calendar.days import parse_zone; "
        "print(datetime(2026, 1, 1, tzinfo=parse_zone('Europe/Berlin')).utcoffset(), parse_zone('Europe/Atlantis'))"
    )

    answer = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", asked],
        capture_output=True, text=True, check=True, cwd=PROJECT, env={**os.environ, "PYTHONTZPATH": str(tmp_path)},
    )  # fmt: skip

    assert answer.stdout == "1:00:00 None\n"
