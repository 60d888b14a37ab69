"""Contents: what a board shows, piece by piece, of a week as it stands or as it was at its freeze."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Protocol

from app.domain.standings.board import Board, BoardHead
from app.domain.standings.order_text import key_text, name_text
from app.domain.standings.standings import TeamInfo
from app.services.standings.boards import LiveStandings, served_version
from app.web.board.rows import Piece, Place, piece_of
from app.web.http.render import TONES

_SUM = 2**256


class Content(Protocol):
    """The content of a board. `pieces` and `tones` are by team id, `morning` the ranks of before today, by name."""

    @property
    def head(self) -> BoardHead:
        """Everything but the teams."""

    @property
    def pieces(self) -> Mapping[str, Piece]:
        """The look of each team."""

    @property
    def tones(self) -> Mapping[str, int]:
        """Each team's colour, 0 to 7."""

    @property
    def morning(self) -> tuple[int, ...]:
        """The ranks of before today; empty where there is nothing to compare with."""

    @property
    def board(self) -> Board:
        """The board as a value, made when it is asked for."""

    @property
    def places(self) -> list[Place]:
        """Every team's place, best first, worked out when it is asked for."""

    @property
    def digest(self) -> bytes:
        """Differs whenever the rows do."""


class LiveContent:
    """Make a week's content as it stands, at the cost of what has changed since an earlier one."""

    def __init__(self, live: LiveStandings, now: datetime, known: "LiveContent | None" = None) -> None:
        self.live, self._now = live, now
        self.head = live.standings.head(as_of=now, version=served_version(live.stamp, now))
        self.pieces = _pieces(live, known)
        is_same_teams = known is not None and known.live.standings.teams is live.standings.teams
        self.tones: Mapping[str, int] = (
            known.tones if known is not None and is_same_teams else _tones(live.standings.lines)
        )
        self.morning = tuple(live.standings.morning_ranks.values())

    @cached_property
    def board(self) -> Board:
        """The board as a value."""
        return self.live.board(self._now)

    @cached_property
    def places(self) -> list[Place]:
        """Every team's place, best first."""
        standings = self.live.standings
        shared = Counter(standings.ranks.values())
        return [
            Place(team_id, rank, shared[rank] > 1, standings.movement(team_id))
            for team_id, rank in standings.ranks.items()
        ]

    @property
    def digest(self) -> bytes:
        """Differs whenever the rows do; made of the teams' own, whose order follows from their keys."""
        total = sum(piece.digest for piece in self.pieces.values()) % _SUM
        return total.to_bytes(32, "big") + repr(self.morning).encode()


class FixedContent:
    """Make the content of a board that will not change."""

    def __init__(self, board: Board) -> None:
        self.board, self.head = board, board.head
        self.pieces = {
            standing.team_id: Piece(standing, f"{standing.rank:06}/{index:06}")
            for index, standing in enumerate(board.standings)
        }
        self.tones = _tones(self.pieces)
        self.morning: tuple[int, ...] = ()
        tied = board.tied_ranks()
        self.places = [
            Place(standing.team_id, standing.rank, standing.rank in tied, standing.movement)
            for standing in board.standings
        ]

    @property
    def digest(self) -> bytes:
        """Differs whenever the rows do."""
        rows = [(*place, self.pieces[place.team_id].digest) for place in self.places]
        return sha256(repr(rows).encode()).digest()


def _pieces(live: LiveStandings, known: LiveContent | None) -> dict[str, Piece]:
    old = known.pieces if known is not None else {}
    teams = live.standings.teams
    return {
        team_id: piece
        if (piece := old.get(team_id)) is not None and piece.standing is line.standing
        else piece_of(line.standing, f"{key_text(line.key)}/{_name_text(teams[line.place])}", piece)
        for team_id, line in live.standings.lines.items()
    }


def _name_text(team: TeamInfo) -> str:
    return name_text(team.name, team.id)


def _tones(team_ids: Mapping[str, object]) -> dict[str, int]:
    """A team colour (0 to 7) for every team id, the same on every page and whatever the ranks."""
    return {team_id: index % TONES for index, team_id in enumerate(sorted(team_ids))}
