"""The display's rotation: which scenes take turns, in which order, for how many seconds each."""

import re
from collections.abc import Sequence

SCENES = ("board", "shifts", "race", "latest", "totals", "quests", "heroes", "quotes", "message")
SHORTEST, LONGEST = 3, 600  # seconds

_ITEM = re.compile(r"([a-z_]+)(?::([0-9]{1,4}))?")


def parse(items: Sequence[str]) -> list[tuple[str, int | None]]:
    """Parse items such as `board:20` and `race` into scenes with their seconds, None where they have their own.

    Raises ValueError with the first flaw, as the end of a sentence.
    """
    parsed = [_parse_item(item.strip()) for item in items]
    names = [name for name, _ in parsed]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise ValueError(f"names “{twice[0]}” twice; a scene has one turn")
    return parsed


def _parse_item(item: str) -> tuple[str, int | None]:
    match = _ITEM.fullmatch(item)
    if match is None:
        raise ValueError(f"says “{item}”; write scenes with their seconds, such as board:20,race:12")
    name, seconds = match[1], int(match[2]) if match[2] else None
    if name not in SCENES:
        raise ValueError(f"names a scene “{name}”; there are {', '.join(SCENES)}")
    if seconds is not None and not SHORTEST <= seconds <= LONGEST:
        raise ValueError(f"gives “{name}” {seconds} seconds; between {SHORTEST} and {LONGEST} are possible")
    return name, seconds
