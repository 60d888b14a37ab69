"""The race: a line for every team, its name at the end."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from app.domain.calendar.days import ONE_DAY, first_moment
from app.domain.story import PointsSeries
from app.domain.text.direction import isolated
from app.web.charts.chart_data import ChartData
from app.web.charts.lettering import shorten, width
from app.web.charts.theme import Box, ChartTheme, Spec
from app.web.http.render import number

LABEL_GAP = 20  # of the chart's units between two names, so that letters do not touch
STEPS_DRAWN = 240  # of a line, spread evenly: more cannot be seen at this width, and each costs bytes
ONE_HOUR = timedelta(hours=1)
EVENING = timedelta(hours=19)


def race_chart(data: ChartData, theme: ChartTheme) -> Spec | None:
    """Points over the week; None before anybody has any."""
    all_series = data.all_series
    if not any(len(series.steps) > 1 for series in all_series):
        return None
    hours = _hours(data)
    values = [step.points for series in all_series for step in series.steps]
    box = _box(theme, max(values, key=abs))
    scale = {"domain": [min(values), max(*values, 1)], "nice": True}
    x = {"field": "hour", "type": "quantitative", "axis": None, "scale": {"domain": [0, hours], "nice": False}}
    y = {
        "field": "points",
        "type": "quantitative",
        "axis": {"tickCount": 5, "format": ",d", "tickMinStep": 1},
        "scale": scale,
    }
    return theme.draw(
        box,
        {
            "data": {"values": [{"hour": start} for start, _ in _days(data, hours) if start > 0]},
            "mark": {"type": "rule", "color": theme.colour("line")},
            "encoding": {"x": x},
        },
        {
            "data": {"values": list(_day_names(data, hours, box))},
            "mark": {"type": "text", "y": box.height + 20, "color": theme.colour("ink-soft")},
            "encoding": {"x": x, "text": {"field": "name"}},
        },
        *_lines(data, all_series, theme, hours, x, y),
        _labels(all_series, theme, box, scale),
    )


def _box(theme: ChartTheme, most: int) -> Box:
    """The plot, with room for its largest number on the left; the drawing is as wide whatever that is."""
    left = int(width(number(most)) * theme.text) + 16
    return (
        Box(884 - left, 420, left, right=212, top=12) if theme.wide else Box(222 - left, 400, left, right=122, top=12)
    )


def _hours(data: ChartData) -> float:
    """The hours on the axis: up to the last change, and where the week is over up to its last evening."""
    story = data.story
    last = first_moment(story.days[-1].day, data.zone) + EVENING
    until = max(story.race.until, last) if data.over else story.race.until
    return max((min(until, last + ONE_DAY) - story.race.begins) / ONE_HOUR, 1.0)


def _days(data: ChartData, hours: float) -> Iterator[tuple[float, str]]:
    """The beginning of each column of days, in hours, with its name; one that does not come is left out."""
    for column in data.columns:
        start = (first_moment(column.days[0].day, data.zone) - data.story.race.begins) / ONE_HOUR
        if start < hours:
            yield start, column.name


def _day_names(data: ChartData, hours: float, box: Box) -> Iterator[Spec]:
    """The days' names in the middle of what is drawn of them, where there is room for a name."""
    days = list(_days(data, hours))
    ends = [start for start, _ in days[1:]] + [hours]
    for (start, name), end in zip(days, ends, strict=True):
        if (end - start) / hours * box.width >= len(name) * 9:
            yield {"hour": (start + end) / 2, "name": name}


def _lines(
    data: ChartData, all_series: Sequence[PointsSeries], theme: ChartTheme, hours: float, x: Spec, y: Spec
) -> Iterator[Spec]:
    """A line for each team, those in front drawn last and strongest; a colour that comes twice is dashed."""
    drawn = theme.lines(all_series)
    ranks = {standing.team_id: standing.rank for standing in data.board.standings}
    for series in reversed(all_series):
        rank = ranks[series.team_id]
        yield {
            "data": {"values": list(_points(series, data, hours))},
            "mark": {
                "type": "line",
                "interpolate": "step-after",
                "strokeJoin": "round",
                "color": drawn[series.team_id].colour,
                "strokeWidth": 4 if rank == 1 else 2.5 if rank <= 3 else 1.5,
                "strokeDash": drawn[series.team_id].dash,
            },
            "encoding": {"x": x, "y": y},
        }


def _points(series: PointsSeries, data: ChartData, hours: float) -> Iterator[Spec]:
    """The steps as far as eyes can tell them apart: of several in one breath, the last."""
    begins = data.story.race.begins
    kept: dict[int, tuple[float, int]] = {}
    for step in series.steps:
        hour = min((step.at - begins) / ONE_HOUR, hours)
        kept[int(hour / hours * STEPS_DRAWN)] = (hour, step.points)
    yield {"hour": 0, "points": 0}
    for hour, points in kept.values():
        yield {"hour": hour, "points": points}
    yield {"hour": hours, "points": series.points}


def _labels(all_series: Sequence[PointsSeries], theme: ChartTheme, box: Box, scale: Spec) -> Spec:
    """The names at the ends of the lines, moved apart where lines end close together; as many as there is room for."""
    named = all_series[: (box.height + LABEL_GAP) // LABEL_GAP]
    low, high = scale["domain"]
    tops = _apart([(high - series.points) / (high - low) * box.height for series in named], box.height)
    drawn = theme.lines(all_series)
    labels = [
        {"y": top, "text": _label(series, (box.right - 12) / theme.text), "colour": drawn[series.team_id].colour}
        for series, top in zip(named, tops, strict=True)
    ]
    return {
        "data": {"values": labels},
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "middle",
            "x": box.width + 8,
            "fontWeight": 600,
        },
        "encoding": {
            "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
            "text": {"field": "text"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }


def _label(series: PointsSeries, room: float) -> str:
    """A team's points and name; the name is shortened to the room there is, a multiple of the font size."""
    points = f"{number(series.points)}  "
    return points + isolated(shorten(series.team, room - width(points)))


def _apart(wanted: list[float], height: float) -> list[float]:
    """Places from top to bottom, at least LABEL_GAP apart, the last at most at `height`."""
    places: list[float] = []
    for place in wanted:
        places.append(max(place, places[-1] + LABEL_GAP) if places else place)
    for index in range(len(places) - 1, -1, -1):
        lowest = height if index == len(places) - 1 else places[index + 1] - LABEL_GAP
        places[index] = min(places[index], lowest)
    return places
