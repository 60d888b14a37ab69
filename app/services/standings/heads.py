"""The heads of several weeks' boards, in as many queries for many weeks as for one."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from app.domain.calendar.days import local_day
from app.domain.rules import Rules
from app.domain.scoring.tally import TeamScore, from_json
from app.domain.standings.board import BoardHead
from app.domain.standings.lines import TeamInfo
from app.domain.standings.standings import WeekInfo, make_standings
from app.models import Membership, Person, Score, Team, Week
from app.models.score import NO_TEAM
from app.services.rules import rule_sets
from app.services.standings.boards import served_version

Headed = tuple[BoardHead, Rules]
"""A board's head with the rules that made it."""


def of_closed(session: Session, weeks: Sequence[Week], now: datetime) -> dict[int, Headed]:
    """The heads of the boards of closed weeks as they stand, by the week's id."""
    if not weeks:
        return {}
    ids = [week.id for week in weeks]
    teams, scores, people = _teams(session, ids), _scores(session, ids), _names(session, ids)
    rules = rule_sets.of_versions(session, {week.rule_set_id for week in weeks})
    found = {}
    for week in weeks:
        info = WeekInfo(week.slug, week.name, week.state, week.starts, week.ends)
        own, kept = rules[week.rule_set_id], scores[week.id]
        unassigned, today = json.loads(kept.get(NO_TEAM, "{}")), local_day(now, week.zone)
        standings = make_standings(info, own, teams[week.id], _by_team(kept), unassigned, people, today)
        found[week.id] = standings.head(as_of=now, version=served_version(week, now)), own
    return found


def _by_team(kept: Mapping[str, str]) -> dict[str, TeamScore]:
    return {team_id: from_json(data) for team_id, data in kept.items() if team_id != NO_TEAM}


def _teams(session: Session, ids: Sequence[int]) -> Mapping[int, list[TeamInfo]]:
    """The teams of each week; who is in them is no part of a head."""
    there = col(Team.week_id).in_(ids), col(Team.removed_version).is_(None)
    found: defaultdict[int, list[TeamInfo]] = defaultdict(list)
    for week_id, team_id, name in session.exec(select(Team.week_id, Team.id, Team.name).where(*there)):
        found[week_id].append(TeamInfo(team_id, name, ()))
    return found


def _scores(session: Session, ids: Sequence[int]) -> Mapping[int, dict[str, str]]:
    """The kept scores of each week, as texts."""
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    query = select(Score.week_id, Score.team_id, Score.data).where(col(Score.week_id).in_(ids))
    for week_id, team_id, data in session.exec(query):
        found[week_id][team_id] = data
    return found


def _names(session: Session, ids: Sequence[int]) -> dict[str, str]:
    """The names of everybody who ever joined a team of these weeks, by person id."""
    members = select(Membership.person_id).where(col(Membership.week_id).in_(ids))
    return dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(members))).all())
