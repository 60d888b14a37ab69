"""The scene “summary”: what the display turns to by itself once the week is closed."""

from collections.abc import Mapping

from app.services.week_metrics import week_metrics
from app.web.scenes.scene import Scene, SceneContext

PODIUM, TROPHIES = 3, 4


def build_context(context: SceneContext) -> Mapping[str, object]:
    """The steps of the podium, second left and third right of the first, the trophies, and the line about answers."""
    scored = [standing for standing in context.board.standings if standing.points > 0]
    steps = {rank: [each for each in scored if each.rank == rank] for rank in range(1, PODIUM + 1)}
    return {
        "steps": [(rank, steps[rank]) for rank in (2, 1, 3) if steps[rank]],
        "answered": week_metrics.answered(context.session, context.week, context.view, context.now),
        "trophies": [trophy for trophy in context.board.trophies if trophy.winners][:TROPHIES],
    }


SCENE = Scene("summary", "", 60, build_context)
