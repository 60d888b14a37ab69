"""Sentences a player understands."""

from dataclasses import replace
from datetime import time

import pytest

from app.domain.rules.model import Bonus, Cap, CapScope, Metric, Quest, Window
from app.domain.wording import (
    duration,
    headline,
    kind_title,
    metric_words,
    points_text,
    size,
    why_bonus,
    why_nothing,
    why_quest,
)
from tests.domain.builders import ALL_HANDS, EARLY, GRAND_SLAM, IN_SLA, KINDS, PLAIN, SHIFT

NOTHING = {kind.name: 0 for kind in KINDS}


@pytest.mark.parametrize(
    ("totals", "text"),
    [
        (
            {"shift": 20, "response": 154, "issue": 18, "feature_request": 6, "knowledge_card": 2},
            "20 shifts, 154 responses, 18 issues, 6 feature requests, 2 knowledge cards",
        ),
        ({**NOTHING, "knowledge_card": 2, "shift": 1}, "1 shift, 2 knowledge cards"),
        (NOTHING, "0 shifts, 0 responses, 0 issues, 0 feature requests, 0 knowledge cards"),
    ],
)
def test_headline_lists_kinds_in_file_order_and_zeros_only_where_all_are(totals: dict[str, int], text: str) -> None:
    line = headline(totals, PLAIN)

    assert line == text


@pytest.mark.parametrize(
    ("points", "text"), [(0, "0 points"), (1, "1 point"), (2, "2 points"), (-1, "-1 point"), (-2, "-2 points")]
)
def test_points_text_minds_the_plural(points: int, text: str) -> None:
    line = points_text(points)

    assert line == text


@pytest.mark.parametrize(
    ("name", "text"), [("feature_request", "Feature request"), ("shift", "Shift"), ("fire_drill", "Fire drill")]
)
def test_kind_title_begins_with_a_capital(name: str, text: str) -> None:
    title = kind_title(name, PLAIN)

    assert title == text


@pytest.mark.parametrize(
    ("per", "most", "text"),
    [
        ("subject", 3, "Only the first 3 shifts on one subject earn points"),
        ("subject", 1, "Only the first shift on one subject earns points"),
        ("person-day", 2, "Only a person’s first 2 shifts of the day earn points"),
        ("person-week", 1, "Only a person’s first shift of the week earns points"),
        ("team-day", 2, "Only the team’s first 2 shifts of the day earn points"),
        ("team-week", 2, "Only the team’s first 2 shifts of the week earn points"),
    ],
)
def test_why_nothing_states_the_cap(per: CapScope, most: int, text: str) -> None:
    reason = why_nothing(replace(SHIFT, cap=Cap(most, per)))

    assert reason == text


@pytest.mark.parametrize(
    ("bonus", "text"),
    [
        (EARLY, "Started between 06:00 and 07:00"),
        (IN_SLA, "Answered within 1 hour"),
        (Bonus("x", "shift", times=3, days=frozenset({6, 5})), "On Saturday or Sunday: 3 times the points"),
        (Bonus("x", "shift", points=1), "On top of each shift"),
        (
            Bonus("x", "shift", points=1, starts=Window(time(18), None), days=frozenset({0}), within=90),
            "Started between 18:00 and 24:00, on Monday, answered within 1 minute 30 seconds",
        ),
        (
            Bonus("x", "shift", points=1, starts=Window(time(22), time(6)), days=frozenset({4})),
            "Started between 22:00 and 06:00, in the night that began on Friday",
        ),
    ],
)
def test_why_bonus_states_the_conditions(bonus: Bonus, text: str) -> None:
    reason = why_bonus(bonus, SHIFT)

    assert reason == text


@pytest.mark.parametrize(
    ("quest", "text"),
    [
        (ALL_HANDS, "3 different people each reached 1 shift"),
        (replace(ALL_HANDS, members=1, per="day"), "One person reached 1 shift on Wednesday"),
        (
            GRAND_SLAM,
            "The team reached 1 shift, 1 response, 1 issue, 1 feature request and 1 knowledge card",
        ),
    ],
)
def test_why_quest_states_what_was_reached(quest: Quest, text: str) -> None:
    reason = why_quest(quest, PLAIN, weekday=2)

    assert reason == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "1 second"), (3600, "1 hour"), (5415, "1 hour 30 minutes 15 seconds"), (604_800, "168 hours")],
)
def test_duration_reads_as_hours_minutes_and_seconds(seconds: int, text: str) -> None:
    words = duration(seconds)

    assert words == text


@pytest.mark.parametrize(
    ("metric", "one", "many"),
    [
        (Metric("count", "response"), "response", "responses"),
        (Metric("points_of", "response"), "point from responses", "points from responses"),
        (Metric("bonus", "6 a.m. shift"), "× 6 a.m. shift", "× 6 a.m. shift"),
        (Metric("quests"), "quest", "quests"),
        (Metric("points"), "point", "points"),
    ],
)
def test_number_of_a_metric_says_what_it_counts(metric: Metric, one: str, many: str) -> None:
    assert (metric_words(metric, 1, PLAIN), metric_words(metric, 2, PLAIN)) == (one, many)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1_000, "1.0 kB"), (9_949, "9.9 kB"), (9_960, "10 kB"), (999_499, "999 kB"),
     (999_500, "1.0 MB"), (71_400_000_000, "71 GB"), (2_500_000_000_000_000, "2,500 TB")],
)  # fmt: skip
def test_size_is_in_the_largest_unit_that_keeps_a_digit(value: int, words: str) -> None:
    assert size(value) == words
