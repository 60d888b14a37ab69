"""The summary's charts, as Vega-Lite specifications; what none of a week's facts fill is left out."""

from collections.abc import Callable, Mapping

from app.web.charts.bars import days_chart, responses_chart, upto_text
from app.web.charts.captions import captions
from app.web.charts.chart_data import ChartData
from app.web.charts.grids import coverage_chart, heroes_chart
from app.web.charts.race import race_chart
from app.web.charts.theme import ChartTheme, Size, Spec, Theme

CHARTS: Mapping[str, Callable[[ChartData, ChartTheme], Spec | None]] = {
    "race": race_chart,
    "days": days_chart,
    "coverage": coverage_chart,
    "heroes": heroes_chart,
    "responses": responses_chart,
}

__all__ = ["CHARTS", "ChartData", "ChartTheme", "Size", "Spec", "Theme", "captions", "upto_text"]
