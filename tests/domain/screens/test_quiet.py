"""Quiet hours of a screen."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.domain.screens.quiet import QuietHours, parse

LISBON = ZoneInfo("Europe/Lisbon")


def hours(text: str) -> QuietHours:
    """Quiet hours that there are."""
    found = parse(text)
    assert found is not None
    return found


def at(hour: int, minute: int = 0, day: int = 10) -> datetime:
    """A moment in July, when Lisbon is an hour ahead of UTC."""
    return datetime(2026, 7, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "is_on"), [(at(20, 59), False), (at(21), True), (at(2), True), (at(5, 29), True), (at(5, 30), False)]
)
def test_is_on_wraps_midnight_in_the_screens_zone(now: datetime, *, is_on: bool) -> None:
    assert hours("22:00-06:30").is_on(now, LISBON) is is_on


def test_night_is_the_one_that_is_on_or_the_next() -> None:
    assert hours("22:00-06:30").night(at(3), LISBON) == (at(21, day=9), at(5, 30))
    assert hours("22:00-06:30").night(at(12), LISBON) == (at(21), at(5, 30, day=11))
    assert hours("12:00-13:00").night(at(12), LISBON) == (at(11, day=11), at(12, day=11))


def test_last_end_is_when_the_screen_woke() -> None:
    assert hours("22:00-06:30").last_end(at(12), LISBON) == at(5, 30)
    assert hours("22:00-06:30").last_end(at(3), LISBON) == at(5, 30, day=9)


@pytest.mark.parametrize("text", ["22:00", "24:00-06:00", "22:00-6:00", "22:00-22:00", "22:00-٠٦:٠٠"])
def test_parse_refuses_what_is_no_night(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(Write quiet hours|Quiet hours begin)"):
        parse(text)


def test_parse_knows_off() -> None:
    assert (parse(""), parse("off")) == (None, None)
