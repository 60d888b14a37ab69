"""The scene “summary”: what the display turns to by itself once the week is closed."""

from collections.abc import Mapping

from app.web.scenes.scene import Scene, SceneContext

PODIUM, TROPHIES = 3, 4


def build_context(context: SceneContext) -> Mapping[str, object]:
    """The steps of the podium, second to the left and third to the right of the first, and the trophies won."""
    scored = [standing for standing in context.board.standings if standing.points > 0]
    steps = {rank: [each for each in scored if each.rank == rank] for rank in range(1, PODIUM + 1)}
    return {
        "steps": [(rank, steps[rank]) for rank in (2, 1, 3) if steps[rank]],
        "trophies": [trophy for trophy in context.board.trophies if trophy.winners][:TROPHIES],
    }


SCENE = Scene("summary", "", 60, build_context)
