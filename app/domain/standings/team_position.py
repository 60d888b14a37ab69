"""A team's place among the others, as a teammate would say it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.standings.board import Standing
from app.domain.text.direction import isolated
from app.domain.wording import listed, ordinal, points_text


@dataclass(frozen=True, slots=True)
class Placing:
    """A place such as "2nd of 8", and what separates the team from its neighbours.

    The place is empty while nobody has points, and for a team alone.
    """

    place: str
    shared: bool
    gap: str


def placing(standings: Sequence[Standing], own: Standing) -> Placing:
    """The place of one of the teams of a board, best first; nobody is told how far behind the last one is."""
    if standings[0].points <= 0 and own.rank == 1:
        return Placing("", shared=False, gap="No points yet.")
    level = [standing.team for standing in standings if standing.rank == own.rank and standing.team_id != own.team_id]
    place = f"{ordinal(own.rank)} of {len(standings)}" if len(standings) > 1 else ""
    return Placing(place, bool(level), _gap(standings, own, level))


def _gap(standings: Sequence[Standing], own: Standing, level: Sequence[str]) -> str:
    ahead = [standing for standing in standings if standing.rank < own.rank]
    if ahead:
        return _behind(ahead[-1], own)
    if level:
        return f"Tied with {listed([isolated(team) for team in level], 'and')}"
    chasing = [standing for standing in standings if standing.rank > own.rank]
    if not chasing:
        return ""
    behind = isolated(chasing[0].team)
    lead = own.points - chasing[0].points
    return f"{points_text(lead)} ahead of {behind}" if lead else f"Ahead of {behind} on the tie-break"


def _behind(ahead: Standing, own: Standing) -> str:
    behind = ahead.points - own.points
    if behind == 0:
        return f"Any more points put you ahead of {isolated(ahead.team)}"
    return f"{points_text(behind)} behind {isolated(ahead.team)}"
