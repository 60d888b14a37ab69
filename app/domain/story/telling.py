"""The whole story, from one week's facts."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from app.domain.calendar.days import first_moment
from app.domain.rules.model import ATTENDANCE, Rules
from app.domain.scoring.activity import Activity, Adjustment
from app.domain.scoring.evaluation import score
from app.domain.standings.lines import TeamInfo
from app.domain.standings.standings import WeekInfo
from app.domain.story.days import count_days, cover_hours
from app.domain.story.heroes import find_heroes
from app.domain.story.model import PastWeek, Story
from app.domain.story.moments import best_moments
from app.domain.story.race import run_race
from app.domain.story.replies import time_responses


def tell_story(
    week: WeekInfo,
    rules: Rules,
    zone: ZoneInfo,
    teams: Sequence[TeamInfo],
    activities: Sequence[Activity],
    adjustments: Sequence[Adjustment],
    people: Mapping[str, str],
    past: Sequence[PastWeek] = (),
) -> Story:
    """A week's story from its live activities (with or without a team) and adjustments, under `rules`.

    `people` are names by id, of everybody who is or was in a team. Pure, and the order given does not matter.
    """
    awards = score(activities, rules, zone)
    counted = [activity for activity in activities if activity.kind != ATTENDANCE]
    days = (week.ends - week.starts).days + 1
    return Story(
        race=run_race(awards, adjustments, teams, first_moment(week.starts, zone)),
        days=count_days(activities, rules, zone, week.starts, week.ends),
        coverage=cover_hours(activities, zone),
        heroes=find_heroes(awards, rules, teams, people),
        responses=time_responses(activities, rules),
        moments=best_moments(teams, counted, awards, adjustments, rules, zone, days=days),
        participants=len({activity.person for activity in activities}),
        past=tuple(past),
    )
