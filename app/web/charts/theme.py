"""The charts' theme: the stylesheet's own colours, light and dark, two widths, one configuration for all."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, NamedTuple

from app.domain.standings.tones import chosen_tones, line_styles
from app.domain.story import PointsSeries
from app.web.http.render import STATIC

Theme = Literal["light", "dark"]
Size = Literal["wide", "narrow"]
Spec = dict[str, Any]
SPACED: Spec = {"labelOverlap": "parity", "labelSeparation": 6}
"""Labels of an axis: where they would touch, every second one is left out."""
FONT = "Segoe UI, Roboto, Noto Sans, Helvetica Neue, Liberation Sans, Arial, sans-serif"
KIND_COLOURS = 8
DASHES = ([1, 0], [8, 4], [2, 3], [9, 3, 2, 3])
"""Each pattern of a line: drawn and left out in turn, in pixels."""

_HEX = r"(#[0-9a-f]{3,8})"
_TOKEN = re.compile(rf"^\s*--([\w-]+): (?:{_HEX}|light-dark\({_HEX}, {_HEX}\));", re.MULTILINE)

_TONE = re.compile(rf"\.tone-(\d+) \{{ --tint: light-dark\({_HEX}, #\w+\); --tint-ink: light-dark\({_HEX}, #\w+\)")


@cache
def colours(theme: Theme) -> Mapping[str, str]:
    """The stylesheets' colour tokens that stand on a line of their own, by name without dashes, in one theme."""
    text = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("app.css", "charts.css"))
    return {name: both or (light if theme == "light" else dark) for name, both, light, dark in _TOKEN.findall(text)}


class Tint(NamedTuple):
    """The colours of a team's tone: of its marks, and of what is written on them."""

    fill: str
    ink: str


@cache
def tints() -> Mapping[int, Tint]:
    """The stylesheet's tones in light, by number."""
    found = _TONE.findall((STATIC / "app.css").read_text(encoding="utf-8"))
    return {int(tone): Tint(fill, ink) for tone, fill, ink in found}


@dataclass(frozen=True, slots=True)
class Box:
    """The plot inside a drawing, and the room around it, in pixels."""

    width: int
    height: int
    left: int = 8
    right: int = 8
    top: int = 8
    bottom: int = 28


class Line(NamedTuple):
    """A team's line, strong enough for a thin stroke; `dash` alternates drawn and left out, in pixels."""

    colour: str
    dash: list[int]


@dataclass(frozen=True, slots=True)
class ChartTheme:
    """One way to draw every chart."""

    theme: Theme
    size: Size

    @property
    def wide(self) -> bool:
        """True if there is room; phones have none."""
        return self.size == "wide"

    @property
    def text(self) -> int:
        """The font size, in pixels."""
        return 14 if self.wide else 12

    def colour(self, name: str) -> str:
        """A colour token of the stylesheet; raises KeyError for one it has not."""
        return colours(self.theme)[name]

    def lines(self, all_series: Sequence[PointsSeries]) -> dict[str, Line]:
        """Each team's line style; who comes first chooses first."""
        team_ids = (series.team_id for series in all_series)
        return {
            team_id: Line(self.colour(f"race-{style.tone}"), DASHES[style.pattern])
            for team_id, style in line_styles(team_ids, chosen_tones(all_series)).items()
        }

    def kind(self, number: int) -> str:
        """The colour of the kind of this number in file order; they come round again after the eighth."""
        return self.colour(f"kind-{number % KIND_COLOURS}")

    def draw(self, box: Box, *layers: Spec, **more: Any) -> Spec:
        """A drawing of exactly the box and its margins."""
        sides = {side: getattr(box, side) for side in ("left", "right", "top", "bottom")}
        return {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "width": box.width,
            "height": box.height,
            "padding": sides,
            "autosize": "none",
            "background": None,
            "config": self._config(),
            "layer": list(layers),
            **more,
        }

    def _config(self) -> Spec:
        ink, soft, line = self.colour("ink"), self.colour("ink-soft"), self.colour("line")
        # Without a limit Vega shortens no label: it would break emoji in two (see `lettering`).
        plain = {"labelColor": soft, "labelFontSize": self.text, "labelPadding": 8, "labelLimit": 0, "title": None}
        return {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {**plain, "domain": False, "ticks": False, "gridColor": line, "labelAngle": 0},
            "legend": {**plain, "orient": "top", "symbolType": "circle", "offset": 14, "columnPadding": 14},
            "text": {"color": ink, "fontSize": self.text},
        }
