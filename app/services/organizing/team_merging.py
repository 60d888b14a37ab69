"""Merging two teams of an open week: the second becomes an alias of the first, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.draft import SHIFTS_SOURCE
from app.domain.memberships import Join
from app.domain.rules import SHIFT
from app.domain.scoring.activity import Activity
from app.domain.scoring.sums import score_teams
from app.domain.scoring.tally import TeamScore
from app.domain.text.direction import apart
from app.errors import Conflict
from app.models import CalendarFeed, JoinCode, Person, Team, Week
from app.services import memberships, topics
from app.services.audit import audit
from app.services.rules import rule_sets
from app.services.scoring import activity_queries, scores
from app.services.shifts import credit, shifts, timetable
from app.services.teams import teams
from app.services.weeks import weeks

TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """The merging of `other` into `kept`: who will be in it, points before and after, and sentences against it."""

    week: Week
    kept: Team
    other: Team
    members: Sequence[Person]
    points: tuple[int, int]
    after: int
    refusals: Sequence[str]


def preview(session: Session, slug: str, kept_id: str, other_id: str, act: Act) -> TeamPlan:
    """Work out what `merge` would do. Raises WeekUnknown, NotFound, or Conflict for one and the same team."""
    return _plan(session, weeks.find(session, slug, act.now), kept_id, other_id)


def _plan(session: Session, week: Week, kept_id: str, other_id: str) -> TeamPlan:
    kept, other = teams.find(session, week, kept_id), teams.find(session, week, other_id)
    if kept.id == other.id:
        raise Conflict(f"{apart(kept.name)} is one team already. Choose another one.")
    members = teams.members(session, week)
    both = [*members.get(kept.id, ()), *members.get(other.id, ())]
    size = rule_sets.rules_of(session, week).team_size
    refusals = _refusals(week, len(both), size)
    kept_score, other_score = (_points(scores.of_team(session, week, each.id)) for each in (kept, other))
    after = _points_together(session, week, kept, other)
    return TeamPlan(week, kept, other, both, (kept_score, other_score), after, refusals)


def _refusals(week: Week, members: int, size: int) -> list[str]:
    found = []
    if week.state != "open":
        found.append(f"{apart(week.name)} isn’t open. Teams are merged in open weeks.")
    elif week.frozen_at is not None:
        found.append(f"The board of {apart(week.name)} is frozen, with the teams on it. Reveal it first.")
    if members > size:
        found.append(
            f"Together they have {members} members; the rules allow {size}. "
            "Move someone out first, or raise team.size in the rules."
        )
    return found


def _points_together(session: Session, week: Week, kept: Team, other: Team) -> int:
    """Score the work of both as one team's; of a slot that both completed, one shift counts."""
    ids = {kept.id, other.id}
    people = {person_id for team_id in ids for person_id in teams.ever_in(session, team_id)}
    joins = teams.joins(session, week, people)
    live = activity_queries.live_activities(session, week, joins, people=people)
    own = [activity._replace(team=kept.id) for activity in live if activity.team in ids]
    given = [each for each in activity_queries.adjustments(session, week) if each.team in ids]
    rules = rule_sets.rules_of(session, week)
    together = (replace(each, team=kept.id) for each in given)
    scored = score_teams(_one_shift_a_slot(own), together, rules, week.zone)
    return _points(scored.get(kept.id, TeamScore()))


def _points(score: TeamScore) -> int:
    return sum(tally.points for tally in score.days.values())


def _one_shift_a_slot(activities: Sequence[Activity]) -> list[Activity]:
    slots = set[str]()
    found = []
    for activity in activities:
        if activity.kind == SHIFT and activity.source == SHIFTS_SOURCE:
            slot = activity.external_id.partition("/")[0]
            if slot in slots:
                continue
            slots.add(slot)
        found.append(activity)
    return found


def merge(session: Session, slug: str, kept_id: str, other_id: str, act: Act) -> TeamPlan:
    """Make the second team an alias of the first: members, work and points given are the first's from then on.

    Raises WeekUnknown, NotFound, or Conflict with all that stands against it; then nothing may be committed.
    """
    serialize(session)
    week = weeks.lock(session, slug, act.now)
    shifts.lock_all(session, week)
    plan = _plan(session, week, kept_id, other_id)
    if plan.refusals:
        raise Conflict(" ".join(plan.refusals))
    kept, other = plan.kept, plan.other
    people = teams.ever_in(session, other.id)
    histories = teams.joins(session, week, people)
    _pass_on(session, kept, other)
    before, other.name_key = {"name": other.name}, f"{other.name_key}\n{other.id}"  # no name has two lines
    other.merged_into, other.removed_version = kept.id, week.version + 1
    session.add(other)
    session.flush()
    session.connection().execute(update(Team).where(col(Team.merged_into) == other.id).values(merged_into=kept.id))
    memberships.write_down(session, week, {each: _with(joins, kept, other) for each, joins in histories.items()}, act)
    scores.rebuild(session, week, rule_sets.rules_of(session, week))
    credit.follow_people(session, week, people, act)
    timetable.plan_waited_for(session, act.now)
    topics.bump(session, week, "shifts")
    weeks.bump_version(session, week)
    after = {"week": week.slug, "team": kept.name}
    audit.note(session, "team.merged", teams.audit_target(other), act, before=before, after=after)
    return plan


def _with(joins: Sequence[Join], kept: Team, other: Team) -> list[Join]:
    """The joins with the first team in the second’s place, and before what came at that very moment, which stands."""
    moments = {join.at for join in joins if join.team != other.id}
    return [Join(kept.id, join.at - TICK * (join.at in moments)) if join.team == other.id else join for join in joins]


def _pass_on(session: Session, kept: Team, other: Team) -> None:
    """Give the first what leads to a team: calendars, and the join code where it has none."""
    feeds = update(CalendarFeed).where(col(CalendarFeed.team_id) == other.id).values(team_id=kept.id)
    session.connection().execute(feeds)
    if session.exec(select(JoinCode).where(JoinCode.team_id == kept.id)).first() is None:
        codes = update(JoinCode).where(col(JoinCode.team_id) == other.id).values(team_id=kept.id)
        session.connection().execute(codes)
    else:
        session.connection().execute(delete(JoinCode).where(col(JoinCode.team_id) == other.id))
