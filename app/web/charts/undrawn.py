"""The picture in the place of a chart that could not be drawn: a sentence that leads to the chart's table."""

from app.web.charts.theme import FONT, ChartTheme
from app.web.http import render


def undrawn_svg(theme: ChartTheme) -> bytes:
    """The sentence as SVG, of a small chart's height."""
    width, height = (1096, 120) if theme.wide else (344, 80)
    size, ink = theme.text, theme.colour("ink-soft")
    return render.render("summary/undrawn.svg", width=width, height=height, font=FONT, size=size, ink=ink)
