"""The scene “shifts”: who is on shift now, and who comes next."""

from collections.abc import Mapping

from app.services.shifts import on_shift
from app.services.shifts.settings import settings_of
from app.web.scenes.scene import Scene, SceneContext


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """The shifts of now and the next ones, under the line of coverage; nothing after the last, nor in a closed week."""
    if context.week.state != "open":
        return None
    needs_team = settings_of(context.session, context.week).needs_team
    shown = on_shift.now_and_next(context.session, context.week, context.view, context.now, needs_team=needs_team)
    if not shown:
        return None
    return {"shifts": shown} | ({"aside": context.shifts.coverage} if context.shifts.coverage else {})


SCENE = Scene("shifts", "On shift", 12, build_context)
