"""Memberships: which team a person's work belongs to, whenever it is credited."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple


class Join(NamedTuple):
    """A person joins a team at a moment (UTC); `team` None means they left the one they were in."""

    team: str | None
    at: datetime


def team_at(joins: Sequence[Join], occurred_at: datetime) -> str | None:
    """The team a person's work of that moment belongs to; None only for who never joined one.

    Before their first team it is that first team; after leaving, the team they left. Joins of one
    moment count in the order given.
    """
    if len(joins) == 1:
        return joins[0].team
    joined = sorted((join for join in joins if join.team is not None), key=attrgetter("at"))
    if not joined:
        return None
    team = joined[0].team
    for join in joined:
        if join.at <= occurred_at:
            team = join.team
    return team


def spans_in(joins: Sequence[Join], team: str) -> list[tuple[datetime | None, datetime | None]]:
    """The half-open spans of moments whose work belongs to this team; None is before all times, or after them."""
    joined = sorted((join for join in joins if join.team is not None), key=attrgetter("at"))
    ends = [*(join.at for join in joined[1:]), None]
    begins = [None, *ends[:-1]] if joined else []
    spans = zip(joined, begins, ends, strict=False)
    return [(begin, end) for join, begin, end in spans if join.team == team and (begin is None or begin != end)]


def work_moves(joins: Sequence[Join], team: str | None) -> tuple[str | None, str] | None:
    """From which team (None: from none) to which a person's later work moves if they join `team` after all of these.

    None where no work moves: to leave a team takes none out of it, and to come back to it brings none.
    """
    if team is None:
        return None
    last = current_team([join for join in joins if join.team is not None])
    return None if last == team else (last, team)


def current_team(joins: Sequence[Join]) -> str | None:
    """The team a person is in after all of it; None after leaving, or without ever joining."""
    return max(reversed(joins), key=attrgetter("at")).team if joins else None
