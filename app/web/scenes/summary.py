"""The scene “summary”: what the display turns to by itself once the week is closed."""

from collections.abc import Mapping

from app.web.scenes.scene import Scene, Stage

PODIUM, TROPHIES = 3, 4


def facts(stage: Stage) -> Mapping[str, object]:
    """The steps of the podium, second to the left and third to the right of the first, and the trophies won."""
    scored = [each for each in stage.board.standings if each.points > 0]
    steps = {rank: [each for each in scored if each.rank == rank] for rank in range(1, PODIUM + 1)}
    return {
        "steps": [(rank, steps[rank]) for rank in (2, 1, 3) if steps[rank]],
        "trophies": [each for each in stage.board.trophies if each.winners][:TROPHIES],
    }


SCENE = Scene("summary", "", 60, facts)
