"""Slots of local days in UTC, where clocks change and where they do not, and what organizers are told of them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar.clock_times import clock_text, parse_clock_time
from app.domain.calendar.days import boundary
from app.domain.calendar.slot_notes import notes_on
from app.domain.calendar.slots import ASSEMBLY_WEEK, WEDNESDAY_ROTATION, Pattern, Slot, is_left_out, slot, slots_of
from tests.domain.builders import PACIFIC

LORD_HOWE = "Australia/Lord_Howe"
BERLIN = "Europe/Berlin"
LOS_ANGELES = "America/Los_Angeles"
EVERY_DAY = frozenset(range(7))
BEGIN = datetime.combine(date(2005, 1, 1), time())
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)


def minutes_of(text: str) -> int:
    """The minutes of a time that is one."""
    minutes = parse_clock_time(text)
    assert minutes is not None
    return minutes


def span(day: date, times: str, zone: str | ZoneInfo = PACIFIC) -> Slot:
    """The slot of "06:00-08:00" on a day."""
    start, until = map(minutes_of, times.split("-"))
    return slot(day, start, until, ZoneInfo(str(zone)))


def shifts_of(pattern: Pattern, first: date, last: date) -> list[Slot]:
    """The slots that become shifts."""
    return [each for each in slots_of(pattern, first, last, PACIFIC) if not is_left_out(each, pattern)]


def sentences(pattern: Pattern, first: date, last: date) -> list[str]:
    """The notes on a pattern as organizers read them."""
    return [note.sentence for note in notes_on(slots_of(pattern, first, last, PACIFIC), pattern)]


@pytest.mark.parametrize(
    ("zone", "day", "times", "starts_at", "ends_at", "minutes"),
    [
        (LOS_ANGELES, "2026-10-30", "06:00-08:00", "2026-10-30T13:00", "2026-10-30T15:00", 120),
        (LOS_ANGELES, "2026-11-01", "00:00-02:00", "2026-11-01T07:00", "2026-11-01T10:00", 180),
        (LOS_ANGELES, "2026-11-01", "01:00-01:30", "2026-11-01T08:00", "2026-11-01T08:30", 30),
        (LOS_ANGELES, "2026-11-01", "02:00-04:00", "2026-11-01T10:00", "2026-11-01T12:00", 120),
        (LOS_ANGELES, "2026-11-01", "06:00-08:00", "2026-11-01T14:00", "2026-11-01T16:00", 120),
        (LOS_ANGELES, "2026-03-08", "00:00-02:00", "2026-03-08T08:00", "2026-03-08T10:00", 120),
        (LOS_ANGELES, "2026-03-08", "02:00-04:00", "2026-03-08T10:00", "2026-03-08T11:00", 60),
        (LOS_ANGELES, "2026-03-08", "06:00-08:00", "2026-03-08T13:00", "2026-03-08T15:00", 120),
        (LOS_ANGELES, "2026-03-08", "02:00-02:30", "2026-03-08T10:00", "2026-03-08T10:00", 0),
        (LOS_ANGELES, "2026-03-08", "02:30-03:00", "2026-03-08T10:00", "2026-03-08T10:00", 0),
        (BERLIN, "2026-10-25", "02:00-04:00", "2026-10-25T00:00", "2026-10-25T03:00", 180),
        (BERLIN, "2026-10-25", "04:00-06:00", "2026-10-25T03:00", "2026-10-25T05:00", 120),
        (BERLIN, "2026-10-25", "22:00-24:00", "2026-10-25T21:00", "2026-10-25T23:00", 120),
        (LORD_HOWE, "2026-04-05", "00:00-02:00", "2026-04-04T13:00", "2026-04-04T15:30", 150),
        (LORD_HOWE, "2026-10-04", "02:00-04:00", "2026-10-03T15:30", "2026-10-03T17:00", 90),
        ("Asia/Beirut", "2022-03-26", "22:00-24:00", "2022-03-26T20:00", "2022-03-26T22:00", 120),
        ("Asia/Beirut", "2022-03-27", "00:00-02:00", "2022-03-26T22:00", "2022-03-26T23:00", 60),
        ("Pacific/Apia", "2011-12-30", "06:00-08:00", "2011-12-30T10:00", "2011-12-30T10:00", 0),
    ],
)
def test_slot_of_a_day_lies_between_its_boundaries(
    zone: str, day: str, times: str, starts_at: str, ends_at: str, minutes: int
) -> None:
    found = span(date.fromisoformat(day), times, zone)

    expected = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (starts_at, ends_at)]
    assert ([found.starts_at, found.ends_at], found.minutes) == (expected, minutes)


@given(
    local=st.integers(0, 25 * 365 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
    zone=st.sampled_from([LOS_ANGELES, BERLIN, LORD_HOWE, "Asia/Beirut", "America/Santiago"]).map(ZoneInfo),
)
def test_boundary_is_the_first_moment_whose_clock_shows_it_or_later(local: datetime, zone: ZoneInfo) -> None:
    moment = boundary(local, zone)
    before = [moment - timedelta(microseconds=1), *(moment - timedelta(minutes=10 * n) for n in range(1, 20))]

    assert moment.astimezone(zone).replace(tzinfo=None) >= local
    assert [each for each in before if each.astimezone(zone).replace(tzinfo=None) >= local] == []


def test_slots_of_assembly_week_are_thirty() -> None:
    shifts = shifts_of(ASSEMBLY_WEEK, date(2022, 9, 12), date(2022, 9, 18))

    assert len(shifts) == 30
    assert (shifts[0].starts_at, shifts[-1].ends_at) == (
        datetime(2022, 9, 12, 13, tzinfo=UTC),
        datetime(2022, 9, 17, 1, tzinfo=UTC),
    )
    assert sentences(ASSEMBLY_WEEK, date(2022, 9, 12), date(2022, 9, 18)) == []


@pytest.mark.parametrize(
    ("pattern", "shifts", "note"),
    [
        (WEDNESDAY_ROTATION, 78, "lasts 60 minutes: that is all that remains."),
        (Pattern(frozenset({2}), 7 * 60, 18 * 60, rest="drop"), 65, "is left out: it’s too short for a shift."),
    ],
)
def test_slots_of_a_quarter_of_wednesdays_name_the_rest_once(pattern: Pattern, shifts: int, note: str) -> None:
    first, last = date(2026, 10, 1), date(2026, 12, 31)

    assert len(shifts_of(pattern, first, last)) == shifts
    assert sentences(pattern, first, last) == [f"Wed 7 October and 12 more days, 17:00–18:00 {note}"]


@pytest.mark.parametrize(
    ("until", "last"), [("06:29", "05:00–06:00"), ("07:29", "06:00–07:00"), ("07:30", "07:00–07:30")]
)
def test_is_left_out_keeps_a_short_rest_from_half_an_hour(until: str, last: str) -> None:
    pattern = Pattern(EVERY_DAY, 5 * 60, minutes_of(until), minutes=60)

    *_, found = shifts_of(pattern, SPRING, SPRING)

    assert f"{clock_text(found.start)}–{clock_text(found.until)}" == last


def test_notes_on_days_of_clock_changes_name_odd_lengths_and_skipped_hours() -> None:
    whole_day = Pattern(EVERY_DAY, 0, 24 * 60)
    half_hours = Pattern(EVERY_DAY, 0, 24 * 60, minutes=30)

    assert sentences(whole_day, AUTUMN, AUTUMN) == ["Sun 1 November, 00:00–02:00 lasts 180 minutes: clocks go back."]
    assert sentences(whole_day, SPRING, SPRING) == ["Sun 8 March, 02:00–04:00 lasts 60 minutes: clocks go forward."]
    assert sentences(half_hours, SPRING, SPRING) == [
        "Sun 8 March, 02:00–02:30 is left out: clocks skip it.",
        "Sun 8 March, 02:30–03:00 is left out: clocks skip it.",
    ]
    assert len(shifts_of(half_hours, SPRING, SPRING)) == 46


def test_notes_on_few_days_name_each() -> None:
    pattern = Pattern(frozenset({0, 1}), 9 * 60, 12 * 60)

    assert sentences(pattern, date(2022, 9, 12), date(2022, 9, 13)) == [
        "Mon 12 September and Tue 13 September, 11:00–12:00 lasts 60 minutes: that is all that remains."
    ]


@given(
    st.integers(0, 20 * 60),
    st.integers(15, 240),
    st.integers(30, 240),
    st.sampled_from([SPRING, AUTUMN, date(2026, 6, 1)]),
)
def test_slots_of_a_day_follow_each_other_without_gap(start: int, minutes: int, whole: int, day: date) -> None:
    pattern = Pattern(EVERY_DAY, start, start + whole, minutes=minutes)

    slots = list(slots_of(pattern, day, day, PACIFIC))

    assert [each.ends_at for each in slots[:-1]] == [each.starts_at for each in slots[1:]]
    assert slots[-1].until == start + whole


@pytest.mark.parametrize("text", ["", "6:00", "24:01", "25:00", "12:60", "06:00:00", " 06:00", "06:00\n", "٠٦:٠٠"])
def test_parse_clock_time_of_anything_else_is_none(text: str) -> None:
    assert parse_clock_time(text) is None


@given(st.integers(0, 24 * 60))
def test_parse_clock_time_reads_what_clock_text_writes(minutes: int) -> None:
    assert parse_clock_time(clock_text(minutes)) == minutes
