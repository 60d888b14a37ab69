"""Boards and receipts of a week, from the scores kept beside the ledger; and what the public may see of them."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.domain.calendar.days import local_day
from app.domain.rules import Rules
from app.domain.scoring.activity import Activity, Award
from app.domain.scoring.evaluation import score
from app.domain.scoring.tally import TeamScore
from app.domain.standings.board import Board
from app.domain.standings.receipt import Receipt, make_receipt
from app.domain.standings.snapshot import from_text
from app.domain.standings.standings import Standings, TeamFacts, WeekFacts, make_board, make_standings
from app.models import Week
from app.services.rules import rule_sets
from app.services.scoring import activity_queries, scores
from app.services.scoring.scores import WeekScores
from app.services.teams import teams
from app.services.weeks import weeks
from app.services.weeks.weeks import WeekStamp

Parts = tuple[WeekFacts, Rules, list[TeamFacts], Mapping[str, TeamScore], Mapping[str, int], Mapping[str, str], date]
"""The input of `make_standings`."""


def live(session: Session, week: Week, now: datetime) -> Board:
    """The week's board as it stands."""
    return assemble(session, week, rule_sets.rules_of(session, week), scores.of_week(session, week), now)


class LiveStandings(NamedTuple):
    """A week's standings as they are at one version of it."""

    stamp: WeekStamp
    standings: Standings

    def board(self, now: datetime) -> Board:
        """Return the board they make at a moment of their day."""
        return self.standings.board(as_of=now, version=served_version(self.stamp, now))


def follow(session: Session, stamp: WeekStamp, now: datetime, known: LiveStandings | None = None) -> LiveStandings:
    """Return a week's standings as they are, at the cost of what has changed since those that are known.

    `stamp` is the week's, of the same unchanging view of the database.
    """
    if known is not None and (changed := _changed(session, stamp, now, known)) is not None:
        return LiveStandings(stamp, changed)
    week = weeks.find_by_id(session, stamp.id)
    rules, kept = rule_sets.rules_of(session, week), scores.of_week(session, week)
    return LiveStandings(stamp, make_standings(*_parts(session, week, rules, kept, now)))


def _changed(session: Session, stamp: WeekStamp, now: datetime, known: LiveStandings) -> Standings | None:
    """The known standings with the scores that changed; None where more than scores did, or another day has come."""
    standings, versions = known.standings, stamp.version - known.stamp.version
    is_same = stamp.id == known.stamp.id and local_day(now, stamp.zone) == standings.today
    if not is_same or versions < 0 or stamp.score_changes - known.stamp.score_changes != versions:
        return None
    if not versions:
        return standings
    changed, loose = scores.changed_since(session, stamp.id, known.stamp.version)
    return standings.with_scores(changed, standings.loose_counts if loose is None else loose)


def public(session: Session, week: Week, now: datetime) -> Board:
    """The board everybody may see: frozen weeks show the board of the moment they were frozen."""
    return from_text(week.frozen_board) if week.frozen_board else live(session, week, now)


def assemble(
    session: Session,
    week: Week,
    rules: Rules,
    kept: WeekScores,
    now: datetime,
    *,
    upto: int | None = None,
    names: Mapping[str, str] | None = None,
) -> Board:
    """A board from scores, under the rules that made them.

    `upto` looks back: the teams and members of that version of the week, with the `names` of then by person id.
    """
    parts = _parts(session, week, rules, kept, now, upto=upto, names=names)
    return make_board(*parts, as_of=now, version=served_version(week, now))


def _parts(
    session: Session,
    week: Week,
    rules: Rules,
    kept: WeekScores,
    now: datetime,
    *,
    upto: int | None = None,
    names: Mapping[str, str] | None = None,
) -> Parts:
    if names is None:
        names = teams.names_of(session, week)
    members = teams.group_members(teams.joins(session, week, upto=upto), names)
    listed = [
        TeamFacts(team_id, name, tuple(names[person] for person in members.get(team_id, ())))
        for team_id, name in teams.named(session, week, upto=upto)
    ]
    week_facts = WeekFacts(week.slug, week.name, week.state, week.starts, week.ends)
    return week_facts, rules, listed, kept.teams, kept.loose, names, local_day(now, week.zone)


def frozen_names(week: Week) -> dict[str, str] | None:
    """The names people had when the week was frozen, by person id; None while it is not."""
    return dict(json.loads(week.frozen_names)) if week.frozen_names else None


def members(session: Session, week: Week, *, public: bool) -> dict[str, list[str]]:
    """The names of who is in each team, by team id; for the public of a frozen week, of who was at the freeze."""
    names = (frozen_names(week) if public else None) or teams.names_of(session, week)
    joins = teams.joins(session, week, upto=week.frozen_version if public else None)
    return {team_id: [names[each] for each in ids] for team_id, ids in teams.group_members(joins, names).items()}


def served_version(week: Week | WeekStamp, now: datetime) -> int:
    """The board's version: the week's own changes plus the midnights passed since it started (movement is daily)."""
    days = (local_day(now, week.zone) - week.starts).days
    return week.version + min(max(days, 0), (week.ends - week.starts).days + 1)


def receipt(session: Session, week: Week, team_id: str, *, public: bool) -> Receipt:
    """Make a team's receipt; the public of a frozen week sees that of the freeze.

    Raises NotFound for a team of no or another week, or one that the frozen board does not show.
    """
    scored = score_team(session, week, team_id, public=public)
    given = activity_queries.adjustments(session, week, team_id=team_id, upto=seen_upto(week, public=public))
    return make_receipt(scored.activities, scored.awards, given, scored.rules, scored.names, scored.zone)


class Scored(NamedTuple):
    """A team's live activities with what they were given; `names` are people's by id."""

    activities: list[Activity]
    awards: list[Award]
    rules: Rules
    names: Mapping[str, str]
    zone: ZoneInfo


def seen_upto(week: Week, *, public: bool) -> int | None:
    """The version of the week that a reader looks back to: the public, while it is frozen, to that of the freeze."""
    return week.frozen_version if public else None


def score_team(session: Session, week: Week, team_id: str, *, public: bool) -> Scored:
    """One team scored from its activities, as this reader may see it. Raises NotFound like `receipt`."""
    upto = seen_upto(week, public=public)
    team = teams.find(session, week, team_id, upto=upto)
    rules = rule_sets.rules_numbered(session, week.rule_set_id if upto is None else week.frozen_rule_set_id)
    names = (None if upto is None else frozen_names(week)) or teams.names_of(session, week)
    people = teams.ever_in(session, team.id)
    joins = teams.joins(session, week, people, upto=upto)
    activities = activity_queries.live_activities(session, week, joins, people=people, upto=upto)
    own = [activity for activity in activities if activity.team == team.id]
    zone = week.zone
    return Scored(own, score(own, rules, zone), rules, names, zone)
