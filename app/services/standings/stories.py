"""Stories of weeks, from the ledger: the summary's charts and moments, and the weeks to compare with."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.domain.rules import ADJUSTMENT, ATTENDANCE
from app.domain.standings.lines import TeamInfo
from app.domain.standings.standings import WeekInfo
from app.domain.story import PastWeek, Story, tell_story
from app.domain.view import Audience, View
from app.models import LedgerEntry, Team, Week
from app.services.people import aliases
from app.services.rules import rule_sets
from app.services.scoring import activity_queries
from app.services.standings import boards
from app.services.teams import teams
from app.services.weeks import weeks

MAX_EARLIER = 6  # weeks to compare with: a year and a half of one a quarter, as wide as the summary's table


def of_week(session: Session, week: Week, view: View, past: Sequence[PastWeek] = ()) -> Story:
    """The week's story in one pass over its ledger, as a view has it."""
    rules = rule_sets.rules_numbered(session, view.rule_set_id)
    names = boards.names_in(session, week, view)
    joins = teams.joins(session, week, view=view)
    members = teams.group_members(joins, names)
    return tell_story(
        WeekInfo(week.slug, week.name, week.state, week.starts, week.ends),
        rules,
        week.zone,
        [
            TeamInfo(
                team.id,
                team.name,
                tuple(names[person] for person in members.get(team.id, ())),
                team.tone,
                team.emblem or "",
            )
            for team in teams.of_week(session, week, view=view)
        ],
        activity_queries.live_activities(session, week, joins, view=view),
        activity_queries.adjustments(session, week, view=view),
        names,
        past,
    )


def earlier(session: Session, week: Week, audience: Audience) -> list[Week]:
    """The closed weeks that began before this one, newest first, a few at most.

    A week that was closed behind its freeze is none yet for the public.
    """
    query = select(Week).where(col(Week.state) == "closed", col(Week.starts) < week.starts, weeks.IS_REAL)
    if audience == "public":
        query = query.where(col(Week.frozen_at).is_(None))
    query = query.order_by(col(Week.starts).desc(), col(Week.id).desc()).limit(MAX_EARLIER)
    return list(session.scalars(query))


def look_back(session: Session, past: Sequence[Week]) -> tuple[PastWeek, ...]:
    """Sum up these weeks, in the order given; as many queries for six as for one."""
    ids = [week.id for week in past]
    week_id, kind = col(LedgerEntry.week_id), col(LedgerEntry.kind)
    entries = (week_id.in_(ids), kind != ADJUSTMENT, activity_queries.is_live())
    totals: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for id_, name, number in session.execute(
        select(week_id, kind, func.count()).where(*entries, kind != ATTENDANCE).group_by(week_id, kind)
    ):
        totals[id_][name] = number
    whose = aliases.owner_id(col(LedgerEntry.person_id))
    active = select(week_id, func.count(func.distinct(whose))).where(*entries).group_by(week_id)
    people: dict[int, int] = dict(session.execute(active).all())
    there = col(Team.removed_version).is_(None)
    sizes = select(col(Team.week_id), func.count()).where(col(Team.week_id).in_(ids), there).group_by(col(Team.week_id))
    team_counts: dict[int, int] = dict(session.execute(sizes).all())
    return tuple(
        PastWeek(
            week.slug, week.name, week.starts, totals[week.id], team_counts.get(week.id, 0), people.get(week.id, 0)
        )
        for week in past
    )
