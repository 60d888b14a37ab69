"""A seat's states: every state with every action, the moments at which windows begin and end, and who may."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.shifts.model import LIVE, REPEAT, Code, Completes, Seat, SeatState, ShiftFacts, ShiftSettings, Verdict
from app.domain.shifts.seats import Corrected, check_in, complete, correct, end_with_shift, leave, leave_until, settle
from tests.domain.builders import moment

SHIFT = ShiftFacts(moment("06:00"), moment("08:00"), seats=3, taken=1)
CLOSED = replace(SHIFT, is_week_open=False)
DEFAULT = ShiftSettings()
LONG_AGO = moment("2022-09-01 12:00")
TICK = timedelta(microseconds=1)
STATES: tuple[SeatState, ...] = (*LIVE, "no_show", "cancelled", "covered")


def seat(state: SeatState = "signed_up", at: str = "2022-09-01 12:00", *, promoted: bool = False) -> Seat:
    """A seat taken long before its shift."""
    return Seat(state, moment(at), promoted)


def in_short(verdict: Verdict) -> str:
    """The new state, the code of the refusal, or "repeat"."""
    return verdict.to or verdict.refusal or "repeat"


@pytest.mark.parametrize(
    ("state", "checked_in", "completed", "left"),
    [
        ("signed_up", "checked_in", "not-checked-in", "started"),
        ("checked_in", "repeat", "completed", "started"),
        ("completed", "repeat", "repeat", "started"),
        ("no_show", "gone", "gone", "gone"),
        ("cancelled", "gone", "gone", "repeat"),
        ("covered", "gone", "gone", "gone"),
    ],
)
def test_seat_during_its_shift_in_every_state(state: SeatState, checked_in: str, completed: str, left: str) -> None:
    now = moment("07:00")

    assert in_short(check_in(seat(state), SHIFT, now)) == checked_in
    assert in_short(complete(seat(state), SHIFT, DEFAULT, now)) == completed
    assert in_short(leave(seat(state), SHIFT, DEFAULT, now)) == left


def test_check_in_from_a_quarter_of_an_hour_before_the_start_until_the_end() -> None:
    opens, ends = SHIFT.starts_at - timedelta(minutes=15), SHIFT.ends_at

    found = [in_short(check_in(seat(), SHIFT, at)) for at in (opens - TICK, opens, ends - TICK, ends)]

    assert found == ["too-early", "checked_in", "checked_in", "started"]
    assert in_short(check_in(seat(), SHIFT, ends, organizes=True)) == "checked_in"


def test_complete_from_the_start_on() -> None:
    present = seat("checked_in")

    found = [in_short(complete(present, SHIFT, DEFAULT, at)) for at in (SHIFT.starts_at - TICK, SHIFT.starts_at)]

    assert found == ["too-early", "completed"]


def test_complete_where_organizers_do_it_is_nobody_elses() -> None:
    settings, now = ShiftSettings(completes="organizer"), moment("07:00")

    assert in_short(complete(seat("checked_in"), SHIFT, settings, now)) == "not-yours"
    assert in_short(complete(seat("checked_in"), SHIFT, settings, now, organizes=True)) == "completed"
    assert in_short(complete(seat("checked_in"), SHIFT, settings, now, is_organizer=True)) == "completed"
    assert in_short(complete(seat(), SHIFT, settings, now, is_organizer=True)) == "not-checked-in"


@pytest.mark.parametrize(("completes", "state"), [("itself", "completed"), ("person", None), ("organizer", None)])
def test_settle_completes_at_the_end_where_shifts_do_so_by_themselves(
    completes: Completes, state: SeatState | None
) -> None:
    settings = ShiftSettings(completes=completes)

    assert settle(seat("checked_in"), SHIFT, settings, SHIFT.ends_at - TICK) is None
    assert settle(seat("checked_in"), SHIFT, settings, SHIFT.ends_at) == state


def test_settle_of_who_was_not_seen_waits_half_a_day() -> None:
    due = SHIFT.ends_at + timedelta(hours=12)

    assert [settle(seat(), SHIFT, DEFAULT, at) for at in (due - TICK, due)] == [None, "no_show"]
    assert [settle(seat(state), SHIFT, DEFAULT, due) for state in ("completed", "no_show", "covered")] == [None] * 3


def test_leave_until_half_a_day_before_the_start() -> None:
    deadline = SHIFT.starts_at - timedelta(hours=12)

    assert [in_short(leave(seat(), SHIFT, DEFAULT, at)) for at in (deadline - TICK, deadline)] == [
        "cancelled",
        "too-late-to-leave",
    ]


def test_leave_within_ten_minutes_of_signing_up_unless_started() -> None:
    late, later = seat(at="05:00"), seat(at="05:55")

    def tried(taken: Seat, at: str) -> str:
        return in_short(leave(taken, SHIFT, DEFAULT, moment(at)))

    assert [tried(late, "05:09"), tried(late, "05:10")] == ["cancelled", "too-late-to-leave"]
    assert [tried(later, "05:59"), tried(later, "06:00")] == ["cancelled", "started"]
    assert [leave_until(each, SHIFT, DEFAULT) for each in (late, later)] == [moment("05:10"), SHIFT.starts_at]


def test_leave_of_a_promoted_seat_until_the_start() -> None:
    promoted = seat(promoted=True)

    found = [in_short(leave(promoted, SHIFT, DEFAULT, at)) for at in (SHIFT.starts_at - TICK, SHIFT.starts_at)]

    assert found == ["cancelled", "started"]


def test_leave_of_who_has_checked_in_is_too_late() -> None:
    assert in_short(leave(seat("checked_in"), SHIFT, DEFAULT, moment("05:50"))) == "too-late-to-leave"
    assert in_short(leave(seat("checked_in"), SHIFT, DEFAULT, moment("07:00"), organizes=True)) == "cancelled"


@pytest.mark.parametrize("to", ["completed", "no_show", "cancelled"])
@pytest.mark.parametrize("state", STATES)
def test_correct_takes_any_state_but_covered_to_each(state: SeatState, to: Corrected) -> None:
    expected = "repeat" if state == to else "gone" if state == "covered" else to

    assert in_short(correct(seat(state), to, SHIFT, moment("09:00"))) == expected


def test_correct_to_what_became_of_it_from_five_minutes_before_the_start() -> None:
    opens = SHIFT.starts_at - timedelta(minutes=5)

    assert in_short(correct(seat(), "completed", SHIFT, opens - TICK)) == "too-early"
    assert in_short(correct(seat(), "no_show", SHIFT, opens - TICK)) == "too-early"
    assert in_short(correct(seat(), "completed", SHIFT, opens)) == "completed"
    assert in_short(correct(seat(), "cancelled", SHIFT, opens - TICK)) == "cancelled"


@pytest.mark.parametrize("state", ["no_show", "cancelled"])
def test_correct_to_life_again_needs_a_place_the_time_and_a_shift(state: SeatState) -> None:
    now, full = moment("09:00"), replace(SHIFT, taken=3)

    assert in_short(correct(seat(state), "completed", replace(full, is_cancelled=True), now)) == "cancelled"
    assert in_short(correct(seat(state), "completed", full, now, overlaps=True)) == "overlap"
    assert in_short(correct(seat(state), "completed", full, now)) == "full"
    assert in_short(correct(seat("checked_in"), "completed", full, now)) == "completed"


def test_end_with_shift_keeps_what_was_completed() -> None:
    assert [end_with_shift(seat(state)) for state in STATES] == [
        "cancelled", "cancelled", "completed", "no_show", "cancelled", "covered",
    ]  # fmt: skip


@given(state=st.sampled_from(STATES), hours=st.integers(-20, 40), organizes=st.booleans())
def test_seat_of_a_closed_week_stays_as_it_is(state: SeatState, hours: int, organizes: bool) -> None:
    now, own = SHIFT.starts_at + timedelta(hours=hours), seat(state)
    code: Code = "week-not-open"

    verdicts = [
        check_in(own, CLOSED, now, organizes=organizes),
        complete(own, CLOSED, DEFAULT, now, organizes=organizes),
        leave(own, CLOSED, DEFAULT, now, organizes=organizes),
        correct(own, "cancelled", CLOSED, now),
    ]

    assert verdicts == [Verdict(refusal=code)] * 4
    assert settle(own, CLOSED, DEFAULT, now) is None


@given(state=st.sampled_from(STATES), minutes=st.integers(-2000, 2000))
def test_seat_that_a_player_changed_answers_a_repeat(state: SeatState, minutes: int) -> None:
    now = SHIFT.starts_at + timedelta(minutes=minutes)
    checked_in, left = check_in(seat(state), SHIFT, now), leave(seat(state), SHIFT, DEFAULT, now)

    if checked_in.to:
        assert check_in(seat(checked_in.to), SHIFT, now) == REPEAT
    if left.to:
        assert leave(seat(left.to), SHIFT, DEFAULT, now) == REPEAT
