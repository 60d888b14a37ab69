"""The scene “board”: every team with its points, in as many columns as fit."""

from collections.abc import Mapping

from app.services.shifts.settings import settings_of
from app.web.scenes.scene import Scene, SceneContext

ONE_COLUMN, TWO_COLUMNS, MOST = 7, 16, 36


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """The teams shown, in how many columns of how many rows, how many more there are, and the line of coverage.

    Nothing to say only in a week that goes without teams.
    """
    standings = context.board.standings[:MOST]
    if not standings and not settings_of(context.session, context.week).needs_team:
        return None
    columns = 1 + (len(standings) > ONE_COLUMN) + (len(standings) > TWO_COLUMNS)
    more = len(context.board.standings) - len(standings)
    asides = [*([f"and {more} more"] if more else []), *([context.shifts.coverage] if context.shifts.coverage else [])]
    return {
        "standings": standings,
        "columns": columns,
        "rows": max(-(-len(standings) // columns), 1),
        "best": max((standing.points for standing in standings), default=0),
    } | ({"aside": " · ".join(asides)} if asides else {})


SCENE = Scene("board", "Standings", 20, build_context)
