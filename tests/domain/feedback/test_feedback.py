"""States of feedback: a step at a time, back with a reason; reminders at nine, through changes of clocks."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.feedback import STATES, State, Wanted, flaw_of_move, next_reminder, reminder_at

BERLIN = ZoneInfo("Europe/Berlin")
FULL = {"has_owner": True, "did": "Two people overlap", "why": "Too dear", "reason": ""}


@pytest.mark.parametrize(("before", "after", "changes", "field"), [
    ("new", "planned", {}, None), ("planned", "doing", {}, None), ("doing", "done", {}, None),
    ("doing", "not_now", {}, None), ("new", "not_now", {}, None), ("planned", "planned", {}, None),
    ("new", "planned", {"has_owner": False}, "owner"), ("doing", "done", {"did": ""}, "did"),
    ("planned", "not_now", {"why": ""}, "why"), ("new", "done", {}, "state"), ("new", "doing", {}, "state"),
    ("done", "doing", {}, "reason"), ("done", "doing", {"reason": "It broke"}, None),
    ("done", "not_now", {}, "reason"), ("not_now", "planned", {}, "reason"), ("planned", "new", {}, "reason"),
    ("planned", "new", {"reason": "Not ours"}, None),
])  # fmt: skip
def test_flaw_of_move_names_the_field_that_lacks_something(
    before: State, after: State, changes: dict[str, object], field: str | None
) -> None:
    wanted: dict[str, Any] = {"state": after, **FULL, **changes}

    flaw = flaw_of_move(before, Wanted(**wanted))

    assert (flaw and flaw[0]) == field


@given(st.sampled_from(STATES), st.sampled_from(STATES))
def test_flaw_of_move_with_everything_given_refuses_leaps_alone(before: State, after: State) -> None:
    flaw = flaw_of_move(before, Wanted(after, True, "Did", "Why", "Because"))

    assert flaw is None or flaw[0] == "state"


def test_reminder_at_is_nine_local_three_days_before_on_the_day_then_weekly() -> None:
    due = date(2026, 10, 26)  # the day after clocks go back

    found = [reminder_at(due, number, BERLIN) for number in range(3)]

    assert found == [
        datetime(2026, 10, 23, 7, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC),
        datetime(2026, 11, 2, 8, tzinfo=UTC),
    ]  # fmt: skip


@given(st.integers(-60, 400), st.integers(0, 23))
def test_next_reminder_is_the_first_that_is_still_to_come(days: int, hour: int) -> None:
    due = date(2026, 10, 26)
    now = datetime.fromordinal(due.toordinal() + days).replace(hour=hour, tzinfo=UTC)

    number = next_reminder(due, now, BERLIN)

    assert reminder_at(due, number, BERLIN) > now
    assert number == 0 or reminder_at(due, number - 1, BERLIN) <= now
