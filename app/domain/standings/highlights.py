"""Highlights: what has just happened that a room wants to hear, told from two boards in a row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.domain.rules.model import Bonus, Quest, Rules
from app.domain.standings.board import Board, Standing
from app.domain.text.direction import isolated
from app.domain.wording import amount, listed, points_text

HighlightKind = Literal["lead", "quest", "early", "milestone"]

FIRST_MILESTONE = 10  # before, every activity would be one
_ROUND = (50, 25, 10)
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True, slots=True)
class Highlight:
    """One piece of good news; the same piece has the same `id` wherever and however often it is found."""

    id: str
    kind: HighlightKind
    title: str
    detail: str


def highlights(before: Board, after: Board, rules: Rules) -> list[Highlight]:
    """Compare two boards of an open week under the same rules for good news, the most telling first.

    Only good news: a lead counts where the new leader gained points, and nobody who lost something is named. A frozen
    board tells nothing, and neither does its reveal.
    """
    if before.week != after.week or {before.state, after.state} != {"open"} or before.frozen or after.frozen:
        return []
    then = {standing.team_id: standing for standing in before.standings}
    pairs = [(then[standing.team_id], standing) for standing in after.standings if standing.team_id in then]
    return [*_lead(before, after), *_quests(pairs, rules), *_early(pairs, rules), *_milestones(before, after, rules)]


def _leaders(board: Board) -> dict[str, Standing]:
    return {standing.team_id: standing for standing in board.standings if standing.rank == 1 and standing.points > 0}


def _lead(before: Board, after: Board) -> Iterator[Highlight]:
    """Somebody came to the front by points of their own."""
    then = {standing.team_id: standing.points for standing in before.standings}
    old, now = _leaders(before), _leaders(after)
    if any(team not in old and each.points > then.get(team, 0) for team, each in now.items()):
        teams = [isolated(each.team) for each in now.values()]
        points = next(iter(now.values())).points
        yield Highlight(
            id=f"lead-{'-'.join(sorted(now))}-{points}",
            kind="lead",
            title=f"In the lead: {listed(teams, 'and')}",
            detail=points_text(points) if len(teams) == 1 else f"{points_text(points)} each",
        )


def _quests(pairs: list[tuple[Standing, Standing]], rules: Rules) -> Iterator[Highlight]:
    points = {quest.name: quest.points for quest in rules.quests if _is_gift(quest)}
    for old, now in pairs:
        for name in now.quests:
            if name not in old.quests and name in points:
                yield Highlight(
                    id=f"quest-{now.team_id}-{name}",
                    kind="quest",
                    title=f"Quest complete: {name}",
                    detail=f"{isolated(now.team)}, {points_text(points[name])}",
                )


def _early(pairs: list[tuple[Standing, Standing]], rules: Rules) -> Iterator[Highlight]:
    for old, now in pairs:
        for bonus in rules.bonuses:
            count = now.bonuses[bonus.name]
            if bonus.starts is not None and _is_gift(bonus) and count > old.bonuses.get(bonus.name, 0):
                yield Highlight(
                    id=f"early-{now.team_id}-{bonus.name}-{count}",
                    kind="early",
                    title=f"{bonus.name} covered" if bonus.activity == "shift" else bonus.name,
                    detail=_who(old, now, bonus),
                )


def _who(old: Standing, now: Standing, bonus: Bonus) -> str:
    """The person where the newest award is this very one, and the team."""
    last = now.last_earned
    if last is None or last == old.last_earned or last.what != bonus.name or last.person is None:
        return isolated(now.team)
    return f"{isolated(last.person)}, {isolated(now.team)}"


def _is_gift(given: Bonus | Quest) -> bool:
    """Tell whether it adds points: rules may also take some away, and that is nothing to celebrate."""
    return given.points is None or given.points > 0


def _milestones(before: Board, after: Board, rules: Rules) -> Iterator[Highlight]:
    for kind in rules.kinds:
        count = after.totals.get(kind.name, 0)
        reached = milestone(count)
        if reached > milestone(before.totals.get(kind.name, 0)):
            yield Highlight(
                id=f"milestone-{kind.name}-{reached}",
                kind="milestone",
                title=f"The {ordinal(reached)} {kind.one}",
                detail=f"{amount(count, kind)} so far, all teams together",
            )


def milestone(count: int) -> int:
    """The largest round number that a count has reached: 10, 25, 50, 100, 250, 500, 1000 and so on; 0 before 10."""
    if count < FIRST_MILESTONE:
        return 0
    scale = int(10 ** (len(str(count)) - 2))
    return next(first * scale for first in _ROUND if first * scale <= count)


def ordinal(number: int) -> str:
    """A number as a place: 1st, 2nd, 11th, 100th."""
    ending = "th" if number % 100 in {11, 12, 13} else _ORDINALS.get(number % 10, "th")
    return f"{number}{ending}"
