"""Grids of the week: which hours were covered, and who was up early on which day."""

from app.domain.calendar.days import local_day
from app.domain.text.direction import isolated
from app.web.charts.chart_data import ChartData
from app.web.charts.lettering import shorten
from app.web.charts.theme import SPACED, Box, ChartTheme, Spec

MAX_HEROES = 10

# A sun that has half risen over its line.
_RISING = "M-1,0A1,1,0,0,1,1,0Z"


def coverage_chart(data: ChartData, theme: ChartTheme) -> Spec | None:
    """Shifts by weekday and hour of their start; None where there was none."""
    mapping, hours = data.covered, data.hours
    if not mapping:
        return None
    squares = [
        {"day": name, "hour": f"{hour:02}:00", "shifts": mapping.get((weekday, hour), 0)}
        for weekday, name in data.weekdays.items()
        for hour in hours
    ]
    height = max(min(52 * len(hours), 282 if theme.wide else 300), 60)
    box = Box(446, height, left=60, top=8) if theme.wide else Box(270, height, left=52, top=8)
    x = {"field": "day", "type": "ordinal", "sort": list(data.weekdays.values()), "scale": {"padding": 0.06}}
    y = {"field": "hour", "type": "ordinal", "scale": {"padding": 0.1}}
    colour = {"condition": _warmth(max(mapping.values()), theme), "value": theme.colour("sunken")}
    return theme.draw(
        box,
        {
            "data": {"values": squares},
            "mark": {"type": "rect", "cornerRadius": 6},
            "encoding": {"x": x, "y": y, "color": colour},
        },
        {
            "data": {"values": [square for square in squares if square["shifts"]]},
            "mark": {"type": "text", "fontWeight": 700, "color": theme.colour("on-sun")},
            "encoding": {"x": x, "y": y, "text": {"field": "shifts"}},
        },
    )


def _warmth(most: int, theme: ChartTheme) -> Spec:
    """The more shifts, the warmer; hours without one stay cool."""
    highest = max(most, 2)
    warm = [theme.colour(name) for name in ("sun-soft", "sun", "sunrise")]
    scale = {"domain": [0, highest / 2, highest], "range": warm}
    return {"test": "datum.shifts > 0", "field": "shifts", "type": "quantitative", "scale": scale, "legend": None}


def heroes_chart(data: ChartData, theme: ChartTheme) -> Spec | None:
    """A sun for every early one, a row for each of the first heroes; None where nobody took one."""
    heroes = data.story.heroes[:MAX_HEROES]
    if not heroes:
        return None
    height = max(44 * len(heroes), 88)
    box = Box(330, height, left=170, right=14) if theme.wide else Box(192, height, left=126, right=8)
    room = (box.left - 12) / theme.text
    rows = [f"{isolated(shorten(hero.person, room))}\u200b{number}" for number, hero in enumerate(heroes)]
    days, names = data.column_names, [column.name for column in data.columns]
    suns = [
        {"row": row, "day": days[local_day(at, data.zone)]}
        for row, hero in zip(rows, heroes, strict=True)
        for at in hero.taken
    ]
    x = {"field": "day", "type": "ordinal", "sort": names, "scale": {"domain": names}}
    y = {"field": "row", "type": "ordinal", "sort": rows, "scale": {"domain": rows}}
    label = "split(datum.value, '\u200b')[0]"
    axis = {"labelExpr": label, "grid": False}
    size = (34 if theme.wide else 28) ** 2
    return theme.draw(
        box,
        {
            "data": {"values": [{"row": row} for row in rows]},
            "mark": {"type": "rule", "color": theme.colour("line"), "strokeWidth": 2, "x": 0, "x2": box.width},
            "encoding": {"y": {**y, "axis": axis}},
        },
        {
            "data": {"values": suns},
            "mark": {"type": "point", "filled": True, "opacity": 1, "shape": _RISING, "size": size},
            "encoding": {
                "x": {**x, "axis": {**SPACED, "grid": False}},
                "y": y,
                "color": {"value": theme.colour("sun")},
            },
        },
    )
