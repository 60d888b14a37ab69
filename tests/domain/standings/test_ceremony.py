"""The ceremony tells a board from the thanks to the winner, one thing at a time."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.standings.board import Board, Standing, TrophyResult
from app.domain.standings.ceremony import clamp, reveals, steps


def a_standing(rank: int, team: str, points: int) -> Standing:
    return Standing(rank, team, team.casefold(), points, {}, {}, (), (), None)


def a_board(*standings: Standing, trophies: tuple[TrophyResult, ...] = ()) -> Board:
    as_of = datetime(2022, 9, 17, tzinfo=UTC)
    return Board("q3", "Q3", "closed", False, 9, as_of, "20 shifts", {"shift": 20}, standings, trophies)


FIVE = a_board(
    a_standing(1, "Owls", 50),
    a_standing(2, "Cats", 40),
    a_standing(2, "Dogs", 40),
    a_standing(4, "Eels", 30),
    a_standing(5, "Foxes", 20),
)


def acts(board: Board) -> list[tuple[str, list[str]]]:
    return [(step.act, [team.team for team in step.teams]) for step in steps(board)]


def test_steps_tell_places_from_the_last_to_the_first_and_shared_ones_together() -> None:
    assert acts(FIVE)[2:-1] == [
        ("place", ["Foxes"]),
        ("place", ["Eels"]),
        ("podium", ["Cats", "Dogs"]),
        ("winner", ["Owls"]),
    ]


def test_welcome_and_totals_come_first_and_thanks_to_everybody_last() -> None:
    told = acts(FIVE)

    assert told[:2] == [("welcome", []), ("totals", [])]
    assert told[-1] == ("thanks", ["Owls", "Cats", "Dogs", "Eels", "Foxes"])


def test_trophies_come_one_by_one_and_those_nobody_holds_are_left_out() -> None:
    held = TrophyResult("Early birds", "team", 3, ("Owls", "Cats"))
    nobody = TrophyResult("Customer hero", "person", 0, ())

    told = steps(replace(FIVE, trophies=(held, nobody)))

    assert [(step.trophy, step.hint) for step in told if step.act == "trophy"] == [
        (held, "Trophy: Early birds, for \u2068Owls\u2069 and \u2068Cats\u2069")
    ]


def test_steps_hint_at_the_first_few_of_very_many() -> None:
    board = a_board(*(a_standing(1, f"Team {number}", 5) for number in range(7)))

    shown = [f"\u2068Team {number}\u2069" for number in range(4)]
    assert steps(board)[2].hint == f"Winners: {', '.join(shown)} and 3 more"


@pytest.mark.parametrize("points", [0, -5])
def test_board_without_points_has_no_places_to_tell(points: int) -> None:
    board = a_board(a_standing(1, "Owls", points), a_standing(1, "Cats", points))

    assert [act for act, _ in acts(board)] == ["welcome", "totals", "thanks"]


def test_step_beyond_the_end_or_the_beginning_is_the_nearest_there_is() -> None:
    assert [clamp(step, FIVE) for step in (-1, 0, 6, 7, 99)] == [0, 0, 6, 6, 6]


def test_reveals_is_true_of_the_winner_and_what_follows_alone() -> None:
    assert [reveals(step) for step in steps(FIVE)] == [False, False, False, False, False, True, True]
