"""The scene “totals”: what everybody together has done."""

from collections.abc import Mapping

from app.web.scenes.scene import Scene, Stage


def facts(stage: Stage) -> Mapping[str, object] | None:
    """The week's totals by kind; nothing to say while all are zero."""
    return {"totals": stage.board.totals} if any(stage.board.totals.values()) else None


SCENE = Scene("totals", "All of us, so far", 8, facts)
