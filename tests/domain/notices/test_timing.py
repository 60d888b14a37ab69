"""The times of notices: quiet hours in every zone, over clock changes, and what is too late."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.notices.model import Kind
from app.domain.notices.timing import QUIET_FROM, QUIET_UNTIL, is_too_late, minutes_left, remind_at, send_at

FAR = timedelta(days=2)


def at(text: str, zone: str, *, fold: int = 0) -> datetime:
    """A local time, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "due", "sent"),
    [
        ("America/Los_Angeles", "2022-09-14 20:59:59", "2022-09-14 20:59:59"),
        ("America/Los_Angeles", "2022-09-14 21:00", "2022-09-15 07:00"),
        ("America/Los_Angeles", "2022-09-15 03:03", "2022-09-15 07:00"),
        ("America/Los_Angeles", "2022-09-15 06:59:59", "2022-09-15 07:00"),
        ("America/Los_Angeles", "2022-09-15 07:00", "2022-09-15 07:00"),
        ("America/Los_Angeles", "2026-03-07 22:00", "2026-03-08 07:00"),
        ("America/Los_Angeles", "2026-10-31 22:00", "2026-11-01 07:00"),
        ("Europe/Berlin", "2026-03-28 23:30", "2026-03-29 07:00"),
        ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 07:00"),
        ("Australia/Lord_Howe", "2026-10-03 23:00", "2026-10-04 07:00"),
        ("Asia/Kolkata", "2026-01-31 21:00", "2026-02-01 07:00"),
    ],
)
def test_send_at_waits_for_the_morning_of_its_readers_zone(zone: str, due: str, sent: str) -> None:
    assert send_at(at(due, zone), at(due, zone) + FAR, ZoneInfo(zone)) == at(sent, zone)


def test_send_at_of_a_night_that_is_longer_or_shorter_is_the_wall_clocks() -> None:
    zone = ZoneInfo("America/Los_Angeles")

    nights = [
        send_at(due, due + FAR, zone) - due
        for due in (
            at("2026-03-07 21:00", zone.key),
            at("2026-06-01 21:00", zone.key),
            at("2026-10-31 21:00", zone.key),
        )
    ]

    assert nights == [timedelta(hours=9), timedelta(hours=10), timedelta(hours=11)]


@pytest.mark.parametrize(
    ("before", "waits"),
    [
        (timedelta(minutes=30), False),
        (timedelta(hours=12), False),
        (timedelta(hours=12, seconds=1), True),
        (None, True),
    ],
)
def test_send_at_does_not_wait_where_the_shift_starts_within_twelve_hours(
    before: timedelta | None, waits: bool
) -> None:
    due = at("2022-09-14 23:00", "America/Los_Angeles")

    sent = send_at(due, None if before is None else due + before, ZoneInfo("America/Los_Angeles"))

    assert (sent > due) == waits


@given(
    due=st.integers(0, 4 * 365 * 86_400).map(
        lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    zone=st.sampled_from(["America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]),
)
def test_send_at_is_never_early_never_at_night_and_at_most_eleven_hours_later(due: datetime, zone: str) -> None:
    sent = send_at(due, None, ZoneInfo(zone))

    assert due <= sent <= due + timedelta(hours=11)
    assert QUIET_UNTIL <= sent.astimezone(ZoneInfo(zone)).time() < QUIET_FROM


START = datetime(2022, 9, 15, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "late", "before_start", "expected"),
    [
        ("day-before", timedelta(hours=2), timedelta(hours=22), False),
        ("day-before", timedelta(hours=2, seconds=1), timedelta(hours=21), True),
        ("day-before", timedelta(0), timedelta(0), True),
        ("soon", timedelta(minutes=29), timedelta(minutes=1), False),
        ("soon", timedelta(minutes=30), timedelta(0), True),
        ("seat-free", timedelta(hours=5), timedelta(minutes=1), False),
        ("seat-free", timedelta(0), timedelta(0), True),
        ("cancelled", timedelta(days=1), timedelta(0), False),
        ("offered", timedelta(hours=1), timedelta(hours=-1), False),
    ],
)
def test_is_too_late_after_two_hours_or_at_the_start(
    kind: Kind, late: timedelta, before_start: timedelta, expected: bool
) -> None:
    now = START - before_start

    assert is_too_late(kind, now - late, START, now) is expected


def test_reminders_are_due_a_day_and_half_an_hour_before() -> None:
    assert remind_at("day-before", START) == START - timedelta(hours=24)
    assert remind_at("soon", START) == START - timedelta(minutes=30)
    assert [minutes_left(START, START - timedelta(seconds=each)) for each in (1800, 1691, 59, 1)] == [30, 28, 1, 1]
