"""Proof that what is shown is what the ledger says."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from app.domain.board import Board
from app.domain.snapshot import from_text
from app.domain.tally import TeamScore
from app.models import Week
from app.services import boards, rule_sets, scores


def verify(session: Session, week: Week, now: datetime) -> list[str]:
    """Score a week anew from its ledger and compare with what is shown; a sentence for each difference."""
    rules = rule_sets.rules_of(session, week)
    computed = scores.compute(session, week, rules)
    kept = scores.of_week(session, week)
    found = [
        f"Week {week.slug}: the kept score of team {team_id} differs from the ledger's."
        for team_id in sorted(computed.teams)
        if kept.teams.get(team_id, TeamScore()) != computed.teams[team_id]
    ]
    if kept.loose != computed.loose:
        found.append(f"Week {week.slug}: the counts of activities without a team differ from the ledger's.")
    shown, proved = boards.live(session, week, now), boards.assemble(session, week, rules, computed, now)
    return found + _differences(shown, proved) + _frozen_differences(session, week)


def _differences(shown: Board, proved: Board) -> list[str]:
    if shown == proved:
        return []
    found = [f"Week {shown.week}: the board reads “{shown.headline}”, the ledger “{proved.headline}”."]
    points = {standing.team_id: standing.points for standing in proved.standings}
    found += [
        f"Week {shown.week}: team {each.team} is shown with {each.points} points, not {points[each.team_id]}."
        for each in shown.standings
        if each.points != points[each.team_id]
    ]
    return found


def _frozen_differences(session: Session, week: Week) -> list[str]:
    if week.frozen_board is None or week.frozen_at is None:
        return []
    shown = from_text(week.frozen_board)
    rules = rule_sets.rules_numbered(session, week.frozen_rule_set_id)
    then = scores.compute(session, week, rules, upto=week.frozen_version)
    proved = boards.assemble(session, week, rules, then, week.frozen_at)
    members = {standing.team_id: standing.members for standing in shown.standings}
    proved = replace(
        proved,
        state=shown.state,
        name=shown.name,
        version=shown.version,
        standings=tuple(
            replace(each, members=members[each.team_id]) for each in proved.standings if each.team_id in members
        ),
    )
    return [f"The frozen board: {difference}" for difference in _differences(shown, proved)]
