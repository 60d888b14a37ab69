"""Tones: each team's colour, and the pattern of its line where lines are drawn."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

TONES = 12
PATTERNS = 4
"""Solid, dashed, dotted, dash and dot."""

# No eye, colour-blind or not, tells twelve colours apart as thin lines. Within a half of the tones all eyes can
# (`tests/web/test_tones.py` measures it), so each half has patterns of its own: 48 lines before two look alike.
_HALF = TONES // 2
_PATTERNS = ((0, 2, 1, 3), (1, 3, 0, 2))
NAMES = (
    "Apricot", "Teal", "Olive", "Blue", "Plum", "Amber", "Slate", "Rose", "Green", "Violet", "Cocoa", "Sky",
)  # fmt: skip
"""The tones’ names, by number."""
_NONE: Mapping[str, int] = MappingProxyType({})


class LineStyle(NamedTuple):
    """A team's line: a tone (0 to 11) and a pattern (0 to 3)."""

    tone: int
    pattern: int


class Toned(Protocol):
    """Something of a team, with the tone that was chosen for it."""

    @property
    def team_id(self) -> str:
        """The team’s id."""

    @property
    def tone(self) -> int | None:
        """The tone, None where none was chosen."""


def chosen_tones(items: Iterable[Toned]) -> dict[str, int]:
    """Collect the tones that were chosen, by the teams’ ids."""
    return {item.team_id: item.tone for item in items if item.tone is not None}


def tones_of(team_ids: Iterable[str], chosen: Mapping[str, int] = _NONE) -> dict[str, int]:
    """Each team's tone (0 to 11), the same on every page and whatever the ranks: the chosen one, or one of its own.

    Of up to twelve teams none has a tone that another one chose, and no two the same unless they chose it.
    """
    ordered = sorted(team_ids)
    taken = {chosen[team_id] for team_id in ordered if team_id in chosen}
    own = {team_id: chosen.get(team_id, index % TONES) for index, team_id in enumerate(ordered)}
    moved = [team_id for team_id in ordered if team_id not in chosen and own[team_id] in taken]
    kept = {tone for team_id, tone in own.items() if team_id not in moved}
    free = [tone for tone in range(TONES) if tone not in kept] or [tone for tone in range(TONES) if tone not in taken]
    return own | {team_id: free[number % len(free)] for number, team_id in enumerate(moved) if free}


def line_styles(team_ids: Iterable[str], chosen: Mapping[str, int] = _NONE) -> dict[str, LineStyle]:
    """Each team's line style: the tone it chose, else its own, or the next that is free while any is.

    Who is named first chooses first: of any twelve in a row no two look alike, unless they chose to.
    """
    named = list(team_ids)
    own = tones_of(named, chosen)
    free: list[int] = []
    found: dict[str, LineStyle] = {}
    for number, team_id in enumerate(named):
        if number % TONES == 0:
            wanted = {chosen[each] for each in named[number : number + TONES] if each in chosen}
            free = [tone for tone in range(TONES) if tone not in wanted]
        tone = chosen.get(team_id, -1)
        if tone < 0:
            tone = min(free or range(TONES), key=lambda each: (each - own[team_id]) % TONES)
            free = [each for each in free if each != tone]
        found[team_id] = LineStyle(tone, _PATTERNS[tone // _HALF][number // TONES % PATTERNS])
    return found
