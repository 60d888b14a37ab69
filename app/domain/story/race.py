"""The race: every team's points over the week, and how often the lead changed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.domain.scoring.activity import Adjustment, Award
from app.domain.standings.lines import TeamInfo
from app.domain.story.model import Lead, PointsSeries, Race, Step


def run_race(
    awards: Iterable[Award], adjustments: Iterable[Adjustment], teams: Sequence[TeamInfo], starts: datetime
) -> Race:
    """The race of these teams from `starts` (the week's first moment, UTC) or whatever came before it.

    Awards count from their activity's `occurred_at`, adjustments from when they were recorded. Points given to a team
    that is not among `teams` are left out.
    """
    changes = _changes(awards, adjustments)
    begins = min([starts, *changes])
    points = {team.id: 0 for team in teams}
    steps = {team.id: [Step(begins, 0)] for team in teams}
    leads: list[tuple[datetime, str, int]] = []
    most = 0
    for at in sorted(changes):
        at_the_top = False
        for team_id, change in changes[at].items():
            if change and team_id in points:
                at_the_top |= points[team_id] == most or points[team_id] + change > most
                points[team_id] += change
                steps[team_id].append(Step(at, points[team_id]))
        if not at_the_top:
            continue
        most = max(points.values())
        leader = _sole_leader(points)
        if leader is not None and (not leads or leads[-1][1] != leader):
            leads.append((at, leader, most))
    names = {team.id: team.name for team in teams}
    return Race(
        begins,
        tuple(PointsSeries(team.name, team.id, tuple(steps[team.id]), team.tone) for team in teams),
        tuple(Lead(at, names[team_id], team_id, most) for at, team_id, most in leads),
    )


def _changes(awards: Iterable[Award], adjustments: Iterable[Adjustment]) -> dict[datetime, dict[str, int]]:
    """The points each team gained or lost, by moment."""
    changes: defaultdict[datetime, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for award in awards:
        changes[award.at][award.team] += award.points
    for adjustment in adjustments:
        changes[adjustment.at][adjustment.team] += adjustment.points
    return {at: dict(change) for at, change in changes.items()}


def _sole_leader(points: Mapping[str, int]) -> str | None:
    """The one team with the most points, where they are more than none and nobody has as many."""
    most = max(points.values(), default=0)
    leaders = [team_id for team_id, own in points.items() if own == most]
    return leaders[0] if most > 0 and len(leaders) == 1 else None
