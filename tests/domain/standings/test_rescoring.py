"""Rescoring by other rules: the reasons add up to the points, and say what receipts say."""

from collections import defaultdict
from datetime import UTC, datetime

from hypothesis import given

from app.domain.rules import Rules
from app.domain.scoring.evaluation import score
from app.domain.scoring.sums import score_teams
from app.domain.standings.receipt import make_receipt
from app.domain.standings.rescoring import Scoring, team_changes, trophy_changes
from app.domain.standings.standings import make_board
from tests.domain.strategies import PEOPLE, TEAMS, RandomWeek, rule_sets, weeks

NOON = datetime(2022, 9, 11, 12, tzinfo=UTC)


def scoring(week: RandomWeek, rules: Rules) -> Scoring:
    scores = score_teams(week.activities, week.adjustments, rules, week.zone)
    board = make_board(week.facts, rules, list(TEAMS), scores, {}, PEOPLE, week.today, as_of=NOON, version=1)
    return Scoring(rules, scores, board)


def on_receipt(week: RandomWeek, rules: Rules, team: str) -> dict[str, tuple[int, int]]:
    """The times and points of each reason on a team's receipt, of those that give points."""
    own = [activity for activity in week.activities if activity.team == team]
    receipt = make_receipt(own, score(own, rules, week.zone), (), rules, PEOPLE, week.zone)
    sums: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for line in receipt.items:
        if line.points:
            times, points = sums[line.what]
            sums[line.what] = times + 1, points + line.points
    return dict(sums)


@given(weeks(), rule_sets())
def test_team_changes_add_up_and_say_what_receipts_say(week: RandomWeek, rules: Rules) -> None:
    changes = team_changes(scoring(week, week.rules), scoring(week, rules))

    for change in changes:
        assert sum(reason.points for reason in change.reasons) == change.points
        old, new = (on_receipt(week, each, change.after.team_id) for each in (week.rules, rules))
        for reason in change.reasons:
            for sums, found in ((old, reason.before), (new, reason.after)):
                assert sums.get(reason.what, (0, 0)) == (found.times if found.points else 0, found.points)


@given(weeks())
def test_same_rules_change_nothing(week: RandomWeek) -> None:
    one = scoring(week, week.rules)

    assert not any(change.is_rescored or change.reasons for change in team_changes(one, one))
    assert trophy_changes(one.board, one.board) == ()
