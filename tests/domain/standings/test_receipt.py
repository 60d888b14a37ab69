"""The receipt: a line for every reason, and one for what earned nothing."""

from dataclasses import replace

import pytest

from app.domain.rules.model import Bonus, Cap, Quest, Rules
from app.domain.standings.receipt import Receipt, ReceiptLine
from tests.domain.builders import (
    ALL_HANDS,
    DEFAULT,
    PLAIN,
    RESPONSE,
    SHIFT,
    activity,
    adjustment,
    moment,
    receipt_of,
    with_kind,
)


def test_receipt_has_a_line_per_award_and_adjustment_oldest_first() -> None:
    activities = [
        activity("response", "10:00", "ben", seconds=60),
        activity("shift", "06:00", "ana"),
    ]

    receipt = receipt_of(activities, DEFAULT, [adjustment(-3, "08:00", reason="Took the last biscuit")])

    assert receipt == Receipt(
        20,
        (
            ReceiptLine(moment("06:00"), "Ana", "Shift", "10 points for each shift", 10),
            ReceiptLine(moment("06:00"), "Ana", "6 a.m. shift", "Started between 06:00 and 07:00", 10),
            ReceiptLine(moment("08:00"), None, "Adjustment", "Took the last biscuit", -3),
            ReceiptLine(moment("10:00"), "Ben", "Response", "2 points for each response", 2),
            ReceiptLine(moment("10:00"), "Ben", "Inside the 1-hour SLA", "Answered within 1 hour", 1),
        ),
    )


def test_receipt_has_a_line_with_0_for_each_activity_that_earned_nothing() -> None:
    activities = [activity("response", f"1{minute}:00", subject="T-1") for minute in range(5)]

    receipt = receipt_of(activities)

    assert [line.points for line in receipt.items] == [2, 2, 2, 0, 0]
    assert receipt.items[3] == ReceiptLine(
        moment("13:00"), "Ana", "Response", "Only the first 3 responses on one subject earn points", 0
    )


def test_receipt_has_no_line_with_0_for_a_capped_activity_that_earned_a_bonus() -> None:
    rules = replace(
        with_kind(replace(RESPONSE, cap=Cap(1, "subject"))),
        bonuses=(Bonus("Quick", "response", points=1, within=60, cap=Cap(9, "subject")),),
    )
    activities = [
        activity("response", at, subject="T-1", seconds=seconds) for at, seconds in (("09:00", 99), ("10:00", 60))
    ]

    receipt = receipt_of(activities, rules)

    assert [(line.what, line.points) for line in receipt.items] == [("Response", 2), ("Quick", 1)]


def test_receipt_has_one_line_for_a_kind_worth_zero() -> None:
    receipt = receipt_of([activity("shift")], with_kind(replace(SHIFT, points=0)))

    assert receipt.items == (ReceiptLine(moment("09:00"), "Ana", "Shift", "0 points for each shift", 0),)


def test_receipt_names_a_kind_the_rules_do_not_know() -> None:
    receipt = receipt_of([activity("fire_drill")])

    assert receipt.items == (ReceiptLine(moment("09:00"), "Ana", "Fire drill", "The rules give no points for this", 0),)


def test_receipt_shows_quests_without_a_person_after_what_completed_them() -> None:
    activities = [activity("shift", "09:00", person) for person in ("ana", "ben", "chi")]

    receipt = receipt_of(activities, replace(PLAIN, quests=(ALL_HANDS,)), [adjustment(1, "09:00")])

    assert [(line.person, line.what) for line in receipt.items] == [
        ("Ana", "Shift"),
        ("Ben", "Shift"),
        ("Chi", "Shift"),
        (None, "Quest: All hands"),
        (None, "Adjustment"),
    ]


def test_receipt_lists_activities_of_one_moment_in_order_of_evaluation() -> None:
    activities = [
        activity("response", "10:00", person, source=source) for person, source in (("ana", "b"), ("ben", "a"))
    ]

    receipt = receipt_of(activities)

    assert [line.person for line in receipt.items] == ["Ben", "Ana"]


def test_receipt_names_the_local_day_of_a_daily_quest() -> None:
    quest = Quest("Daily", (("shift", 1), ("issue", 2)), 4, per="day")
    activities = [activity(kind, "2022-09-12 23:30") for kind in ("shift", "issue", "issue")]

    receipt = receipt_of(activities, replace(PLAIN, quests=(quest,)))

    assert receipt.items[-1] == ReceiptLine(
        moment("2022-09-12 23:30"), None, "Quest: Daily", "The team reached 1 shift and 2 issues on Monday", 4
    )


@pytest.mark.parametrize("rules", [PLAIN, DEFAULT])
def test_receipt_of_nothing_is_empty(rules: Rules) -> None:
    receipt = receipt_of([], rules)

    assert receipt == Receipt(0, ())


def test_receipt_has_a_line_with_nothing_for_an_attendance() -> None:
    receipt = receipt_of([activity("shift", "06:00"), activity("attendance", "06:00", "ben")], PLAIN)

    assert [(line.person, line.what, line.points) for line in receipt.items] == [
        ("Ana", "Shift", 10),
        ("Ben", "Attendance", 0),
    ]
    assert receipt.items[1].why == "A teammate has the credit for this shift; being there counts towards quests"
