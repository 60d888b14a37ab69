"""Highlights: what two boards in a row tell a room, and what they keep to themselves."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from app.domain.rules.model import Rules
from app.domain.scoring.activity import Activity, Adjustment
from app.domain.standings.board import Board
from app.domain.standings.highlights import highlights, milestone, ordinal
from app.domain.standings.lines import TeamInfo
from tests.domain.builders import ALL_HANDS, DEFAULT, EARLY, activity, adjustment, board_of

OWLS, CATS = "owls", "cats"
LATE = "09:00"


def news(
    before: Sequence[Activity],
    after: Sequence[Activity],
    rules: Rules = DEFAULT,
    adjustments: Sequence[Adjustment] = (),
) -> list[tuple[str, str, str]]:
    """The highlights when `after` is added to `before`: kind, title, detail."""
    boards = board_of(before, rules), board_of([*before, *after], rules, adjustments)
    return [(highlight.kind, highlight.title, highlight.detail) for highlight in highlights(*boards, rules)]


def responses(count: int, person: str = "dua", team: str | None = None) -> list[Activity]:
    """Responses that earn nobody anything unless they have a team."""
    return [activity("response", LATE, person, team) for _ in range(count)]


def test_first_points_take_the_lead() -> None:
    told = news([], [activity("issue", LATE)])

    assert told == [("lead", "In the lead: \u2068Owls\u2069", "5 points")]


def test_highlights_of_a_leader_who_only_pulls_away_are_none() -> None:
    told = news([activity("issue", LATE)], [activity("issue", "10:00")])

    assert told == []


def test_highlights_name_a_new_leader_and_not_the_old_one() -> None:
    told = news([activity("issue", LATE)], [activity("knowledge_card", "10:00", "dua", CATS)])

    assert told == [("lead", "In the lead: \u2068Cats\u2069", "8 points")]


def test_teams_that_draw_level_share_the_lead() -> None:
    rules = replace(DEFAULT, ties=())

    told = news([activity("issue", LATE)], [activity("issue", "10:00", "dua", CATS)], rules)

    assert told == [("lead", "In the lead: \u2068Cats\u2069 and \u2068Owls\u2069", "5 points each")]


def test_lead_that_a_correction_hands_over_is_no_news() -> None:
    before = [activity("knowledge_card", LATE), activity("issue", LATE, "dua", CATS)]

    told = news(before, [], adjustments=[adjustment(-5)])

    assert told == []


def test_completed_quest_is_told_with_its_points() -> None:
    before = [
        activity("shift", LATE, "ana"),
        activity("shift", "11:00", "ben"),
    ]

    told = news(before, [activity("shift", "13:00", "chi")])

    assert told == [("quest", "Quest complete: All hands", "\u2068Owls\u2069, 15 points")]


def test_quest_that_takes_points_is_not_celebrated() -> None:
    rules = replace(DEFAULT, quests=(replace(ALL_HANDS, members=None, points=-15),))

    told = news([], [activity("shift", LATE)], rules)

    assert told == []


def test_highlights_tell_a_six_oclock_shift_with_who_covered_it() -> None:
    told = news([activity("shift", "2022-09-13 09:00")], [activity("shift", "06:00", "ben")])

    assert told == [("early", "6 a.m. shift covered", "\u2068Ben\u2069, \u2068Owls\u2069")]


def test_highlights_tell_a_second_early_shift_again() -> None:
    first, second = activity("shift", "2022-09-13 06:00"), activity("shift", "06:00", "ben")
    boards = [board_of([]), board_of([first]), board_of([first, second])]

    ids = [
        highlight.id
        for before, after in pairwise(boards)
        for highlight in highlights(before, after, DEFAULT)
        if highlight.kind == "early"
    ]

    assert ids == ["early-owls-6 a.m. shift-1", "early-owls-6 a.m. shift-2"]


def test_highlights_tell_an_early_shift_that_came_late_of_the_team_alone() -> None:
    before = [activity("shift", "2022-09-13 09:00"), activity("issue", "12:00")]

    told = news(before, [activity("shift", "06:00", "ben")])

    assert told == [("early", "6 a.m. shift covered", "\u2068Owls\u2069")]


def test_highlights_leave_out_an_early_bonus_that_takes_points() -> None:
    rules = replace(DEFAULT, bonuses=(replace(EARLY, points=-5),))

    told = news([activity("shift", "2022-09-13 09:00")], [activity("shift", "06:00", "ben")], rules)

    assert told == []


def test_highlights_of_the_hundredth_response_are_a_milestone() -> None:
    told = news(responses(99), responses(1))

    assert told == [("milestone", "The 100th response", "100 responses so far, all teams together")]


def test_highlights_of_milestones_passed_at_once_are_the_largest() -> None:
    told = news(responses(3), responses(60))

    assert told == [("milestone", "The 50th response", "63 responses so far, all teams together")]


@pytest.mark.parametrize(
    ("count", "reached"),
    [
        (0, 0),
        (9, 0),
        (10, 10),
        (24, 10),
        (25, 25),
        (50, 50),
        (99, 50),
        (100, 100),
        (250, 250),
        (999, 500),
        (1000, 1000),
    ],
)
def test_milestone_is_the_largest_round_number_reached(count: int, reached: int) -> None:
    assert milestone(count) == reached


@pytest.mark.parametrize(("number", "said"), [(1, "1st"), (22, "22nd"), (103, "103rd"), (11, "11th"), (112, "112th")])
def test_ordinal_is_said_as_in_english(number: int, said: str) -> None:
    assert ordinal(number) == said


def test_highlights_have_the_most_telling_news_first() -> None:
    before = [activity("shift", LATE, "ana"), activity("shift", "11:00", "ben"), *responses(9)]
    leading = [activity("knowledge_card", LATE, "dua", CATS) for _ in range(4)]

    told = news([*before, *leading], [activity("shift", "06:00", "chi"), *responses(1)])

    assert [kind for kind, _, _ in told] == ["lead", "quest", "early", "milestone"]


def test_highlights_of_the_same_news_have_the_same_id_on_every_server() -> None:
    first, second = activity("issue", LATE), activity("issue", "10:00", "dua", CATS)
    third = activity("knowledge_card", "11:00", "dua", CATS)
    coalesced = highlights(board_of([first]), board_of([first, second, third]), DEFAULT)

    one_by_one = highlights(board_of([first, second]), board_of([first, second, third]), DEFAULT)

    assert [highlight.id for highlight in coalesced] == [highlight.id for highlight in one_by_one] == ["lead-cats-13"]


def frozen(board: Board) -> Board:
    """The board as a freeze serves it."""
    return replace(board, frozen=True)


def of_another_week(board: Board) -> Board:
    """The same teams in another week."""
    return replace(board, week="q4-2022")


def closed(board: Board) -> Board:
    """The board of a closed week."""
    return replace(board, state="closed")


@pytest.mark.parametrize("change", [frozen, of_another_week, closed])
def test_highlights_of_boards_that_are_not_of_one_open_week_are_none(change: object) -> None:
    assert callable(change)
    before, after = board_of([]), board_of([activity("shift", "06:00")])

    highlightses = [highlights(change(before), after, DEFAULT), highlights(before, change(after), DEFAULT)]

    assert highlightses == [[], []]


def test_team_that_is_new_on_the_board_is_no_news_but_for_its_lead() -> None:
    teams = [TeamInfo(OWLS, "Owls")]
    before = board_of([], teams=teams)
    after = board_of([activity("shift", "06:00", "dua", CATS)], teams=[*teams, TeamInfo(CATS, "Cats")])

    told = [highlight.kind for highlight in highlights(before, after, DEFAULT)]

    assert told == ["lead"]


def test_highlights_of_midnight_are_none() -> None:
    played = [activity("shift", "06:00"), *responses(12)]

    told = highlights(
        board_of(played, today=date(2022, 9, 14)),
        board_of(played, today=date(2022, 9, 15)),
        DEFAULT,
    )

    assert told == []
