"""Waiting is refused like signing up, but for full shifts and limits; seats are handed on until two hours before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.shifts.model import Code, ShiftFacts, ShiftSettings
from app.domain.shifts.sign_up import Claim
from app.domain.shifts.waiting import join_refusal, promotes
from tests.domain.builders import moment

FULL = ShiftFacts(moment("06:00"), moment("08:00"), seats=3, taken=3)
BEFORE, TICK = moment("2022-09-12 09:00"), timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("shift", "claim", "code"),
    [
        (FULL, Claim(), None),
        (replace(FULL, taken=2), Claim(is_limited=True), None),
        (replace(FULL, taken=2), Claim(), "seat-free"),
        (FULL, Claim(overlaps=True), "overlap"),
        (FULL, Claim(has_team=False), "no-team"),
        (replace(FULL, is_cancelled=True), Claim(), "cancelled"),
        (replace(FULL, is_week_open=False), Claim(), "week-not-open"),
    ],
)
def test_join_refusal_is_like_signing_up_where_that_would_work_in_another_shift(
    shift: ShiftFacts, claim: Claim, code: Code | None
) -> None:
    assert join_refusal(shift, claim, ShiftSettings(), BEFORE) == code


def test_join_refusal_from_the_start_on_is_for_organizers_too() -> None:
    found = [join_refusal(FULL, Claim(), ShiftSettings(), FULL.starts_at, organizes=each) for each in (False, True)]

    assert found == ["started", "started"]


def test_promotes_until_two_hours_before_the_start() -> None:
    last = FULL.starts_at - timedelta(hours=2)

    assert [promotes(FULL, now) for now in (last - TICK, last)] == [True, False]
    assert not promotes(replace(FULL, is_cancelled=True), BEFORE)
    assert not promotes(replace(FULL, is_week_open=False), BEFORE)
