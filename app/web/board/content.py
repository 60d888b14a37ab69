"""Contents: what a board shows, piece by piece, of a week as it stands or as it was at its freeze."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Protocol
from zoneinfo import ZoneInfo

from app.domain.standings.bars import nice_maximum
from app.domain.standings.board import Board, BoardHead
from app.domain.standings.order_text import key_text, name_text
from app.domain.standings.ranking import tie_breakers
from app.domain.standings.tones import chosen_tones, tones_of
from app.live.fragments import Item
from app.services.standings.boards import LiveStandings, served_version
from app.web.board.rows import Piece, RowPosition, RowStyle, piece_of

_SUM = 2**256


class Content(Protocol):
    """The content of a board. Mappings are by team id."""

    @property
    def head(self) -> BoardHead:
        """Everything but the teams."""

    @property
    def pieces(self) -> Mapping[str, Piece]:
        """The look of each team."""

    @property
    def styles(self) -> Mapping[str, RowStyle]:
        """The look of each team's row."""

    @property
    def items(self) -> Mapping[str, Item]:
        """The fragments of each team's row; costs what has changed since the last time they were asked for."""

    @property
    def morning(self) -> tuple[int, ...]:
        """The ranks of before today; empty where there is nothing to compare with."""

    @property
    def board(self) -> Board:
        """The board as a value, made when it is asked for."""

    @property
    def positions(self) -> list[RowPosition]:
        """Every team's place, best first, worked out when it is asked for."""

    @property
    def digest(self) -> bytes:
        """Differs whenever the rows do."""


class LiveContent:
    """Make a week's content as it stands, at the cost of what has changed since an earlier one."""

    def __init__(self, live: LiveStandings, now: datetime, known: "LiveContent | None" = None) -> None:
        self.live, self._now = live, now
        self.head = live.standings.head(as_of=now, version=served_version(live.stamp, now))
        self._most = nice_maximum(self.head.best)
        morning = live.standings.morning_ranks
        self.pieces: Mapping[str, Piece]
        self.morning: tuple[int, ...]
        if known is None or live.changed is None:
            self.pieces = self._pieces(live.standings.lines, known.pieces if known is not None else {})
            self.styles = _looks(live.standings.week.slug, live.stamp.zone, self.pieces)
            self.total = sum(piece.digest for piece in self.pieces.values())
            self._known_items: Mapping[str, Item] | None = None
        else:
            changed = self._pieces(live.changed, known.pieces)
            self.pieces, self.styles = {**known.pieces, **changed}, known.styles
            self.total = known.total + sum(piece.digest - known.pieces[team].digest for team, piece in changed.items())
            self._known_items = known.items_so_far(changed) if known._most == self._most else None
        is_same_morning = known is not None and known.live.standings.morning_ranks is morning
        self.morning = known.morning if known is not None and is_same_morning else tuple(morning.values())

    def _pieces(self, team_ids: Iterable[str], known: Mapping[str, Piece]) -> dict[str, Piece]:
        lines, teams = self.live.standings.lines, self.live.standings.teams
        return {
            team_id: piece_of(
                (line := lines[team_id]).standing,
                f"{key_text(line.key)}/{name_text(teams[line.place].name, team_id)}",
                known.get(team_id),
            )
            for team_id in team_ids
        }

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """The fragments of each team's row."""
        mapping = self._known_items or {}
        missing = self.pieces.keys() - mapping.keys() if mapping else self.pieces
        return {
            **mapping,
            **{team_id: self.pieces[team_id].item(self.styles[team_id], self._most) for team_id in missing},
        }

    def items_so_far(self, changed: Mapping[str, Piece]) -> Mapping[str, Item] | None:
        """Return the fragments of all but these teams, as far as they were asked for."""
        items = vars(self).get("items", self._known_items)
        return None if items is None else {team_id: item for team_id, item in items.items() if team_id not in changed}

    @cached_property
    def board(self) -> Board:
        """The board as a value."""
        return self.live.board(self._now)

    @cached_property
    def positions(self) -> list[RowPosition]:
        """Every team's place, best first."""
        standings = self.live.standings
        shared = Counter(standings.ranks.values())
        deciding = tie_breakers([line.key for line in standings.ordered])
        return [
            RowPosition(team_id, rank, shared[rank] > 1, standings.movement(team_id), ties)
            for (team_id, rank), ties in zip(standings.ranks.items(), deciding, strict=True)
        ]

    @property
    def digest(self) -> bytes:
        """Differs whenever the rows do; made of the teams' own, whose order follows from their keys."""
        return (self.total % _SUM).to_bytes(32, "big") + repr(self.morning).encode()


class FixedContent:
    """Make the content of a board that will not change."""

    def __init__(self, board: Board, zone: ZoneInfo) -> None:
        self.board, self.head = board, board.head
        self.pieces = {
            standing.team_id: Piece(standing, f"{standing.rank:06}/{index:06}")
            for index, standing in enumerate(board.standings)
        }
        self.styles = _looks(board.week, zone, self.pieces)
        self.morning: tuple[int, ...] = ()
        tied, deciding = board.tied_ranks(), board.tie_breakers()
        self.positions = [
            RowPosition(each.team_id, each.rank, each.rank in tied, each.movement, deciding[each.team_id])
            for each in board.standings
        ]

    @property
    def items(self) -> Mapping[str, Item]:
        """The fragments of each team's row."""
        most = nice_maximum(self.head.best)
        return {team_id: piece.item(self.styles[team_id], most) for team_id, piece in self.pieces.items()}

    @property
    def digest(self) -> bytes:
        """Differs whenever the rows do."""
        rows = [(*position, self.pieces[position.team_id].digest) for position in self.positions]
        return sha256(repr(rows).encode()).digest()


def _looks(week: str, zone: ZoneInfo, pieces: Mapping[str, Piece]) -> dict[str, RowStyle]:
    """Return each team's look: its tone, the same on every page and whatever the ranks."""
    chosen = chosen_tones(piece.standing for piece in pieces.values())
    return {team_id: RowStyle(week, zone, tone) for team_id, tone in tones_of(pieces, chosen).items()}
