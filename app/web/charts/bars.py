"""Bars: what was done on each day, and how long customers waited."""

from app.domain.story import ResponseTimes
from app.domain.text.direction import isolated
from app.web.charts.chart_data import ChartData
from app.web.charts.lettering import shorten
from app.web.charts.theme import SPACED, Box, ChartTheme, Spec

MAX_NUMBERED = 14
LEGEND_ROOM = 11  # of a kind in the legend, as a multiple of the font size


def days_chart(data: ChartData, theme: ChartTheme) -> Spec | None:
    """Activities by local day, or by seven of them, stacked by kind; None where nothing was done."""
    sums = {column.name: sum(column.count(kind.name) for kind in data.kinds) for column in data.columns}
    if not any(sums.values()):
        return None
    box = Box(470, 210, left=36, right=8, top=80) if theme.wide else Box(300, 230, left=30, right=6, top=92)
    axis = {"tickCount": 4, "format": ",d", "tickMinStep": 1}
    scale = {"paddingInner": 0.32, "paddingOuter": 0.2}
    x = {"field": "day", "type": "ordinal", "sort": list(sums), "scale": scale, "axis": SPACED}
    room = {"domain": [0, max(sums.values()) * 1.12], "nice": False}
    y = {"field": "done", "type": "quantitative", "axis": axis, "scale": room}
    totals = [{"day": name, "done": done} for name, done in sums.items() if done]
    return theme.draw(
        box, _stacks(data, theme, x, y), *([_above(totals, x, y, theme)] if len(sums) <= MAX_NUMBERED else [])
    )


def _stacks(data: ChartData, theme: ChartTheme, x: Spec, y: Spec) -> Spec:
    """A bar for every day and kind that was done at all, kinds in file order from the ground up."""
    kinds = [kind for kind in data.kinds if any(day.counts[kind.name] for day in data.story.days)]
    names = [isolated(shorten(kind.many, LEGEND_ROOM)) for kind in kinds]
    colours = [theme.kind(number) for number, kind in enumerate(data.kinds) if kind in kinds]
    values = [
        {"day": column.name, "kind": name, "order": number, "done": column.count(kind.name)}
        for column in data.columns
        for number, (kind, name) in enumerate(zip(kinds, names, strict=True))
    ]
    legend = {"columns": 3 if theme.wide else 2}
    colour = {"field": "kind", "sort": names, "scale": {"domain": names, "range": colours}, "legend": legend}
    return {
        "data": {"values": values},
        "mark": {"type": "bar", "stroke": theme.colour("surface"), "strokeWidth": 1},
        "encoding": {"x": x, "y": y, "color": colour, "order": {"field": "order", "type": "quantitative"}},
    }


def responses_chart(data: ChartData, theme: ChartTheme) -> Spec | None:
    """Histogram of response times; None where no time is known."""
    times = data.story.responses
    if times is None:
        return None
    top = 26 if times.within is None else 64  # for the key
    box = Box(498, 270 - top, top=top, bottom=48) if theme.wide else Box(320, 266 - top, top=top, bottom=48)
    names = [upto_text(bucket.upto) for bucket in times.buckets]
    bars = [
        {"upto": name, "responses": bucket.responses, "kept": _kept(bucket.upto, times)}
        for name, bucket in zip(names, times.buckets, strict=True)
    ]
    x: Spec = {"field": "upto", "type": "ordinal", "sort": names, "scale": {"paddingInner": 0.1, "paddingOuter": 0.05}}
    room = {"domain": [0, max(bucket.responses for bucket in times.buckets) * 1.12], "nice": False}
    y: Spec = {"field": "responses", "type": "quantitative", "axis": None, "scale": room}
    title = {"title": "answered within", "titleColor": theme.colour("ink-soft"), "titlePadding": 4}
    titled = {**x, "axis": {**title, "titleFontSize": theme.text, "titleFontWeight": "normal"}}
    bar = {"type": "bar", "cornerRadiusEnd": 4}
    return theme.draw(
        box,
        {"data": {"values": bars}, "mark": bar, "encoding": {"x": titled, "y": y, "color": _kept_colour(times, theme)}},
        _above([bar for bar in bars if bar["responses"]], x, y, theme),
    )


def _kept(upto: int | None, times: ResponseTimes) -> str:
    """The key of a bucket: what kept the limit, and what did not; without a limit all are alike."""
    if times.within is None or (upto is not None and upto <= times.within):
        return f"within {upto_text(times.within)}"
    return "later"


def _kept_colour(times: ResponseTimes, theme: ChartTheme) -> Spec:
    """One colour for what kept the limit, a quiet one for what did not, and which is which."""
    names = [f"within {upto_text(times.within)}", "later"]
    scale = {"domain": names, "range": [theme.colour("kind-1"), theme.colour("edge")]}
    legend = {"values": names} if times.within is not None else None
    return {"field": "kept", "type": "nominal", "scale": scale, "legend": legend}


def _above(bars: list[Spec], x: Spec, y: Spec, theme: ChartTheme) -> Spec:
    """The bars' numbers on top of them."""
    return {
        "data": {"values": bars},
        "mark": {"type": "text", "dy": -9, "fontWeight": 700, "color": theme.colour("ink")},
        "encoding": {"x": x, "y": y, "text": {"field": y["field"], "type": "quantitative", "format": ",d"}},
    }


def upto_text(seconds: int | None) -> str:
    """The end of a bucket as the axis writes it: "45 min", "1 h 30"."""
    if seconds is None:
        return "longer"
    if seconds < 3600:
        return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s" if seconds < 60 else _minutes(seconds)
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02}" if minutes else f"{hours} h"


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02} min"
