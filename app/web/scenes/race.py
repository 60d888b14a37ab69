"""The scene “race”: every team's points over the week, as lines to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from app.domain.calendar.days import ONE_DAY, day_bounds, first_moment, local_day
from app.domain.scoring.evaluation import score
from app.domain.scoring.tally import TeamScore
from app.domain.standings.lines import TeamInfo
from app.domain.standings.tones import LineStyle, chosen_tones, line_styles
from app.domain.story import PointsSeries, Race, Step, run_race
from app.domain.text.direction import isolated
from app.services.scoring import activity_queries as ledger_facts
from app.services.teams import teams
from app.web.charts.lettering import shorten, width
from app.web.http.render import number
from app.web.scenes.scene import Scene, SceneContext

WIDTH, HEIGHT = 1200, 620
LABELS, LABEL_GAP = 12, 50
LABEL_ROOM = 11.5
"""Room for a label beside its line, as a multiple of its font size."""
DOTS = 240
"""Points of a line: one for every five units of the width, and more cannot be seen from across a room."""
FINE_UPTO = 5_000
"""Activities up to which every step is read from the ledger at each change, some 50 ms; beyond, a step for each day."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One team's line: `name` is as labelled, `line` for an SVG polyline; no label beyond the first twelve."""

    series: PointsSeries
    style: LineStyle
    name: str
    line: str
    end: tuple[int, int]
    label: int | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A local midnight on the axis."""

    x: int
    name: str


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """The lanes, leader last so that it is drawn on top; nothing to say before anybody has points."""
    race = _fine(context) if sum(context.board.totals.values()) <= FINE_UPTO else _by_day(context)
    if not any(series.points > 0 for series in race.all_series):
        return None
    _, ends = day_bounds(context.week.starts, context.week.ends, context.zone)
    until = max(race.until, min(context.moment, ends))
    return {
        "aside": "Points over the week",
        "lanes": draw(race, until)[::-1],
        "ticks": ticks(race.begins, until, context.zone),
    }


def _fine(context: SceneContext) -> Race:
    """Every step of the week, from the ledger."""
    joins = teams.joins(context.session, context.week, view=context.view)
    activities = ledger_facts.live_activities(context.session, context.week, joins, view=context.view)
    adjustments = ledger_facts.adjustments(context.session, context.week, view=context.view)
    starts = first_moment(context.week.starts, context.zone)
    return run_race(score(activities, context.rules, context.zone), adjustments, context.teams, starts)


def _by_day(context: SceneContext) -> Race:
    """A step for each day, from the scores: a ledger this long is not read at every change."""
    begins = first_moment(context.week.starts, context.zone)
    return Race(begins, tuple(_daily(team, context, begins) for team in context.teams), leads=())


def _daily(team: TeamInfo, context: SceneContext, begins: datetime) -> PointsSeries:
    points, steps = 0, [Step(begins, 0)]
    for day, tally in sorted(context.scores.get(team.id, TeamScore()).days.items()):
        points += tally.points
        steps.append(Step(min(first_moment(day + ONE_DAY, context.zone), max(context.moment, begins)), points))
    return PointsSeries(team.name, team.id, tuple(steps), team.tone)


def draw(race: Race, until: datetime) -> list[Lane]:
    """Lines in a box of WIDTH by HEIGHT that ends at `until`, best team first; labels keep their distance."""
    all_series = sorted(race.all_series, key=lambda series: -series.points)
    all_points = [step.points for series in all_series for step in series.steps]
    low, high = min(0, *all_points), max(1, *all_points)
    span = max((until - race.begins).total_seconds(), 1)

    def spot(at: datetime, points: int) -> tuple[int, int]:
        x = round(WIDTH * (at - race.begins).total_seconds() / span)
        return x, round(HEIGHT * (high - points) / (high - low))

    def lane(series: PointsSeries, label: int | None) -> Lane:
        end = spot(until, series.points)
        line = _line([spot(step.at, step.points) for step in series.steps], end)
        return Lane(series, styles[series.team_id], _name_of(series), line, end, label)

    styles = line_styles((series.team_id for series in all_series), chosen_tones(all_series))
    labels = spread([spot(until, series.points)[1] for series in all_series[:LABELS]])
    return [lane(series, label) for series, label in zip_longest(all_series, labels)]


def _name_of(series: PointsSeries) -> str:
    """The team's name as far as there is room behind its points, in its own direction of writing."""
    return isolated(shorten(series.team, LABEL_ROOM - width(number(series.points))))


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


SCENE = Scene("race", "The race", 12, build_context)
