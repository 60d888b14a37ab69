"""Signing up is refused for the first reason there is, in the contract's order; limits count a team's slots."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.shifts.limits import Slots, is_limited
from app.domain.shifts.model import Code, ShiftFacts, ShiftSettings
from app.domain.shifts.sign_up import Claim, sign_up_refusal
from tests.domain.builders import PACIFIC, moment

SHIFT = ShiftFacts(moment("06:00"), moment("08:00"), seats=3, taken=3, is_cancelled=True, is_week_open=False)
CLAIM = Claim(has_team=False, is_ready=False, overlaps=True, is_limited=True)
SETTINGS = ShiftSettings(opens_at=moment("2022-09-20 09:00"))
STARTED, BEFORE = moment("06:00"), moment("2022-09-12 09:00")


def test_sign_up_refusal_is_the_first_that_applies() -> None:
    shift, claim, settings, now = SHIFT, CLAIM, SETTINGS, STARTED
    found: list[Code | None] = []

    def ask() -> None:
        found.append(sign_up_refusal(shift, claim, settings, now))

    ask()
    shift = replace(shift, is_week_open=True)
    ask()
    shift = replace(shift, is_cancelled=False)
    ask()
    now = BEFORE
    ask()
    settings = replace(settings, opens_at=BEFORE)
    ask()
    claim = replace(claim, has_team=True)
    ask()
    claim = replace(claim, is_ready=True)
    ask()
    claim = replace(claim, overlaps=False)
    ask()
    shift = replace(shift, taken=2)
    ask()
    claim = replace(claim, is_limited=False)
    ask()

    assert found == [
        "week-not-open", "cancelled", "started", "not-open-yet", "no-team", "not-ready", "overlap", "full", "limit",
        None,
    ]  # fmt: skip


def test_sign_up_refusal_of_organizers_is_about_week_shift_overlap_and_seats() -> None:
    opened = replace(SHIFT, is_week_open=True)
    standing = replace(opened, is_cancelled=False)
    free = replace(standing, taken=2)

    found = [
        sign_up_refusal(shift, claim, SETTINGS, STARTED, organizes=True)
        for shift, claim in (
            (SHIFT, CLAIM), (opened, CLAIM), (standing, CLAIM), (standing, replace(CLAIM, overlaps=False)),
            (free, replace(CLAIM, overlaps=False)),
        )
    ]  # fmt: skip

    assert found == ["week-not-open", "cancelled", "overlap", "full", None]


@pytest.mark.parametrize(("seats", "code"), [(1, None), (2, None), (3, "full")])
def test_sign_up_refusal_of_a_team_needs_a_seat_for_each(seats: int, code: Code | None) -> None:
    shift = ShiftFacts(moment("06:00"), moment("08:00"), seats=3, taken=1)

    assert sign_up_refusal(shift, Claim(seats), ShiftSettings(), BEFORE) == code


def test_sign_up_refusal_without_a_team_is_none_where_no_seat_needs_one() -> None:
    shift = ShiftFacts(moment("06:00"), moment("08:00"), seats=3, taken=0)

    assert sign_up_refusal(shift, Claim(has_team=False), ShiftSettings(needs_team=False), BEFORE) is None


MONDAY, TUESDAY = moment("2022-09-12 06:00"), moment("2022-09-13 06:00")
LATE = moment("2022-09-12 07:00")
WEEK_BEFORE = moment("2022-09-06 06:00")


def limited(
    slots: dict[str, datetime], settings: ShiftSettings, *, starts_at: datetime = TUESDAY,
    others: tuple[str, ...] = ("cats",), now: datetime = WEEK_BEFORE,
) -> bool:  # fmt: skip
    """Tell whether a team with these slots is kept from the shift "wanted" beside others without any."""
    taken = Slots({"owls": slots} if slots else {}, ("owls", *others))
    alone = is_limited("wanted", starts_at, None, taken, settings, PACIFIC, now)
    assert not alone
    return is_limited("wanted", starts_at, "owls", taken, settings, PACIFIC, now)


def test_is_limited_counts_early_slots_of_a_team() -> None:
    settings = ShiftSettings(early_per_team=1)

    assert not limited({}, settings)
    assert limited({"monday": MONDAY}, settings)
    assert not limited({"monday": LATE}, settings)
    assert not limited({"monday": MONDAY}, settings, starts_at=LATE)
    assert not limited({"monday": MONDAY, "wanted": TUESDAY}, settings)
    assert not limited({"monday": MONDAY}, ShiftSettings())


def test_is_limited_in_the_first_round_while_another_team_has_none() -> None:
    settings = ShiftSettings(first_round=2)

    assert not limited({"a": MONDAY}, settings)
    assert limited({"a": MONDAY, "b": LATE}, settings)
    assert not limited({"a": MONDAY, "b": LATE}, settings, others=())


def test_is_limited_no_more_a_day_before_the_start() -> None:
    settings, day = ShiftSettings(first_round=0, early_per_team=0), timedelta(days=1)

    found = [limited({}, settings, now=now) for now in (TUESDAY - day - timedelta(microseconds=1), TUESDAY - day)]

    assert found == [True, False]
