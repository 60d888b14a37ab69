"""A week's story: the race, the days, the early ones, the replies, and every team's best moment."""

from app.domain.story.heroes import find_heroes
from app.domain.story.model import (
    BestMoment,
    Bucket,
    Cell,
    DayCount,
    Hero,
    Lead,
    PastWeek,
    PointsSeries,
    Race,
    ResponseTimes,
    Step,
    Story,
)
from app.domain.story.race import run_race
from app.domain.story.telling import tell_story

__all__ = [
    "BestMoment",
    "Bucket",
    "Cell",
    "DayCount",
    "Hero",
    "Lead",
    "PastWeek",
    "PointsSeries",
    "Race",
    "ResponseTimes",
    "Step",
    "Story",
    "find_heroes",
    "run_race",
    "tell_story",
]
