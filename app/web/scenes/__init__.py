"""The scenes of the office display. A new one is a module with a `SCENE`, a template of its name, and a line here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import Malformed
from app.web.scenes import board, heroes, latest, quests, race, summary, totals
from app.web.scenes.scene import Scene

ROTATION = (board.SCENE, race.SCENE, latest.SCENE, totals.SCENE, quests.SCENE, heroes.SCENE)
FINALE = summary.SCENE
SHORTEST, LONGEST = 3, 600

_BY_NAME = {scene.name: scene for scene in ROTATION}
_ITEM = re.compile(r"([a-z_]+)(?::([0-9]{1,4}))?")


@dataclass(frozen=True, slots=True)
class Turn:
    """A scene's turn in the rotation, in seconds."""

    scene: Scene
    seconds: int


def rotation(text: str) -> tuple[Turn, ...]:
    """The turns that a setting like `board:20,race:12` asks for, every scene's own where it is empty.

    A scene without seconds has its own; a scene that is not named is off. Raises Malformed with a sentence.
    """
    if not text.strip():
        return tuple(Turn(scene, scene.seconds) for scene in ROTATION)
    turns = tuple(_turn(item.strip()) for item in text.split(","))
    names = [turn.scene.name for turn in turns]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise _refusal(f"names “{twice[0]}” twice; a scene has one turn")
    return turns


def scenes_text(turns: Sequence[Turn]) -> str:
    """Turns as the setting writes them."""
    return ",".join(f"{turn.scene.name}:{turn.seconds}" for turn in turns)


def _turn(item: str) -> Turn:
    match = _ITEM.fullmatch(item)
    if match is None:
        raise _refusal(f"says “{item}”; write scenes with their seconds, such as board:20,race:12")
    scene = _BY_NAME.get(match[1])
    if scene is None:
        raise _refusal(f"names a scene “{match[1]}”; there are {', '.join(_BY_NAME)}")
    seconds = int(match[2]) if match[2] else scene.seconds
    if not SHORTEST <= seconds <= LONGEST:
        raise _refusal(f"gives “{scene.name}” {seconds} seconds; between {SHORTEST} and {LONGEST} are possible")
    return Turn(scene, seconds)


def _refusal(flaw: str) -> Malformed:
    return Malformed(f"ASSEMBLY_WEEK_DISPLAY_SCENES {flaw}.")


def turns_for(state: str, turns: Sequence[Turn]) -> Sequence[Turn]:
    """Whose turn it is in a week of this state: a closed one has its finale and nothing else."""
    return [Turn(FINALE, FINALE.seconds)] if state == "closed" else turns
