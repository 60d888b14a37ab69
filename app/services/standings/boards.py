"""Boards and receipts of a week, from the scores kept beside the ledger; and what the public may see of them."""

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
from app.domain.standings.lines import TeamInfo
from app.domain.standings.receipt import Receipt, make_receipt
from app.domain.standings.snapshot import from_text
from app.domain.standings.standings import Standings, WeekInfo, make_board, make_standings
from app.domain.view import EVERYTHING, View
from app.models import Week
from app.services.rules import rule_sets
from app.services.scoring import activity_queries, scores
from app.services.scoring.scores import WeekScores
from app.services.teams import teams
from app.services.weeks import weeks
from app.services.weeks.weeks import WeekStamp

Parts = tuple[WeekInfo, Rules, list[TeamInfo], Mapping[str, TeamScore], Mapping[str, int], Mapping[str, str], date]
"""The input of `make_standings`."""


def live(session: Session, week: Week, now: datetime) -> Board:
    """The week's board as it stands."""
    return assemble(session, week, rule_sets.rules_of(session, week), scores.of_week(session, week), now)


class LiveStandings(NamedTuple):
    """A week's standings as they are at one version of it.

    `changed` are the ids of the teams whose scores changed since those that were known; None where more may have.
    """

    stamp: WeekStamp
    standings: Standings
    changed: frozenset[str] | None = None

    def board(self, now: datetime) -> Board:
        """Return the board they make at a moment of their day."""
        return self.standings.board(as_of=now, version=served_version(self.stamp, now))


def follow(session: Session, stamp: WeekStamp, now: datetime, known: LiveStandings | None = None) -> LiveStandings:
    """Return a week's standings as they are, at the cost of what has changed since those that are known.

    `stamp` is the week's, of the same unchanging view of the database.
    """
    if known is not None and (changed := _changed(session, stamp, now, known)) is not None:
        return LiveStandings(stamp, *changed)
    week = weeks.find_by_id(session, stamp.id)
    rules, kept = rule_sets.rules_of(session, week), scores.of_week(session, week)
    return LiveStandings(stamp, make_standings(*_parts(session, week, rules, kept, now)))


def _changed(
    session: Session, stamp: WeekStamp, now: datetime, known: LiveStandings
) -> tuple[Standings, frozenset[str]] | None:
    """The known standings with the scores that changed; None where more than scores did, or another day has come."""
    standings, versions = known.standings, stamp.version - known.stamp.version
    is_same = stamp.id == known.stamp.id and local_day(now, stamp.zone) == standings.today
    if not is_same or versions < 0 or stamp.score_changes - known.stamp.score_changes != versions:
        return None
    if not versions:
        return standings, frozenset()
    changed, unassigned = scores.changed_since(session, stamp.id, known.stamp.version)
    unassigned_counts = standings.unassigned_counts if unassigned is None else unassigned
    return standings.with_scores(changed, unassigned_counts), frozenset(changed)


def seen(session: Session, week: Week, view: View, now: datetime) -> Board:
    """The board that a view has: where it looks back, that of the moment of the freeze."""
    return from_text(week.frozen_board) if view.looks_back and week.frozen_board else live(session, week, now)


def assemble(
    session: Session,
    week: Week,
    rules: Rules,
    kept: WeekScores,
    now: datetime,
    *,
    view: View = EVERYTHING,
) -> Board:
    """A board from scores, under the rules that made them.

    A `view` that looks back has the teams, members and names of then.
    """
    parts = _parts(session, week, rules, kept, now, view=view)
    return make_board(*parts, as_of=now, version=served_version(week, now))


def _parts(
    session: Session,
    week: Week,
    rules: Rules,
    kept: WeekScores,
    now: datetime,
    *,
    view: View = EVERYTHING,
) -> Parts:
    names = names_in(session, week, view)
    members = teams.group_members(teams.joins(session, week, view=view), names)
    looks = teams.looks(session, week)
    listed = [
        TeamInfo(team_id, name, tuple(names[person] for person in members.get(team_id, ())), *looks.get(team_id, ()))
        for team_id, name in teams.named(session, week, view=view)
    ]
    week_facts = WeekInfo(week.slug, week.name, week.state, week.starts, week.ends)
    return week_facts, rules, listed, kept.teams, kept.unassigned, names, local_day(now, week.zone)


def names_in(session: Session, week: Week, view: View) -> Mapping[str, str]:
    """The names of everybody who ever joined a team of this week, by person id, as a view has them."""
    return view.names or teams.names_of(session, week)


def members(session: Session, week: Week, view: View) -> dict[str, list[str]]:
    """The names of who is in each team, by team id; for the public of a frozen week, of who was at the freeze."""
    names, joins = names_in(session, week, view), teams.joins(session, week, view=view)
    return {team_id: [names[each] for each in ids] for team_id, ids in teams.group_members(joins, names).items()}


def served_version(week: Week | WeekStamp, now: datetime) -> int:
    """The board's version: the week's own changes plus the midnights passed since it started (movement is daily)."""
    days = (local_day(now, week.zone) - week.starts).days
    return week.version + min(max(days, 0), (week.ends - week.starts).days + 1)


def receipt(session: Session, week: Week, team_id: str, view: View) -> Receipt:
    """Make a team's receipt; the public of a frozen week sees that of the freeze.

    Raises NotFound for a team of no or another week, or one that the frozen board does not show.
    """
    team = teams.find(session, week, team_id, view=view)
    scored = score_team(session, week, team.id, view)
    adjustments = activity_queries.adjustments(session, week, team_id=team.id, view=view)
    return make_receipt(scored.activities, scored.awards, adjustments, scored.rules, scored.names, scored.zone)


class Scored(NamedTuple):
    """A team's live activities with what they were given; `names` are people's by id."""

    activities: list[Activity]
    awards: list[Award]
    rules: Rules
    names: Mapping[str, str]
    zone: ZoneInfo


def score_team(session: Session, week: Week, team_id: str, view: View) -> Scored:
    """One team scored from its activities, as this reader may see it. Raises NotFound like `receipt`."""
    own = activities_of(session, week, team_id, view)
    rules = rule_sets.rules_numbered(session, view.rule_set_id)
    return Scored(own, score(own, rules, week.zone), rules, names_in(session, week, view), week.zone)


def activities_of(session: Session, week: Week, team_id: str, view: View) -> list[Activity]:
    """The live activities of one team, as a view has them. Raises NotFound like `receipt`."""
    team = teams.find(session, week, team_id, view=view)
    people = teams.ever_in(session, team.id)
    joins = teams.joins(session, week, people, view=view)
    activities = activity_queries.live_activities(session, week, joins, people=people, view=view)
    return [activity for activity in activities if activity.team == team.id]
