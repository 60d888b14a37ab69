"""The scene “totals”: what everybody together has done."""

from collections.abc import Mapping

from app.web.scenes.scene import Scene, SceneContext


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """The week's totals by kind; nothing to say while all are zero."""
    return {"totals": context.board.totals} if any(context.board.totals.values()) else None


SCENE = Scene("totals", "All of us, so far", 8, build_context)
