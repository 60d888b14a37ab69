"""Rows: what each team's own standing is shown as, made once and kept until it changes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from secrets import token_hex
from typing import NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from app.domain.standings.bars import nice_maximum, percent
from app.domain.standings.board import Standing
from app.live.fragments import Item
from app.web.documents.boards import standing_document
from app.web.http import render
from app.web.http.ties import tie_line

# No text contains it: of what people type, every `<` is escaped.
_SLOT = Markup(f"<{token_hex(8)}>")  # noqa: S704 (our own markup, escaped before)
_LINE_BREAK = re.compile(r"\s*\n\s*")
_NO_TIE = b" hidden>"
_JSON_BEGIN, _JSON_END = b'{"rank":0', b"null}"


class RowPosition(NamedTuple):
    """A row's standing among the others: `movement` is ranks gained, None without a morning to compare with.

    `tie_breakers` are the metrics, by number, that part it from teams with as many points.
    """

    team_id: str
    rank: int
    is_tied: bool
    movement: int | None
    tie_breakers: tuple[int, ...] = ()


class RowStyle(NamedTuple):
    """The look of a row besides its content: equal looks and equal standings make equal rows."""

    week: str
    zone: ZoneInfo
    tone: int


class Row(NamedTuple):
    """A row's HTML around what the other teams decide of it: leading, rank, tie-break, movement and the bar."""

    begin: bytes
    before_rank: bytes
    names: bytes
    before_tie: bytes
    after_tie: bytes
    before_movement: bytes
    before_bar: bytes
    after_bar: bytes
    end: bytes

    def fragments(self, team_id: str, width: int) -> Item:
        """Return the parts of the row that streams send: the page puts the row in its place."""
        return {
            f"names-{team_id}": self.names.strip(),
            f"honours-{team_id}": (self.before_tie + _NO_TIE + self.after_tie).strip(),
            f"score-{team_id}": self._score(_movement(None), width).strip(),
        }

    def placed(self, position: RowPosition, best: int, width: int, tie: str) -> bytes:
        """Return the row in its place; `best` are the points of who is first, `tie` what breaks its tie, in words."""
        leading = b' row--leader" value="%d' if position.rank == 1 and best > 0 else b'" value="%d'
        rank = _rank(position.rank, is_tied=position.is_tied, is_ranked=best > 0 or position.rank > 1)
        words = f">{escape(tie)}".encode(errors="replace") if tie else _NO_TIE
        own = self.names, self.before_tie, words, self.after_tie, self._score(_movement(position.movement), width)
        return b"".join((self.begin, leading % position.rank, self.before_rank, rank, *own, self.end))

    def _score(self, movement: bytes, width: int) -> bytes:
        return b"".join((self.before_movement, movement, self.before_bar, b"%d" % width, self.after_bar))


@dataclass(eq=False)
class Piece:
    """One team's standing but for rank and movement, and what it is shown as; `key` orders it among others."""

    standing: Standing
    key: str
    _row: tuple[RowStyle, Row] | None = None
    _item: tuple[tuple[RowStyle, int], Item] | None = None

    def shows(self, standing: Standing, key: str) -> bool:
        """Tell whether this is the piece of that standing."""
        return self.key == key and self.standing == standing

    def row(self, style: RowStyle) -> Row:
        """Return the row, rendered where that has not been done."""
        if (known := self._row) is None or known[0] != style:
            html = render.render(
                "board/_row.html", standing=self.standing, key=self.key, slot=_SLOT, **style._asdict()
            )  # fmt: skip
            known = self._row = style, Row(*one_line(html).split(_SLOT.encode()))
        return known[1]

    def item(self, style: RowStyle, most: int) -> Item:
        """Return the row's fragments, its bar drawn against a maximum: the same object while all is the same."""
        if (known := self._item) is None or known[0] != (style, most):
            fragments = self.row(style).fragments(self.standing.team_id, percent(self.standing.points, most))
            known = self._item = (style, most), fragments
        return known[1]

    def placed(self, style: RowStyle, position: RowPosition, best: int) -> bytes:
        """Return the row in its place; `best` are the points of who is first."""
        tie = tie_line(self.standing, position.tie_breakers, style.zone)
        return self.row(style).placed(position, best, percent(self.standing.points, nice_maximum(best)), tie)

    @cached_property
    def json(self) -> bytes:
        """The team in the leaderboard's JSON, between the number of its rank and that of its movement."""
        document = {**standing_document(self.standing), "rank": 0, "movement": None}
        text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        return text.removeprefix(_JSON_BEGIN).removesuffix(_JSON_END)

    @cached_property
    def digest(self) -> int:
        """A number that differs for whatever is shown differently, to be added to those of the other teams."""
        own = self.standing
        more = repr((own.last_earned, own.ties, own.tone, own.emblem, self.key)).encode(errors="surrogatepass")
        return int.from_bytes(sha256(self.json + more).digest(), "big")


def piece_of(standing: Standing, key: str, known: Piece | None) -> Piece:
    """Return the piece that is known where it shows the same, so that nothing is rendered again."""
    return known if known is not None and known.shows(standing, key) else Piece(standing, key)


def standings_json(pieces: Mapping[str, Piece], positions: list[RowPosition]) -> bytes:
    """Return the teams of the leaderboard's JSON, best first."""
    return b",".join(
        b'{"rank":%d%b%b}' % (rank, pieces[team_id].json, b"null" if movement is None else b"%d" % movement)
        for team_id, rank, _, movement, _ in positions
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
