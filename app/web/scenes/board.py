"""The scene “board”: every team with its points, in as many columns as fit, on as many pages as that takes."""

from collections.abc import Mapping, Sequence

from app.domain.standings.board import Standing
from app.services.shifts.settings import settings_of
from app.web.scenes.scene import Scene, SceneContext

ONE_COLUMN, TWO_COLUMNS, MOST, MOST_LARGE = 7, 16, 30, 12


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """The pages, of as many teams each as another, with the line of coverage beside the first.

    Nothing to say only in a week that goes without teams.
    """
    standings = context.board.standings
    if not standings and not settings_of(context.session, context.week).needs_team:
        return None
    pages = max(-(-len(standings) // (MOST_LARGE if context.is_large else MOST)), 1)
    size = max(-(-len(standings) // pages), 1)
    coverage = [context.shifts.coverage] if context.shifts.coverage else []
    deciding = context.board.tie_breakers()
    return {
        "pages": [
            {
                **_page(standings[start : start + size]),
                "best": max((standing.points for standing in standings), default=0),
                "deciding": deciding,
                "aside": " · ".join([*_part(start, size, len(standings)), *([] if start else coverage)]),
            }
            for start in range(0, max(len(standings), 1), size)
        ]
    }


def _page(standings: Sequence[Standing]) -> dict[str, object]:
    """The teams of one page, in how many columns of how many rows."""
    columns = 1 + (len(standings) > ONE_COLUMN) + (len(standings) > TWO_COLUMNS)
    return {"standings": standings, "columns": columns, "rows": max(-(-len(standings) // columns), 1)}


def _part(start: int, size: int, teams: int) -> list[str]:
    return [f"{start + 1}–{min(start + size, teams)} of {teams} teams"] if teams > size else []


SCENE = Scene("board", "Standings", 20, build_context)
