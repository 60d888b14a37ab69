"""The board: ranks, ties, listing, totals and headline, trophies."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.rules.model import Metric, Quest, Trophy
from app.domain.standings.board import Board, LastEarned, Standing, TieBreak, TieValue, TrophyResult
from app.domain.standings.lines import TeamInfo
from app.domain.standings.standings import make_board
from app.domain.wording import metric_words
from tests.cost import calls
from tests.domain.builders import (
    ALL_HANDS,
    DEFAULT,
    EARLY,
    PEOPLE,
    PLAIN,
    RESPONSE,
    WEEK,
    activity,
    adjustment,
    board_of,
    moment,
    score_of,
    with_kind,
)

CATS, OWLS, ELKS, YAKS = (TeamInfo(name.casefold(), name) for name in ("Cats", "owls", "Elks", "Yaks"))


def places(board: Board) -> list[tuple[int, str]]:
    """Ranks and teams as listed."""
    return [(standing.rank, standing.team) for standing in board.standings]


def by_ties(*ties: Metric) -> list[tuple[int, str]]:
    """The places of two teams with 20 points each, of which cats were quicker and owls have more of everything."""
    rules = replace(PLAIN, ties=ties, bonuses=(replace(EARLY, points=0),), quests=(Quest("Card", (("issue", 1),), 0),))
    activities = [
        activity("shift", "06:00", "ana", "cats"),
        activity("shift", "07:00", "ana", "cats"),
        activity("shift", "06:30", "ben", "owls"),
        activity("issue", "08:00", "ben", "owls"),
        activity("issue", "10:00", "ben", "owls"),
    ]
    return places(board_of(activities, rules, teams=(OWLS, CATS)))


def trophy_of(trophy: Trophy, *teams: TeamInfo) -> TrophyResult:
    """The winners of a trophy in a fixed week."""
    rules = replace(DEFAULT, trophies=(trophy,))
    activities = [
        activity("shift", "06:00", "ana", "owls"),
        activity("shift", "09:00", "ana", "cats"),
        activity("shift", "10:00", "ben", "cats"),
        activity("shift", "11:00", "chi", "owls"),
        activity("shift", "06:00", "dua", None),
        activity("shift", "07:00", "dua", None),
        activity("shift", "08:00", "dua", None),
    ]
    board = board_of(activities, rules, [adjustment(100, team="cats")], teams or (OWLS, CATS))
    return board.trophies[0]


def test_board_shows_every_field_of_a_standing() -> None:
    owls = TeamInfo("owls", "Owls", ("Ana", "Ben"))
    activities = [
        activity("shift", "2022-09-14 06:15", "ana"),
        activity("response", "2022-09-14 09:00", "ben", seconds=60),
        activity("response", "2022-09-14 09:30", "ben", seconds=9000),
    ]

    board = board_of(activities, DEFAULT, [adjustment(-3)], [owls])

    assert board.standings == (
        Standing(
            rank=1,
            team="Owls",
            team_id="owls",
            points=22,
            counts={"shift": 1, "response": 2, "issue": 0, "feature_request": 0, "knowledge_card": 0},
            bonuses={"6 a.m. shift": 1, "Inside the 1-hour SLA": 1},
            quests=(),
            members=("Ana", "Ben"),
            movement=None,
            last_earned=LastEarned(moment("09:30"), "Response", "Ben", 2),
            ties=(
                TieValue("1 × 6 a.m. shift"),
                TieValue("1 shift"),
                TieValue("5 points from responses"),
                TieValue("points in by", moment("09:30")),
            ),
        ),
    )


def test_board_shows_its_week() -> None:
    board = board_of([])

    assert (board.week, board.name, board.state, board.frozen, board.version, board.as_of) == (
        "q3-2022",
        "Q3 2022",
        "open",
        False,
        7,
        datetime(2022, 9, 14, 20, tzinfo=UTC),
    )


def test_ranks_are_shared_by_equals_who_are_listed_by_casefolded_name() -> None:
    points = {"cats": 1, "owls": 5, "elks": 9, "yaks": 5}

    board = board_of([], PLAIN, [adjustment(n, team=team) for team, n in points.items()], (YAKS, OWLS, ELKS, CATS))

    assert places(board) == [(1, "Elks"), (2, "owls"), (2, "Yaks"), (4, "Cats")]


def test_teams_without_points_are_on_the_board() -> None:
    board = board_of([], PLAIN, [adjustment(-1, team="owls")], (OWLS, CATS))

    assert [(standing.rank, standing.team, standing.points) for standing in board.standings] == [
        (1, "Cats", 0),
        (2, "owls", -1),
    ]


def test_ties_default_to_none() -> None:
    listed = by_ties()

    assert listed == [(1, "Cats"), (1, "owls")]


@pytest.mark.parametrize(
    ("metric", "first"),
    [
        (Metric("count", "shift"), "Cats"),
        (Metric("count", "issue"), "owls"),
        (Metric("points_of", "shift"), "Cats"),
        (Metric("points_of", "issue"), "owls"),
        (Metric("quests"), "owls"),
        (Metric("earliest"), "Cats"),
    ],
)
def test_ties_are_broken_by_a_metric(metric: Metric, first: str) -> None:
    listed = by_ties(metric)

    assert listed == [(1, first), (2, "owls" if first == "Cats" else "Cats")]


def test_ties_are_broken_in_the_order_of_the_metrics() -> None:
    listed = by_ties(Metric("bonus", "6 a.m. shift"), Metric("points"), Metric("quests"), Metric("earliest"))

    assert listed == [(1, "owls"), (2, "Cats")]


def test_earliest_heeds_neither_awards_of_zero_nor_adjustments() -> None:
    rules = with_kind(replace(RESPONSE, points=0), replace(PLAIN, ties=(Metric("earliest"),)))
    activities = [
        activity("issue", "09:00", "ana", "owls"),
        activity("issue", "10:00", "ben", "cats"),
        activity("response", "12:00", "ana", "owls"),
    ]

    board = board_of(activities, rules, [adjustment(1, "13:00", "owls"), adjustment(1, "08:00", "cats")], (CATS, OWLS))

    assert places(board) == [(1, "owls"), (2, "Cats")]


def test_earliest_puts_teams_without_awards_last() -> None:
    rules = replace(PLAIN, ties=(Metric("earliest"),))

    board = board_of([activity("issue", team="owls")], rules, [adjustment(-5, team="owls")], (CATS, ELKS, OWLS))

    assert places(board) == [(1, "owls"), (2, "Cats"), (2, "Elks")]


def test_tie_breaks_name_the_first_metric_that_differs_from_the_next_teams_of_as_many_points() -> None:
    rules = replace(PLAIN, ties=(Metric("count", "issue"), Metric("count", "shift")))
    activities = [
        *(activity("issue", f"0{hour}:00", "ana", "owls") for hour in (6, 7)),
        *(activity("shift", "08:00", person, team) for person, team in (("ben", "cats"), ("chi", "elks"))),
    ]
    board = board_of(activities, rules, [adjustment(10, team="yaks")], (OWLS, CATS, ELKS, YAKS))

    assert places(board) == [(1, "owls"), (2, "Cats"), (2, "Elks"), (4, "Yaks")]
    assert board.tie_breakers() == {"owls": (0,), "cats": (0, 1), "elks": (0, 1), "yaks": (1,)}
    assert board.tie_breaks("cats") == [
        TieBreak(is_ahead=False, teams=("owls",), own=TieValue("0 issues"), theirs=TieValue("2 issues")),
        TieBreak(is_ahead=True, teams=("Yaks",), own=TieValue("1 shift"), theirs=TieValue("0 shifts")),
    ]


def test_quests_are_named_once_in_file_order() -> None:
    daily = Quest("Daily", (("issue", 1),), 1, per="day")
    rules = replace(PLAIN, quests=(ALL_HANDS, Quest("Zeal", (("issue", 2),), 1), daily))
    activities = [activity("issue", f"2022-09-{day} 09:00", team="owls") for day in (12, 13)]

    board = board_of(activities, rules, teams=(OWLS,))

    assert (board.standings[0].quests, board.standings[0].points) == (("Zeal", "Daily"), 13)


def test_totals_count_every_live_activity_with_or_without_a_team() -> None:
    activities = [activity("issue", team="owls"), activity("issue", team="cats"), activity("issue", team=None)]

    board = board_of(activities, PLAIN, [adjustment(5)])

    assert board.totals == {"shift": 0, "response": 0, "issue": 3, "feature_request": 0, "knowledge_card": 0}
    assert board.head.unassigned == 1
    assert list(board.totals) == ["shift", "response", "issue", "feature_request", "knowledge_card"]


def test_last_earned_is_the_newest_award_that_gave_points() -> None:
    rules = with_kind(replace(RESPONSE, points=-1), replace(PLAIN, quests=(ALL_HANDS,)))
    activities = [activity("shift", "10:00", person) for person in ("ana", "ben", "chi")]

    board = board_of([*activities, activity("response", "11:00")], rules, [adjustment(5, "12:00")])

    assert board.standings[0].last_earned == LastEarned(moment("10:00"), "Quest: All hands", None, 15)


@pytest.mark.parametrize(
    ("most", "value", "winners"),
    [
        (Metric("bonus", "6 a.m. shift"), 1, ("owls",)),
        (Metric("count", "shift"), 2, ("Cats", "owls")),
        (Metric("points"), 120, ("Cats",)),
        (Metric("points_of", "shift"), 30, ("owls",)),
        (Metric("count", "issue"), 0, ()),
        (Metric("quests"), 0, ()),
    ],
)
def test_trophy_for_teams_goes_to_all_who_have_the_most(most: Metric, value: int, winners: tuple[str, ...]) -> None:
    result = trophy_of(Trophy("Cup", "team", most))

    assert result == TrophyResult("Cup", "team", value, winners, metric_words(most, value, PLAIN))


@pytest.mark.parametrize(
    ("most", "value", "winners"),
    [
        (Metric("count", "shift"), 2, ("Ana",)),
        (Metric("bonus", "6 a.m. shift"), 1, ("Ana",)),
        (Metric("points"), 30, ("Ana",)),
        (Metric("points_of", "shift"), 30, ("Ana",)),
        (Metric("points_of", "response"), 0, ()),
    ],
)
def test_trophy_for_people_heeds_their_own_in_whatever_team(most: Metric, value: int, winners: tuple[str, ...]) -> None:
    result = trophy_of(Trophy("Hero", "person", most))

    assert result == TrophyResult("Hero", "person", value, winners, metric_words(most, value, PLAIN))


def test_trophy_for_people_leaves_out_quests() -> None:
    rules = replace(PLAIN, quests=(ALL_HANDS,), trophies=(Trophy("Hero", "person", Metric("points")),))

    board = board_of([activity("shift", "09:00", person) for person in ("ben", "chi", "ana")], rules)

    assert board.trophies == (TrophyResult("Hero", "person", 10, ("Ana", "Ben", "Chi"), "points"),)


def test_trophy_has_no_winner_with_less_than_zero() -> None:
    rules = replace(PLAIN, trophies=(Trophy("Cup", "team", Metric("points")),))

    board = board_of([], rules, [adjustment(-5, team="owls"), adjustment(-9, team="cats")])

    assert board.trophies == (TrophyResult("Cup", "team", 0, (), "points"),)


def test_trophy_has_no_winner_while_nobody_takes_part() -> None:
    board = make_board(WEEK, DEFAULT, (), {}, {}, {}, WEEK.starts, as_of=moment("09:00"), version=1)

    assert [(trophy.value, trophy.winners) for trophy in board.trophies] == [(0, ()), (0, ())]


def test_tied_ranks_are_those_that_teams_share() -> None:
    activities = [activity("shift", "09:00", "ana", "owls"), activity("issue", "10:00", "ben", "cats")]

    board = board_of(activities, PLAIN, teams=(OWLS, CATS, ELKS, YAKS))

    assert (places(board), board.tied_ranks()) == (
        [(1, "owls"), (2, "Cats"), (3, "Elks"), (3, "Yaks")],
        frozenset({3}),
    )


def test_make_board_of_twice_as_many_teams_costs_twice_as_much() -> None:
    def cost(number: int) -> int:
        teams = [TeamInfo(f"t{each}", f"Team {each}") for each in range(number)]
        scores = {team.id: score_of(team.id, [activity("shift", team=team.id)], (), DEFAULT) for team in teams}

        def make() -> None:
            make_board(WEEK, DEFAULT, teams, scores, {}, PEOPLE, WEEK.ends, as_of=moment("20:00"), version=1)

        return calls(make)

    few, more, most = cost(50), cost(100), cost(200)

    assert most - more <= 2.2 * (more - few)


def test_make_board_counts_no_attendance() -> None:
    with_attendance = [activity("shift", "09:00"), activity("attendance", "09:00", "ben")]

    board, alone = board_of(with_attendance), board_of(with_attendance[:1])

    assert (board.totals, board.headline, board.trophies) == (alone.totals, alone.headline, alone.trophies)
    assert [standing.counts for standing in board.standings] == [standing.counts for standing in alone.standings]


@pytest.mark.parametrize(("ends", "is_dated"), [(date(2022, 9, 18), False), (date(2022, 9, 19), True)])
def test_moment_that_breaks_ties_has_its_date_where_weekdays_repeat(ends: date, *, is_dated: bool) -> None:
    rules = replace(PLAIN, ties=(Metric("earliest"),))
    board = board_of([activity("issue", team="owls")], rules, week=replace(WEEK, ends=ends))

    ties = {standing.team: standing.ties[0].is_dated for standing in board.standings}

    assert ties == {"Owls": is_dated, "Cats": False}
