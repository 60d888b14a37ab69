"""Entries of calendar feeds: what stays the same, what grows, what is cancelled, and for how long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.domain.shifts.feed import KEPT, FeedEntry, FeedSeat, FeedShift, clean, entry

START = datetime(2022, 9, 15, 13, tzinfo=UTC)
SHIFT = FeedShift(
    id="5" * 16, week="Q3 2022", label="", place="Room 2", link="https://example.com/guide",
    path="/weeks/q3/shifts/5", starts_at=START, ends_at=START + timedelta(hours=2),
    when="Thu 06:00–08:00 PDT (America/Los_Angeles)", created_at=START - timedelta(days=9),
    changed_at=START - timedelta(days=9), edits=1,
)  # fmt: skip
SEAT = FeedSeat("signed_up", "Ada", 1, START - timedelta(days=3))
NOW = START - timedelta(days=1)


def made(*seats: FeedSeat, shift: FeedShift = SHIFT, now: datetime = NOW, team: str = "") -> FeedEntry:
    found = entry(shift, seats, "a" * 16, now, team=team)
    assert found is not None
    return found


def test_entry_names_week_zone_place_and_guide() -> None:
    event = made(SEAT)

    assert (event.summary, event.location, event.path) == ("Support shift · Q3 2022", "Room 2", SHIFT.path)
    assert event.description.split("\n") == ["Thu 06:00–08:00 PDT (America/Los_Angeles)", "Q3 2022", SHIFT.link]
    assert (event.sequence, event.changed_at, event.is_cancelled) == (1, SEAT.changed_at, False)


def test_entry_of_a_seat_taken_again_is_the_same_event_with_a_higher_sequence() -> None:
    left = replace(SEAT, state="cancelled", changes=2, changed_at=NOW)
    again = replace(SEAT, changed_at=NOW + timedelta(hours=1))

    events = [made(SEAT), made(left), made(left, again)]

    assert len({event.uid for event in events}) == 1
    assert [event.sequence for event in events] == [1, 2, 3]
    assert [event.is_cancelled for event in events] == [False, True, False]
    assert [event.changed_at for event in events] == [SEAT.changed_at, NOW, NOW + timedelta(hours=1)]


def test_entry_follows_edits_of_the_shift() -> None:
    edited = replace(SHIFT, edits=2, changed_at=NOW)

    event = made(SEAT, shift=edited)

    assert (event.sequence, event.changed_at) == (2, NOW)


def test_entry_of_a_seat_that_is_gone_is_cancelled_until_the_end_of_the_shift() -> None:
    for state in ("cancelled", "covered"):
        seat = replace(SEAT, state=state, changes=2)

        last = made(seat, now=SHIFT.ends_at - timedelta(seconds=1))

        assert last.summary == "Cancelled: Support shift · Q3 2022"
        assert entry(SHIFT, [seat], "a" * 16, SHIFT.ends_at) is None


def test_entry_of_a_past_shift_stays_for_a_year() -> None:
    assert made(SEAT, now=SHIFT.ends_at + KEPT - timedelta(seconds=1)).is_cancelled is False
    assert entry(SHIFT, [SEAT], "a" * 16, SHIFT.ends_at + KEPT) is None
    assert entry(SHIFT, [], "a" * 16, NOW) is None


def test_entry_of_a_team_names_who_is_on_shift() -> None:
    event = made(SEAT, replace(SEAT, name="Bo"), replace(SEAT, state="covered", name="Chidi"), team="Owls")

    assert event.summary == "Support shift · Owls"
    assert "On shift: Ada, Bo" in event.description.split("\n")


def test_clean_takes_out_what_calendars_choke_on() -> None:
    assert clean("a\x00b\r\nc\x1bd\ud800e\u2028") == "ab\ncde\u2028"
