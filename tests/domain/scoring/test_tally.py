"""A team's score: its tallies, and that they survive being stored."""

from dataclasses import replace
from datetime import UTC, date

import pytest

from app.domain.scoring.sums import score_teams
from app.domain.scoring.tally import LatestAward, Tally, TeamScore, from_json, to_json, total
from tests.domain.builders import BERLIN, DEFAULT, PACIFIC, activity, adjustment, moment, score_of

MONDAY, TUESDAY = date(2022, 9, 12), date(2022, 9, 13)
WEEK = [
    activity("shift", "2022-09-12 06:00", "ana"),
    activity("shift", "2022-09-12 23:30", "ben"),
    activity("shift", "2022-09-13 00:30", "chi"),
    activity("response", "2022-09-13 10:00", "ana", seconds=60),
]


def test_tally_is_by_local_day_and_by_person() -> None:
    score = score_of("owls", WEEK, [adjustment(-4, "2022-09-12 23:59")], DEFAULT)

    assert score == TeamScore(
        days={
            MONDAY: Tally(26, {"shift": 2}, {"6 a.m. shift": 1}, {"shift": 30}, {}, moment("2022-09-12 23:30")),
            TUESDAY: Tally(
                28,
                {"shift": 1, "response": 1},
                {"Inside the 1-hour SLA": 1},
                {"shift": 10, "response": 3},
                {"All hands": 1},
                moment("2022-09-13 10:00"),
            ),
        },
        people={
            "ana": Tally(
                23,
                {"shift": 1, "response": 1},
                {"6 a.m. shift": 1, "Inside the 1-hour SLA": 1},
                {"shift": 20, "response": 3},
                {},
                moment("2022-09-13 10:00"),
            ),
            "ben": Tally(10, {"shift": 1}, {}, {"shift": 10}, {}, moment("2022-09-12 23:30")),
            "chi": Tally(10, {"shift": 1}, {}, {"shift": 10}, {}, moment("2022-09-13 00:30")),
        },
        last_earned=LatestAward(moment("2022-09-13 10:00"), "bonus", "Inside the 1-hour SLA", 1, "ana"),
    )


def test_tally_of_one_ledger_has_other_days_in_another_zone() -> None:
    [score] = score_teams(WEEK, [], DEFAULT, BERLIN).values()

    assert {day: tally.counts for day, tally in score.days.items()} == {
        MONDAY: {"shift": 1},
        TUESDAY: {"shift": 2, "response": 1},
    }


def test_score_teams_without_facts_is_empty() -> None:
    assert score_teams([], [], DEFAULT, PACIFIC) == {}


def test_score_teams_with_an_adjustment_alone_knows_its_team() -> None:
    found = score_teams([], [adjustment(-4, "2022-09-12 23:59")], DEFAULT, PACIFIC)

    assert found == {"owls": TeamScore({MONDAY: Tally(-4)}, {}, None)}


def test_total_adds_up_days() -> None:
    score = score_of("owls", WEEK, [], DEFAULT)

    together = total(score.days.values())

    assert together == Tally(
        58,
        {"shift": 3, "response": 1},
        {"6 a.m. shift": 1, "Inside the 1-hour SLA": 1},
        {"shift": 40, "response": 3},
        {"All hands": 1},
        moment("2022-09-13 10:00"),
    )


def test_total_leaves_out_what_cancels_out() -> None:
    together = total([Tally(5, kind_points={"shift": 5}), Tally(-5, kind_points={"shift": -5})])

    assert together == Tally()


def test_json_is_the_same_for_equal_scores() -> None:
    score = score_of("owls", WEEK, [], DEFAULT)
    turned = replace(score, people=dict(reversed(list(score.people.items()))))

    texts = {to_json(score), to_json(turned)}

    assert len(texts) == 1


def test_json_leaves_out_what_is_empty() -> None:
    stored = to_json(TeamScore({MONDAY: Tally(3, last_award=moment("2022-09-12 23:30"))}))

    assert (
        stored
        == '{"days":{"2022-09-12":{"last_award":"2022-09-13T06:30:00+00:00","points":3}},"last":null,"people":{}}'
    )


def test_json_comes_back_as_the_same_score_in_utc() -> None:
    score = score_of("owls", WEEK, [adjustment(-4)], DEFAULT)

    back = from_json(to_json(score))

    assert back == score
    assert back.last_earned is not None
    assert back.last_earned.at.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"days":{"x":{}},"people":{},"last":null}',
        '{"days":{"2022-09-12":{"x":1}},"people":{},"last":null}',
    ],
)
def test_json_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_json(text)
