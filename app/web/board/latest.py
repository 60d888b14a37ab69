"""The latest activities on a board, with their cheers: each line keeps its element while others come and go."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.rules.model import Rules
from app.domain.wording import kind_title
from app.services.standings.recent import Latest, LatestList
from app.web.board.rows import Piece, RowStyle, one_line
from app.web.http import render

MOST = 8
"""Lines of a board; each is sent when it changes, so a new activity costs its viewers one of them."""


class BoardLatest(NamedTuple):
    """The lines of a board by the number of their element, None for an element without one; `found` is their source."""

    places: tuple[Latest | None, ...] = ()
    found: LatestList = LatestList()

    @property
    def in_order(self) -> list[int]:
        """The numbers of all elements, the one of the newest line first, those without a line last."""
        return sorted(range(len(self.places)), key=lambda number: -_order(self.places[number]))


NO_LATEST = BoardLatest()


def follow(found: LatestList, known: BoardLatest = NO_LATEST) -> BoardLatest:
    """Give each line an element: the one it has, else one that no line needs any more. None where there is no line."""
    if not found.lines:
        return BoardLatest((), found)
    lines = {line.id: line for line in found.lines}
    before = known.places or (None,) * MOST
    kept = [lines.pop(line.id, None) if line is not None else None for line in before]
    fresh = iter(lines.values())
    return BoardLatest(tuple(line or next(fresh, None) for line in kept), found)


def latest_parts(
    latest: BoardLatest,
    pieces: Mapping[str, Piece],
    styles: Mapping[str, RowStyle],
    rules: Rules,
    *,
    can_cheer: bool,
) -> dict[str, bytes]:
    """Return the HTML of each line by the id of its element."""
    parts = {}
    for number, line in enumerate(latest.places):
        name = f"latest-{number}"
        if line is None or line.team_id not in pieces:
            parts[name] = b'<li id="%b" hidden></li>' % name.encode()
            continue
        style, team = styles[line.team_id], pieces[line.team_id].standing.team
        parts[name] = _line(
            name, line, kind_title(line.kind, rules), team, style.tone, style.zone, style.week, can_cheer
        )
    return parts


def _order(line: Latest | None) -> int:
    return line.seq if line is not None else 0


@lru_cache(maxsize=1024)
def _line(
    name: str, line: Latest, what: str, team: str, tone: int, zone: ZoneInfo, week: str, can_cheer: bool
) -> bytes:
    facts = {"id": name, "line": line, "what": what, "team": team, "tone": tone, "zone": zone, "week": week}
    return one_line(render.render("board/_latest.html", **facts, can_cheer=can_cheer))
