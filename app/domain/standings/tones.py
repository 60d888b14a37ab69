"""Tones: each team's colour, and the pattern of its line where lines are drawn."""

from collections.abc import Iterable
from typing import NamedTuple

TONES = 12
PATTERNS = 4
"""Solid, dashed, dotted, dash and dot."""

# No eye, colour-blind or not, tells twelve colours apart as thin lines. Within a half of the tones all eyes can
# (`tests/web/test_tones.py` measures it), so each half has patterns of its own: 48 lines before two look alike.
_HALF = TONES // 2
_PATTERNS = ((0, 2, 1, 3), (1, 3, 0, 2))


class LineStyle(NamedTuple):
    """A team's line: a tone (0 to 11) and a pattern (0 to 3)."""

    tone: int
    pattern: int


def tones_of(team_ids: Iterable[str]) -> dict[str, int]:
    """Each team's tone (0 to 11), the same on every page and whatever the ranks."""
    return {team_id: index % TONES for index, team_id in enumerate(sorted(team_ids))}


def line_styles(team_ids: Iterable[str]) -> dict[str, LineStyle]:
    """Each team's line style: its own tone, or the next that is free while any is.

    Who is named first chooses first: of any twelve in a row no two look alike.
    """
    named = list(team_ids)
    own = tones_of(named)
    free: list[int] = []
    found: dict[str, LineStyle] = {}
    for number, team_id in enumerate(named):
        free = free or list(range(TONES))
        tone = min(free, key=lambda each: (each - own[team_id]) % TONES)
        free.remove(tone)
        found[team_id] = LineStyle(tone, _PATTERNS[tone // _HALF][number // TONES % PATTERNS])
    return found
