"""The scene “quests”: what teams are close to completing."""

from collections.abc import Mapping

from app.domain.calendar.days import local_day
from app.domain.standings.quest_progress import quests_within_reach
from app.web.http.addresses import url_for
from app.web.scenes.scene import Scene, SceneContext

MOST = 6  # that can be read from five metres


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """Each team's closest quest, the least effort first; nothing to say where none is close or the days are over."""
    if local_day(context.now, context.zone) > context.week.ends:
        return None
    today = local_day(context.moment, context.zone)
    near = quests_within_reach(context.board.standings, context.scores, context.rules, today)
    aside = f"Nearly done. All rules: {url_for('week_rules', week=context.board.week)}"
    return {"aside": aside, "near": near[:MOST]} if near else None


SCENE = Scene("quests", "Within reach", 10, build_context)
