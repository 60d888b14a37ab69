"""Boards and receipts held against a slow, literal evaluation of the same random weeks."""

import random
import tomllib
from collections import Counter
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.calendar.days import local_day
from app.domain.memberships import Join, current_team, team_at
from app.domain.rules import Rules, parse_rules
from app.domain.scoring.activity import Activity, Adjustment
from app.domain.scoring.evaluation import score
from app.domain.scoring.sums import score_teams
from app.domain.scoring.tally import TeamScore, from_json, to_json
from app.domain.standings.board import Board
from app.domain.standings.lines import TeamInfo
from app.domain.standings.receipt import make_receipt
from app.domain.standings.standings import WeekInfo, make_board
from tests.domain.oracle import Line, oracle_board
from tests.domain.oracle_awards import Facts
from tests.domain.oracle_weeks import random_week

CHUNKS, WEEKS_PER_CHUNK = 8, 75


def parsed(text: str) -> Rules:
    rules, mistakes = parse_rules(text)
    assert mistakes == [], text
    assert rules is not None
    return rules


def joins_of(facts: Facts, person: str) -> list[Join]:
    return sorted((Join(m["team"], m["at"]) for m in facts["memberships"] if m["person"] == person), key=lambda j: j.at)


def live_activities(facts: Facts) -> list[Activity]:
    return [
        Activity(
            id=entry["id"],
            kind=entry["kind"],
            person=entry["person"],
            team=team_at(joins_of(facts, entry["person"]), entry["occurred_at"]),
            occurred_at=entry["occurred_at"],
            source=entry["source"],
            external_id=entry["external_id"],
            subject=entry["subject"] or None,
            response_seconds=entry["response_seconds"],
        )
        for entry in facts["activities"]
        if not entry["reversed"]
    ]


def adjustments_of(facts: Facts, team: str) -> list[Adjustment]:
    return [Adjustment(**adjustment) for adjustment in facts["adjustments"] if adjustment["team"] == team]


def our_receipts(rules: Rules, facts: Facts) -> dict[str, tuple[int, Counter[Line]]]:
    zone = ZoneInfo(facts["zone"])
    activities = live_activities(facts)
    awards = score(activities, rules, zone)
    receipts: dict[str, tuple[int, Counter[Line]]] = {}
    for team in (team["id"] for team in facts["teams"]):
        receipt = make_receipt(
            [activity for activity in activities if activity.team == team],
            [award for award in awards if award.team == team],
            adjustments_of(facts, team),
            rules,
            facts["people"],
            zone,
        )
        receipts[team] = receipt.points, Counter((line.at, line.person, line.points) for line in receipt.items)
    return receipts


def team_scores(rules: Rules, facts: Facts, activities: list[Activity]) -> dict[str, TeamScore]:
    """Each team's score from its own activities alone, as it comes back from where it is kept."""
    zone = ZoneInfo(facts["zone"])
    scores = {}
    for team in (team["id"] for team in facts["teams"]):
        own = [activity for activity in activities if activity.team == team]
        scored = score_teams(own, adjustments_of(facts, team), rules, zone).get(team, TeamScore())
        scores[team] = from_json(to_json(scored))
    return scores


def members_of(facts: Facts, team: str) -> tuple[str, ...]:
    names = [name for person, name in facts["people"].items() if current_team(joins_of(facts, person)) == team]
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))


def our_board(rules: Rules, facts: Facts) -> dict[str, Any]:
    activities, week = live_activities(facts), facts["week"]
    board = make_board(
        WeekInfo(
            slug=week["slug"],
            name=week["name"],
            state=week["state"],
            starts=date.fromisoformat(week["starts"]),
            ends=date.fromisoformat(week["ends"]),
        ),
        rules,
        [TeamInfo(team["id"], team["name"], members_of(facts, team["id"])) for team in facts["teams"]],
        team_scores(rules, facts, activities),
        Counter(activity.kind for activity in activities if activity.team is None),
        facts["people"],
        local_day(facts["now"], ZoneInfo(facts["zone"])),
        as_of=facts["now"],
        version=1,
    )
    return as_json(board)


def as_json(board: Board) -> dict[str, Any]:
    """The board as the leaderboard's JSON has it, with keys in the order they are listed in."""
    standings = [
        {
            "rank": row.rank,
            "team": row.team,
            "team_id": row.team_id,
            "points": row.points,
            "counts": list(row.counts.items()),
            "bonuses": list(row.bonuses.items()),
            "quests": list(row.quests),
            "members": list(row.members),
            "movement": row.movement,
        }
        for row in board.standings
    ]
    return {
        "week": board.week,
        "name": board.name,
        "state": board.state,
        "headline": board.headline,
        "totals": list(board.totals.items()),
        "standings": standings,
        "trophies": [
            {"name": trophy.name, "for": trophy.audience, "value": trophy.value, "winners": list(trophy.winners)}
            for trophy in board.trophies
        ],
    }


def with_order(board: dict[str, Any]) -> dict[str, Any]:
    """The oracle's board with its mappings as lists of pairs, so that file order is compared as well."""
    rows = [
        {**row, "counts": list(row["counts"].items()), "bonuses": list(row["bonuses"].items())}
        for row in board["standings"]
    ]
    return {**board, "totals": list(board["totals"].items()), "standings": rows}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_boards_and_receipts_are_those_of_the_oracle(chunk: int) -> None:
    for seed in range(chunk * WEEKS_PER_CHUNK, (chunk + 1) * WEEKS_PER_CHUNK):
        text, facts = random_week(random.Random(seed))  # noqa: S311 (nobody's secret)

        board, receipts = oracle_board(tomllib.loads(text), facts)

        rules = parsed(text)
        assert our_board(rules, facts) == with_order(board), f"seed {seed}"
        assert our_receipts(rules, facts) == {
            team: (sum(points * n for (_, _, points), n in lines.items()), lines) for team, lines in receipts.items()
        }, f"seed {seed}"
