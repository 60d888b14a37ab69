"""Properties of every week: order-free, never lowered, reversals cancel, sums agree, days are local."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar.days import local_day
from app.domain.scoring.activity import IN_ORDER, Activity, Award
from app.domain.scoring.evaluation import score
from app.domain.scoring.tally import from_json, to_json
from app.domain.standings.board import Board
from app.domain.standings.receipt import make_receipt
from tests.domain.builders import board_of, score_of
from tests.domain.strategies import PEOPLE, TEAMS, RandomWeek, weeks

Item = TypeVar("Item")


def board(week: RandomWeek) -> Board:
    """The week's board."""
    return board_of(
        week.activities,
        week.rules,
        week.adjustments,
        TEAMS,
        week=week.facts,
        today=week.today,
        zone=week.zone,
        people=PEOPLE,
    )


def points(week: RandomWeek) -> dict[str, int]:
    """Points by team."""
    return {standing.team_id: standing.points for standing in board(week).standings}


def without(items: tuple[Item, ...], place: int) -> tuple[Item, ...]:
    """All but the item at a place."""
    return items[:place] + items[place + 1 :]


def of_team(team: str, items: Iterable[Award]) -> list[Award]:
    """The awards of one team."""
    return [item for item in items if item.team == team]


@given(week=weeks(), data=st.data())
def test_board_is_the_same_in_any_order_of_arrival(week: RandomWeek, data: st.DataObject) -> None:
    activities = tuple(data.draw(st.permutations(week.activities)))
    adjustments = tuple(data.draw(st.permutations(week.adjustments)))

    shuffled = replace(week, activities=activities, adjustments=adjustments)

    assert score(activities, week.rules, week.zone) == score(week.activities, week.rules, week.zone)
    assert board(shuffled) == board(week)


@given(week=weeks(lowest=0, fewest=1), data=st.data())
def test_one_more_activity_never_lowers_any_teams_points(week: RandomWeek, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(week.activities) - 1))

    before, after = points(replace(week, activities=without(week.activities, place))), points(week)

    assert [team for team, had in before.items() if after[team] < had] == []


@given(week=weeks(fewest=1), data=st.data())
def test_reversal_and_reinstatement_cancel_out(week: RandomWeek, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(week.activities) - 1))
    others, reversed_one = without(week.activities, place), week.activities[place]

    reinstated = replace(week, activities=(*others, reversed_one))

    assert board(reinstated) == board(week)


@given(week=weeks())
def test_make_receipt_sums_to_the_boards_points(week: RandomWeek) -> None:
    sums = {}
    for team in TEAMS:
        own = [activity for activity in week.activities if activity.team == team.id]
        adjustments = [adjustment for adjustment in week.adjustments if adjustment.team == team.id]
        awards = score(own, week.rules, week.zone)
        receipt = make_receipt(own, awards, adjustments, week.rules, PEOPLE, week.zone)
        assert receipt.points == sum(line.points for line in receipt.items)
        assert len(receipt.items) == len(awards) + len(adjustments) + sum(not paid(each, awards) for each in own)
        assert list(receipt.items) == sorted(receipt.items, key=lambda line: line.at)
        sums[team.id] = receipt.points

    assert sums == points(week)


def paid(activity: Activity, awards: Iterable[Award]) -> bool:
    """Tell whether an activity earned anything."""
    return any(award.activity == activity.id for award in awards)


@given(week=weeks())
def test_teams_scored_apart_earn_what_they_earn_together(week: RandomWeek) -> None:
    together = score(week.activities, week.rules, week.zone)

    apart = {
        team.id: score([activity for activity in week.activities if activity.team == team.id], week.rules, week.zone)
        for team in TEAMS
    }

    assert apart == {team.id: of_team(team.id, together) for team in TEAMS}


@given(week=weeks(), data=st.data())
def test_score_of_a_prefix_is_the_prefix_of_the_awards(week: RandomWeek, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(week.activities)))
    in_order = sorted(week.activities, key=IN_ORDER)

    awards = score(in_order[:length], week.rules, week.zone)

    assert awards == score(in_order, week.rules, week.zone)[: len(awards)]


@given(week=weeks())
def test_movement_equals_ranks_on_a_board_of_the_earlier_activities(week: RandomWeek) -> None:
    earlier = replace(
        week,
        activities=tuple(
            activity for activity in week.activities if local_day(activity.occurred_at, week.zone) < week.today
        ),
        adjustments=tuple(
            adjustment for adjustment in week.adjustments if local_day(adjustment.at, week.zone) < week.today
        ),
    )
    compared = week.today <= week.facts.ends and any(activity.team for activity in earlier.activities)
    then = {standing.team_id: standing.rank for standing in board(earlier).standings}

    now = board(week)

    assert [standing.movement for standing in now.standings] == [
        then[standing.team_id] - standing.rank if compared else None for standing in now.standings
    ]


@given(week=weeks())
def test_from_json_of_to_json_is_the_same_score(week: RandomWeek) -> None:
    for team in TEAMS:
        found = score_of(team.id, week.activities, week.adjustments, week.rules, week.zone)

        assert from_json(to_json(found)) == found


@given(week=weeks())
def test_a_kind_without_a_team_counts_in_totals_alone(week: RandomWeek) -> None:
    everything = board(week)

    with_team = board(replace(week, activities=tuple(activity for activity in week.activities if activity.team)))

    assert replace(everything, totals={}, headline="") == replace(with_team, totals={}, headline="")
    assert sum(everything.totals.values()) == sum(activity.kind != "attendance" for activity in week.activities)
