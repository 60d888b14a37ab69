"""The scene “board”: every team with its points, in as many columns as fit."""

from collections.abc import Mapping

from app.web.scenes.scene import Scene, SceneContext

ONE_COLUMN, TWO_COLUMNS, MOST = 7, 16, 36


def build_context(context: SceneContext) -> Mapping[str, object]:
    """The teams shown, in how many columns of how many rows, and how many more there are; never skipped."""
    shown = context.board.standings[:MOST]
    columns = 1 + (len(shown) > ONE_COLUMN) + (len(shown) > TWO_COLUMNS)
    more = len(context.board.standings) - len(shown)
    return {
        "standings": shown,
        "columns": columns,
        "rows": max(-(-len(shown) // columns), 1),
        "best": max((each.points for each in shown), default=0),
    } | ({"aside": f"and {more} more"} if more else {})


SCENE = Scene("board", "Standings", 20, build_context)
