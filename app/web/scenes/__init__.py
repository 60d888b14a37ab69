"""The scenes of the office display."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.rotation import parse
from app.errors import Malformed
from app.web.scenes import board, heroes, latest, message, quests, quotes, race, shifts, summary, totals
from app.web.scenes.scene import Scene

# A new scene is a module with a `SCENE`, a template of its name, a line here, and its name in `app.domain.rotation`.
ROTATION = (
    board.SCENE, shifts.SCENE, race.SCENE, latest.SCENE, totals.SCENE, quests.SCENE, heroes.SCENE, quotes.SCENE,
    message.SCENE,
)  # fmt: skip
FINALE = summary.SCENE

ROTATION_BY_NAME = {scene.name: scene for scene in ROTATION}


@dataclass(frozen=True, slots=True)
class RotationItem:
    """A scene's turn in the rotation, in seconds."""

    scene: Scene
    seconds: int


def rotation(items: Sequence[str]) -> tuple[RotationItem, ...]:
    """The turns that items such as `board:20` ask for, every scene's own where there are none.

    A scene without seconds has its own; a scene that is not named is off. Raises Malformed with a sentence.
    """
    if not items:
        return tuple(RotationItem(scene, scene.seconds) for scene in ROTATION)
    try:
        parsed = parse(items)
    except ValueError as flaw:
        raise Malformed(f"The displays’ scenes can’t be read: the list {flaw}.") from None
    scenes = [(ROTATION_BY_NAME[name], seconds) for name, seconds in parsed]
    return tuple(RotationItem(scene, seconds or scene.seconds) for scene, seconds in scenes)


def rotation_of(text: str) -> tuple[RotationItem, ...]:
    """The turns of a text that `scenes_text` wrote. Raises Malformed."""
    return rotation(text.split(",") if text else ())


def scenes_text(turns: Sequence[RotationItem]) -> str:
    """Turns as the setting writes them."""
    return ",".join(f"{turn.scene.name}:{turn.seconds}" for turn in turns)


def turns_for(state: str, turns: Sequence[RotationItem]) -> Sequence[RotationItem]:
    """The turns in a week of this state: a closed one has its finale, and messages where those have a turn."""
    if state != "closed":
        return turns
    return [RotationItem(FINALE, FINALE.seconds), *(turn for turn in turns if turn.scene is message.SCENE)]
