"""The ceremony: a board told step by step, so that the room learns one thing at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

from app.domain.standings.board import Board, Standing, TrophyResult
from app.domain.text.direction import isolated
from app.domain.wording import listed, ordinal

Act = Literal["welcome", "totals", "trophy", "place", "podium", "winner", "thanks"]
PODIUM, MAX_NAMED = 3, 4
LINGERS = timedelta(minutes=5)
"""Screens show the end of a ceremony for this long."""
LASTS = timedelta(hours=2)
"""A ceremony that nobody moved for this long is over, wherever it stopped."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to show: `teams` share the place that is told, `hint` is what the presenter knows it by."""

    act: Act
    hint: str
    teams: tuple[Standing, ...] = ()
    trophy: TrophyResult | None = None


def steps(board: Board) -> tuple[Step, ...]:
    """Welcome, totals, trophies one by one, the places from the last to the first, thanks to everybody.

    Teams that share a place are told together. Trophies nobody holds are left out, and so are places while nobody
    has points.
    """
    return tuple(_told(board))


def _told(board: Board) -> Iterator[Step]:
    yield Step("welcome", "Welcome")
    yield Step("totals", "What you did together")
    for trophy in board.trophies:
        if trophy.winners:
            yield Step("trophy", f"Trophy: {trophy.name}, for {_named(trophy.winners)}", trophy=trophy)
    if any(standing.points > 0 for standing in board.standings):
        yield from _places(board)
    yield Step("thanks", "Thanks to every team, and the end", teams=board.standings)


def _places(board: Board) -> Iterator[Step]:
    by_rank = [(rank, tuple(teams)) for rank, teams in groupby(board.standings, lambda standing: standing.rank)]
    for rank, teams in reversed(by_rank):
        names = _named([team.team for team in teams])
        act: Act = "winner" if rank == 1 else "podium" if rank <= PODIUM else "place"
        yield Step(
            act,
            f"{'Winner' if len(teams) == 1 else 'Winners'}: {names}"
            if rank == 1
            else f"{ordinal(rank)} place: {names}",
            teams=teams,
        )


def _named(names: Sequence[str]) -> str:
    """Names for the presenter's hint; of very many the first few."""
    more = len(names) - MAX_NAMED
    shown = [isolated(name) for name in (names if more <= 1 else names[:MAX_NAMED])]
    return listed(shown if more <= 1 else [*shown, f"{more} more"], "and")


def clamp(step: int, board: Board) -> int:
    """A step that this board has: a correction may have taken some away since the ceremony began."""
    return min(max(step, 0), len(steps(board)) - 1)


def reveals(step: Step) -> bool:
    """Tell whether everything is told with this step, so that nothing is left to keep from the public."""
    return step.act in {"winner", "thanks"}


def is_on(step: int, board: Board, moved_at: datetime, now: datetime) -> bool:
    """Tell whether screens show the stage: from the first "Next" on, until some minutes after the end."""
    is_at_end = clamp(step, board) == len(steps(board)) - 1
    return step > 0 and now - moved_at < (LINGERS if is_at_end else LASTS)
