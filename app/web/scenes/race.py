"""The scene “race”: every team's points over the week, as lines to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from app.domain.calendar.days import ONE_DAY, day_bounds, first_moment, local_day
from app.domain.scoring.evaluation import score
from app.domain.scoring.tally import TeamScore
from app.domain.standings.standings import TeamFacts
from app.domain.story import Course, Race, Step, run_race
from app.services.scoring import activity_queries as ledger_facts
from app.services.teams import teams
from app.web.scenes.scene import Scene, Stage

WIDTH, HEIGHT = 1200, 620
LABELS, LABEL_GAP = 12, 50
DOTS = 240
"""Points of a line: one for every five units of the width, and more cannot be seen from across a room."""
FINE_UPTO = 5_000
"""Activities up to which every step is read from the ledger at each change, some 50 ms; beyond, a step for each day."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One team's line: `points` for an SVG polyline, and where its end and its label are; no label beyond the first."""

    course: Course
    line: str
    end: tuple[int, int]
    label: int | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A local midnight on the axis."""

    x: int
    name: str


def facts(stage: Stage) -> Mapping[str, object] | None:
    """The lanes, leader last so that it is drawn on top; nothing to say before anybody has points."""
    race = _fine(stage) if sum(stage.board.totals.values()) <= FINE_UPTO else _by_day(stage)
    if not any(course.points > 0 for course in race.courses):
        return None
    _, ends = day_bounds(stage.week.starts, stage.week.ends, stage.zone)
    until = max(race.until, min(stage.moment, ends))
    return {
        "aside": "Points over the week",
        "lanes": draw(race, until)[::-1],
        "ticks": ticks(race.begins, until, stage.zone),
    }


def _fine(stage: Stage) -> Race:
    """Every step of the week, from the ledger."""
    joins = teams.joins(stage.session, stage.week, view=stage.view)
    activities = ledger_facts.live_activities(stage.session, stage.week, joins, view=stage.view)
    adjustments = ledger_facts.adjustments(stage.session, stage.week, view=stage.view)
    starts = first_moment(stage.week.starts, stage.zone)
    return run_race(score(activities, stage.rules, stage.zone), adjustments, stage.teams, starts)


def _by_day(stage: Stage) -> Race:
    """A step for each day, from the scores: a ledger this long is not read at every change."""
    begins = first_moment(stage.week.starts, stage.zone)
    return Race(begins, tuple(_daily(team, stage, begins) for team in stage.teams), leads=())


def _daily(team: TeamFacts, stage: Stage, begins: datetime) -> Course:
    points, steps = 0, [Step(begins, 0)]
    for day, tally in sorted(stage.scores.get(team.id, TeamScore()).days.items()):
        points += tally.points
        steps.append(Step(min(first_moment(day + ONE_DAY, stage.zone), max(stage.moment, begins)), points))
    return Course(team.name, team.id, tuple(steps))


def draw(race: Race, until: datetime) -> list[Lane]:
    """Lines in a box of WIDTH by HEIGHT that ends at `until`, best team first; labels keep their distance."""
    courses = sorted(race.courses, key=lambda course: -course.points)
    all_points = [step.points for course in courses for step in course.steps]
    low, high = min(0, *all_points), max(1, *all_points)
    span = max((until - race.begins).total_seconds(), 1)

    def spot(at: datetime, points: int) -> tuple[int, int]:
        x = round(WIDTH * (at - race.begins).total_seconds() / span)
        return x, round(HEIGHT * (high - points) / (high - low))

    def lane(course: Course, label: int | None) -> Lane:
        end = spot(until, course.points)
        return Lane(course, _line([spot(step.at, step.points) for step in course.steps], end), end, label)

    labels = spread([spot(until, course.points)[1] for course in courses[:LABELS]])
    return [lane(course, label) for course, label in zip_longest(courses, labels)]


def _line(spots: Sequence[tuple[int, int]], end: tuple[int, int]) -> str:
    """Stairs through these spots; of those that share a dot of the screen, the last."""
    by_dot = {x * DOTS // WIDTH: (x, y) for x, y in spots}
    stairs = []
    height = spots[0][1]
    for x, y in [*by_dot.values(), end]:
        stairs += [(x, height), (x, y)]
        height = y
    return " ".join(f"{x},{y}" for x, y in dict.fromkeys(stairs))


def spread(heights: Sequence[int]) -> list[int]:
    """Heights in rising order, moved apart so that labels do not touch, and back up where they leave the box."""
    placed: list[int] = []
    for height in heights:
        placed.append(max(height, placed[-1] + LABEL_GAP) if placed else height)
    floor = HEIGHT
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], floor)
        floor = placed[place] - LABEL_GAP
    return placed


def ticks(begins: datetime, until: datetime, zone: ZoneInfo) -> list[Tick]:
    """The days on the axis, by weekday, or by date where there are many."""
    first, last = local_day(begins, zone), local_day(until, zone)
    days = [first + number * ONE_DAY for number in range((last - first).days + 1)]
    span = max((until - begins).total_seconds(), 1)
    every = len(days) // 8 + 1
    return [
        Tick(round(WIDTH * max((first_moment(day, zone) - begins).total_seconds(), 0) / span), _name(day, len(days)))
        for day in days[::every]
        if first_moment(day, zone) < until
    ]


def _name(day: date, days: int) -> str:
    return f"{day:%a}" if days <= 7 else f"{day.day} {day:%b}"


SCENE = Scene("race", "The race", 12, facts)
