"""The scene “board”: every team with its points, in as many columns as fit."""

from collections.abc import Mapping

from app.web.scenes.scene import Scene, SceneContext

ONE_COLUMN, TWO_COLUMNS, MOST = 7, 16, 36


def build_context(context: SceneContext) -> Mapping[str, object]:
    """The teams shown, in how many columns of how many rows, and how many more there are; never skipped."""
    standings = context.board.standings[:MOST]
    columns = 1 + (len(standings) > ONE_COLUMN) + (len(standings) > TWO_COLUMNS)
    more = len(context.board.standings) - len(standings)
    return {
        "standings": standings,
        "columns": columns,
        "rows": max(-(-len(standings) // columns), 1),
        "best": max((standing.points for standing in standings), default=0),
    } | ({"aside": f"and {more} more"} if more else {})


SCENE = Scene("board", "Standings", 20, build_context)
