"""Standings after a change are those made of everything anew."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.domain.scoring.activity import Activity
from app.domain.scoring.tally import TeamScore
from app.domain.standings.lines import TeamInfo
from app.domain.standings.standings import Standings, make_standings
from tests.cost import calls
from tests.domain.builders import DEFAULT, activity, score_of
from tests.domain.builders import WEEK as FIXED_WEEK
from tests.domain.strategies import PEOPLE, TEAMS, RandomWeek, weeks

AS_OF = datetime(2022, 9, 14, 20, tzinfo=UTC)


def scores_of(week: RandomWeek, activities: Sequence[Activity]) -> dict[str, TeamScore]:
    """Every team's score of these activities."""
    return {team.id: score_of(team.id, activities, week.adjustments, week.rules, week.zone) for team in TEAMS}


def loose_of(activities: Sequence[Activity]) -> dict[str, int]:
    """The number of activities per kind that belong to no team."""
    kinds = [each.kind for each in activities if each.team is None]
    return {kind: kinds.count(kind) for kind in kinds}


def anew(week: RandomWeek, scores: Mapping[str, TeamScore], unassigned: Mapping[str, int]) -> Standings:
    """The standings made of everything."""
    return make_standings(week.facts, week.rules, TEAMS, scores, unassigned, PEOPLE, week.today)


@given(weeks(fewest=1), st.lists(st.sets(st.integers(0, 24)), min_size=1, max_size=6))
def test_with_scores_gives_the_board_of_everything_whatever_changed_before(
    week: RandomWeek, steps: list[set[int]]
) -> None:
    scores = scores_of(week, [])
    standings = anew(week, scores, {})
    for step in steps:
        live = [each for number, each in enumerate(week.activities) if number in step]
        before, scores, unassigned = scores, scores_of(week, live), loose_of(live)
        standings.board(as_of=AS_OF, version=1)  # what it has worked out must not outlive a change

        standings = standings.with_scores(
            {team: scores[team] for team in scores if scores[team] != before[team]}, unassigned
        )

        board = standings.board(as_of=AS_OF, version=1)
        assert board == anew(week, scores, unassigned).board(as_of=AS_OF, version=1)
        assert board.head == standings.head(as_of=AS_OF, version=1)


def test_with_scores_leaves_the_standings_it_began_with_alone() -> None:
    teams = [TeamInfo("owls", "Owls"), TeamInfo("cats", "Cats")]
    before = make_standings(FIXED_WEEK, DEFAULT, teams, {}, {}, {"ana": "Ana"}, date(2022, 9, 14))
    board = before.board(as_of=AS_OF, version=1)

    after = before.with_scores({"owls": score_of("owls", [activity()], [], DEFAULT)}, {"shift": 1})

    assert (before.board(as_of=AS_OF, version=1), after.totals["shift"]) == (board, 2)


def test_with_scores_of_one_team_costs_no_more_among_a_thousand_than_among_ten() -> None:
    def cost(size: int) -> int:
        teams = [TeamInfo(f"t{number:04}", f"Team {number}") for number in range(size)]
        people = {"ana": "Ana"}
        standings = make_standings(FIXED_WEEK, DEFAULT, teams, {}, {}, people, date(2022, 9, 14))
        score = score_of("t0001", [activity(team="t0001")], [], DEFAULT)
        return calls(lambda: standings.with_scores({"t0001": score}, {}))

    assert cost(1_000) == cost(10)
