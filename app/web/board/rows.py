"""Rows: what each team's own standing is shown as, made once and kept until it changes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from secrets import token_hex
from typing import NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from app.domain.standings.bars import nice_maximum, percent
from app.domain.standings.board import Standing
from app.web.documents.boards import standing_document
from app.web.http import render

# No text contains it: of what people type, every `<` is escaped.
_SLOT = Markup(f"<{token_hex(8)}>")  # noqa: S704
_LINE_BREAK = re.compile(r"\s*\n\s*")
_JSON_BEGIN, _JSON_END = b'{"rank":0', b"null}"


class Place(NamedTuple):
    """A row's standing among the others: `movement` is ranks gained, None without a morning to compare with."""

    team_id: str
    rank: int
    is_tied: bool
    movement: int | None


class ChartTheme(NamedTuple):
    """The look of a row besides its content: equal looks and equal standings make equal rows."""

    week: str
    zone: ZoneInfo
    tone: int


class Row(NamedTuple):
    """A row's HTML around what the other teams decide of it: leading, rank, movement and the bar."""

    begin: bytes
    before_rank: bytes
    before_movement: bytes
    before_bar: bytes
    end: bytes

    def alone(self, width: int) -> bytes:
        """Return the row as streams send it: the page puts it in its place."""
        return self._filled(b"", _rank(0, is_tied=False, is_ranked=False), _movement(None), width)

    def placed(self, place: Place, best: int, width: int) -> bytes:
        """Return the row in its place; `best` are the points of who is first."""
        leading = b' row--leader" value="%d' if place.rank == 1 and best > 0 else b'" value="%d'
        rank = _rank(place.rank, is_tied=place.is_tied, is_ranked=best > 0 or place.rank > 1)
        return self._filled(leading % place.rank, rank, _movement(place.movement), width)

    def _filled(self, leading: bytes, rank: bytes, movement: bytes, width: int) -> bytes:
        bar = b"%d" % width
        return b"".join(
            (
                self.begin,
                leading,
                self.before_rank,
                rank,
                self.before_movement,
                movement,
                self.before_bar,
                bar,
                self.end,
            )
        )


@dataclass(eq=False)
class Piece:
    """One team's standing but for rank and movement, and what it is shown as; `key` orders it among others."""

    standing: Standing
    key: str
    _rows: dict[ChartTheme, Row] = field(default_factory=dict)
    _alone: dict[tuple[ChartTheme, int], bytes] = field(default_factory=dict)

    def shows(self, standing: Standing, key: str) -> bool:
        """Tell whether this is the piece of that standing."""
        return self.key == key and self.standing == standing

    def row(self, look: ChartTheme) -> Row:
        """Return the row, rendered where that has not been done."""
        if (row := self._rows.get(look)) is None:
            html = render.render(
                "board/_row.html",
                standing=self.standing, key=self.key, slot=_SLOT, **look._asdict(),
            )  # fmt: skip
            row = Row(*one_line(html).split(_SLOT.encode()))
            self._rows = {look: row}
        return row

    def alone(self, look: ChartTheme, most: int) -> bytes:
        """Return the row as streams send it, its bar drawn against a maximum."""
        if (html := self._alone.get((look, most))) is None:
            html = self.row(look).alone(percent(self.standing.points, most))
            self._alone = {(look, most): html}
        return html

    def placed(self, look: ChartTheme, place: Place, best: int) -> bytes:
        """Return the row in its place; `best` are the points of who is first."""
        return self.row(look).placed(place, best, percent(self.standing.points, nice_maximum(best)))

    @cached_property
    def json(self) -> bytes:
        """The team in the leaderboard's JSON, between the number of its rank and that of its movement."""
        document = {**standing_document(self.standing), "rank": 0, "movement": None}
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        return text.removeprefix(_JSON_BEGIN).removesuffix(_JSON_END)

    @cached_property
    def digest(self) -> int:
        """A number that differs for whatever is shown differently, to be added to those of the other teams."""
        more = repr((self.standing.last_earned, self.key)).encode(errors="surrogatepass")
        return int.from_bytes(sha256(self.json + more).digest(), "big")


def piece_of(standing: Standing, key: str, known: Piece | None) -> Piece:
    """Return the piece that is known where it shows the same, so that nothing is rendered again."""
    return known if known is not None and known.shows(standing, key) else Piece(standing, key)


def standings_json(pieces: Mapping[str, Piece], places: list[Place]) -> bytes:
    """Return the teams of the leaderboard's JSON, best first."""
    return b",".join(
        b'{"rank":%d%b%b}' % (rank, pieces[team_id].json, b"null" if movement is None else b"%d" % movement)
        for team_id, rank, _, movement in places
    )


def one_line(html: bytes) -> bytes:
    """Return HTML without line breaks, which would each need a field of their own in an event."""
    return _LINE_BREAK.sub(" ", html.decode().strip()).encode()


@lru_cache(maxsize=4096)
def _rank(rank: int, *, is_tied: bool, is_ranked: bool) -> bytes:
    return one_line(render.render("board/_rank.html", rank=rank, is_tied=is_tied, is_ranked=is_ranked))


@lru_cache(maxsize=4096)
def _movement(ranks: int | None) -> bytes:
    return one_line(render.render("board/_movement.html", ranks=ranks))
