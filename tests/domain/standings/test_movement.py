"""Movement: ranks gained against the board of the activities before today."""

from dataclasses import replace
from datetime import date

from app.domain.rules.model import Metric
from app.domain.scoring.activity import Activity, Adjustment
from tests.domain.builders import BERLIN, PLAIN, WEEK, activity, adjustment, board_of

YESTERDAY = [
    activity("shift", "2022-09-13 09:00", "ana", "owls"),
    activity("issue", "2022-09-13 10:00", "ben", "cats"),
]
TODAY = [activity("shift", "2022-09-14 09:00", "ben", "cats")]


def movements(
    activities: list[Activity], adjustments: list[Adjustment] | None = None, today: date = date(2022, 9, 14)
) -> dict[str, int | None]:
    board = board_of(activities, PLAIN, adjustments or [], today=today)
    return {standing.team_id: standing.movement for standing in board.standings}


def test_movement_is_ranks_gained_since_yesterday() -> None:
    moved = movements([*YESTERDAY, *TODAY])

    assert moved == {"cats": 1, "owls": -1}


def test_movement_is_zero_the_day_after() -> None:
    moved = movements([*YESTERDAY, *TODAY], today=date(2022, 9, 15))

    assert moved == {"cats": 0, "owls": 0}


def test_movement_is_none_while_there_were_no_activities_before_today() -> None:
    moved = movements(TODAY, [adjustment(5, "2022-09-13 09:00")])

    assert moved == {"cats": None, "owls": None}


def test_movement_does_not_heed_activities_without_a_team() -> None:
    moved = movements([*TODAY, activity("shift", "2022-09-13 09:00", team=None)])

    assert moved == {"cats": None, "owls": None}


def test_movement_is_shown_on_the_last_day_and_none_once_the_days_are_over() -> None:
    moved = [movements(YESTERDAY, today=day) for day in (WEEK.ends, date(2022, 9, 17))]

    assert moved == [{"owls": 0, "cats": 0}, {"owls": None, "cats": None}]


def test_movement_compares_teams_that_had_nothing() -> None:
    moved = movements([YESTERDAY[0], *TODAY, *TODAY])

    assert moved == {"cats": 1, "owls": -1}


def test_movement_counts_an_adjustment_from_the_day_it_was_recorded() -> None:
    moved = [movements(YESTERDAY, [adjustment(50, at, "cats")]) for at in ("2022-09-13 23:59", "2022-09-14 00:00")]

    assert moved == [{"cats": 0, "owls": 0}, {"cats": 1, "owls": -1}]


def test_movement_compares_with_ties_broken_as_of_yesterday() -> None:
    rules = replace(PLAIN, ties=(Metric("earliest"),))
    level = [
        activity("shift", "2022-09-13 09:00", "ana", "owls"),
        activity("shift", "2022-09-13 10:00", "ben", "cats"),
        activity("shift", "2022-09-14 11:00", "ana", "owls"),
        activity("shift", "2022-09-14 10:00", "ben", "cats"),
    ]

    board = board_of(level, rules)

    assert [(standing.rank, standing.team, standing.movement) for standing in board.standings] == [
        (1, "Cats", 1),
        (2, "Owls", -1),
    ]


def test_movement_parts_days_by_the_zone_of_the_week() -> None:
    late = [activity("shift", "2022-09-13 15:30", "ana", "owls")]  # half past midnight on the 14th in Berlin

    board = board_of(late, PLAIN, zone=BERLIN)

    assert [standing.movement for standing in board.standings] == [None, None]
