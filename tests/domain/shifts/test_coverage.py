"""Coverage: counted by live seats, and told in a line that is true in every state."""

from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from app.domain.shifts.coverage import Coverage, CoverageShift, coverage, sentence
from app.domain.shifts.model import ShiftSettings

ZONE = ZoneInfo("America/Los_Angeles")
SETTINGS = ShiftSettings()


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2022, 9, 14, hour, minute, tzinfo=ZONE)


def shift(hour: int, live: int, needed: int = 1) -> CoverageShift:
    return CoverageShift(at(hour), at(hour + 2), needed, live)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(5), Coverage(4, 2, 1, is_over=False)),
        (at(6), Coverage(4, 2, 0, is_over=False)),
        (at(13, 59), Coverage(4, 2, 0, is_over=False)),
        (at(14), Coverage(4, 2, 0, is_over=True)),
    ],
)
def test_coverage_counts_shifts_with_the_people_they_need(now: datetime, expected: Coverage) -> None:
    shifts = [shift(6, 0), shift(8, 1), shift(10, 1, needed=2), shift(12, 0, needed=0)]

    assert coverage(shifts, SETTINGS, ZONE, now) == expected


def test_coverage_takes_early_from_the_settings() -> None:
    later = ShiftSettings(early_before=9 * 60)

    found = [
        coverage([shift(6, 0), shift(8, 0), shift(10, 0)], each, ZONE, at(5)).early_open for each in (SETTINGS, later)
    ]

    assert found == [1, 2]


@pytest.mark.parametrize(
    ("numbers", "state", "expected"),
    [
        (Coverage(0, 0, 0, is_over=True), "open", ""),
        (Coverage(30, 14, 3, is_over=False), "open", "14 of 30 shifts covered, 3 early ones open"),
        (Coverage(30, 14, 1, is_over=False), "open", "14 of 30 shifts covered, 1 early one open"),
        (Coverage(30, 14, 0, is_over=False), "open", "14 of 30 shifts covered"),
        (Coverage(30, 0, 5, is_over=False), "open", "0 of 30 shifts covered, 5 early ones open"),
        (Coverage(30, 30, 0, is_over=False), "open", "All 30 shifts covered"),
        (Coverage(30, 14, 0, is_over=True), "open", "14 of 30 shifts were covered"),
        (Coverage(30, 14, 3, is_over=False), "closed", "14 of 30 shifts were covered"),
        (Coverage(30, 30, 0, is_over=True), "closed", "All 30 shifts were covered"),
        (Coverage(30, 14, 3, is_over=False), "draft", "30 shifts planned"),
        (Coverage(1, 0, 1, is_over=False), "draft", "1 shift planned"),
        (Coverage(1, 0, 1, is_over=False), "open", "0 of 1 shift covered, 1 early one open"),
        (Coverage(1, 1, 0, is_over=False), "open", "The one shift is covered"),
        (Coverage(1, 1, 0, is_over=True), "open", "The one shift was covered"),
        (Coverage(1, 0, 0, is_over=True), "closed", "The one shift wasn’t covered"),
    ],
)
def test_sentence_is_true_in_every_state(numbers: Coverage, state: str, expected: str) -> None:
    assert sentence(numbers, state) == expected  # type: ignore[arg-type]


def test_sentence_says_open_only_of_what_can_still_be_taken() -> None:
    past = [timedelta(hours=hours) for hours in range(0, 14, 2)]
    for since, live in product(past, (0, 1)):
        numbers = coverage([shift(6, live), shift(8, 1)], SETTINGS, ZONE, at(5) + since)

        assert ("open" in sentence(numbers, "open")) == (live == 0 and at(5) + since < at(6))
