"""Covers are refused for the first reason there is, in the contract's order; for ten minutes they can be undone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.shifts.covers import Takeover, accept_refusal, is_undone_by_leaving, needs_approval, offer_refusal
from app.domain.shifts.model import Code, Seat, SeatState, ShiftFacts, ShiftSettings
from tests.domain.builders import moment

SHIFT = ShiftFacts(moment("06:00"), moment("08:00"), seats=3, taken=3)
SETTINGS = ShiftSettings(approve_covers=True)
DURING, OVER = moment("07:00"), moment("08:00")
TICK = timedelta(microseconds=1)
WORST = Takeover(
    Seat("covered", moment("05:00")),
    is_taken=True,
    is_offered=False,
    has_team=False,
    is_ready=False,
    overlaps=True,
    is_limited=True,
)


def test_accept_refusal_is_the_first_that_applies() -> None:
    shift, takeover, now = replace(SHIFT, is_cancelled=True, is_week_open=False), WORST, OVER
    found: list[Code | None] = []

    def ask() -> None:
        found.append(accept_refusal(takeover, shift, SETTINGS, now))

    ask()
    shift = replace(shift, is_week_open=True)
    ask()
    shift = replace(shift, is_cancelled=False)
    ask()
    now = OVER - TICK
    ask()
    takeover = replace(takeover, is_taken=False, seat=Seat("checked_in", moment("05:00")))
    ask()
    takeover = replace(takeover, is_offered=True)
    ask()
    takeover = replace(takeover, has_team=True)
    ask()
    takeover = replace(takeover, is_ready=True)
    ask()
    takeover = replace(takeover, overlaps=False)
    ask()
    takeover = replace(takeover, is_limited=False)
    ask()

    assert found == [
        "week-not-open", "cancelled", "started", "gone", "not-offered", "no-team", "not-ready", "overlap", "limit",
        None,
    ]  # fmt: skip


def test_accept_refusal_of_organizers_is_about_week_shift_seat_and_overlap() -> None:
    taken = replace(WORST, is_taken=False)
    held = replace(taken, seat=Seat("signed_up", moment("05:00")))

    found = [
        accept_refusal(takeover, shift, SETTINGS, OVER, organizes=True)
        for shift, takeover in (
            (replace(SHIFT, is_week_open=False), WORST), (replace(SHIFT, is_cancelled=True), WORST), (SHIFT, WORST),
            (SHIFT, taken), (SHIFT, held), (SHIFT, replace(held, overlaps=False)),
        )
    ]  # fmt: skip

    assert found == ["week-not-open", "cancelled", "gone", "gone", "overlap", None]


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        ("signed_up", None), ("checked_in", None), ("completed", "gone"), ("no_show", "gone"), ("cancelled", "gone"),
        ("covered", "gone"),
    ],
)  # fmt: skip
def test_offer_refusal_is_none_until_the_end_for_who_is_on_the_shift(state: SeatState, refused: Code | None) -> None:
    seat = Seat(state, moment("05:00"))

    assert offer_refusal(seat, SHIFT, OVER - TICK) == refused
    assert offer_refusal(seat, SHIFT, OVER) == "started"
    assert offer_refusal(seat, SHIFT, OVER, organizes=True) == refused


def test_needs_approval_where_organizers_want_to_until_the_start() -> None:
    before = SHIFT.starts_at - TICK

    assert [needs_approval(SHIFT, SETTINGS, now) for now in (before, SHIFT.starts_at)] == [True, False]
    assert not needs_approval(SHIFT, ShiftSettings(), before)
    assert not needs_approval(SHIFT, SETTINGS, before, organizes=True)


@pytest.mark.parametrize(
    ("taken_at", "until"), [("05:00", "05:10"), ("05:55", "06:05"), ("07:00", "07:10"), ("07:55", "08:00")]
)
def test_is_undone_by_leaving_for_ten_minutes_until_the_end(taken_at: str, until: str) -> None:
    seat, end = Seat("signed_up", moment(taken_at)), moment(until)

    assert [is_undone_by_leaving(seat, SHIFT, now) for now in (end - TICK, end)] == [True, False]
    assert not is_undone_by_leaving(replace(seat, state="checked_in"), SHIFT, end - TICK)
    assert not is_undone_by_leaving(seat, replace(SHIFT, is_cancelled=True), end - TICK)
