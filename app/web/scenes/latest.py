"""The scene “latest”: who has just done what."""

from collections.abc import Mapping

from app.domain.wording import kind_title
from app.services.standings import recent
from app.web.scenes.scene import Scene, SceneContext

MOST = 7  # lines that can be read from five metres


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """The latest activities with their teams; nothing to say before the first one."""
    found = recent.activities(context.session, context.week, limit=MOST, view=context.view)
    teams = {team.id: team.name for team in context.teams}
    lines = [
        {"activity": each, "what": kind_title(each.kind, context.rules), "team": teams[each.team_id]}
        for each in found
        if each.team_id in teams
    ]
    return {"lines": lines} if lines else None


SCENE = Scene("latest", "Latest", 10, build_context)
