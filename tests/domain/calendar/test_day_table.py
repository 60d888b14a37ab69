"""The local day of moments, and how long it lasts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar.day_table import LocalDays
from app.domain.calendar.days import local_day
from app.models.columns import instant_text
from tests.domain.builders import PACIFIC

BEGIN = datetime(2005, 1, 1, tzinfo=UTC)
ODD_ZONES = ["America/St_Johns", "America/Havana", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu", "UTC"]


@given(
    at=st.integers(0, 25 * 365 * 86_400).map(lambda seconds: BEGIN + timedelta(seconds=seconds)),
    later=st.floats(0, 1),
    zone=st.sampled_from(ODD_ZONES).map(ZoneInfo),
)
def test_day_and_end_is_the_local_day_of_everything_before_the_end(at: datetime, later: float, zone: ZoneInfo) -> None:
    day, end = LocalDays(zone).day_and_end(at)

    assert day == local_day(at, zone)
    assert end <= at or local_day(at + (end - at - timedelta(microseconds=1)) * later, zone) == day


def test_day_and_end_on_a_day_in_two_pieces_asks_again_for_each_moment() -> None:
    newfoundland = ZoneInfo("America/St_Johns")
    before, after_midnight, again = (datetime(2010, 11, 7, 2, minute, tzinfo=UTC) for minute in (29, 30, 31))

    days = [LocalDays(newfoundland).day_and_end(at) for at in (before, after_midnight, again)]

    assert [day for day, _ in days] == [local_day(at, newfoundland) for at in (before, after_midnight, again)]
    assert [end for _, end in days] == [after_midnight, after_midnight, again]


@pytest.mark.parametrize("at", ["2022-09-12T06:59:59.999999+00:00", "2022-09-12T07:00:00.000000+00:00"])
def test_day_and_end_of_text_is_text(at: str) -> None:
    days = LocalDays(PACIFIC, read=datetime.fromisoformat, write=instant_text)

    day, end = days.day_and_end(at)

    assert (day, end) == (
        local_day(datetime.fromisoformat(at), PACIFIC),
        f"2022-09-{day.day + 1}T07:00:00.000000+00:00",
    )


def test_day_and_end_at_the_end_of_the_calendar_is_the_moment_itself() -> None:
    last = datetime(9999, 12, 31, 12, tzinfo=UTC)

    assert LocalDays(ZoneInfo("UTC")).day_and_end(last) == (last.date(), last)
