"""The hall of fame: the winners, trophies and totals of closed weeks, and the records among them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session

from app.domain.actor import Actor
from app.domain.rules import Rules
from app.domain.standings.board import BoardHead, TrophyResult
from app.models import Week
from app.services.standings import heads
from app.services.weeks import weeks

MOST = 50
"""Weeks that are looked at, the newest ones: twelve years of one a quarter."""


class Count(NamedTuple):
    """A week's number of one kind of activity, with its noun."""

    kind: str
    number: int
    noun: str


class Result(NamedTuple):
    """The result of a closed week; without points nobody won, and no trophy is told. No counts: nobody did anything."""

    week: str
    name: str
    starts: date
    ends: date
    headline: str
    winners: tuple[str, ...]
    points: int
    trophies: tuple[TrophyResult, ...]
    counts: tuple[Count, ...]


class Record(NamedTuple):
    """The most of something in any week: its number and noun, and by whom (None for a week as a whole), in which."""

    number: int
    noun: str
    teams: tuple[str, ...] | None
    weeks: tuple[Result, ...]


class Hall(NamedTuple):
    """The results that a reader may see; whether older ones were left out, and whether weeks are archived."""

    results: list[Result]
    is_cut: bool
    has_archived: bool


class HallOfFame:
    """The results of closed weeks, each kept for as long as its version lasts; safe to call from several threads."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[int, Result]] = {}

    def results(self, session: Session, actor: Actor, now: datetime) -> Hall:
        """The results of closed weeks, the newest first; one that hides its end from the actor isn’t among them."""
        every = weeks.every(session)
        shown = [week for week in every if _is_shown(week, actor)]
        results = self._results(session, shown[:MOST], now)
        return Hall(results, len(shown) > MOST, any(week.archived_at is not None for week in every))

    def _results(self, session: Session, shown: Sequence[Week], now: datetime) -> list[Result]:
        kept = self._kept
        known = {week.id: kept[week.id][1] for week in shown if week.id in kept and kept[week.id][0] == week.version}
        fresh = [week for week in shown if week.id not in known]
        headed = heads.of_closed(session, fresh, now)
        made = {week.id: result_of(week, *headed[week.id]) for week in fresh}
        self._kept = {**kept, **{week.id: (week.version, made[week.id]) for week in fresh}}
        return [known.get(week.id) or made[week.id] for week in shown]


def _is_shown(week: Week, actor: Actor) -> bool:
    is_listed = week.state == "closed" and week.archived_at is None
    return is_listed and not weeks.view(week, actor).looks_back


def result_of(week: Week, head: BoardHead, rules: Rules) -> Result:
    """The result that the head of a closed week's board shows."""
    counts = [
        Count(kind.name, number, kind.one if number == 1 else kind.many)
        for kind in rules.kinds
        if (number := head.totals.get(kind.name, 0))
    ]
    winners = head.leaders if head.best > 0 else ()
    trophies = tuple(each for each in head.trophies if each.winners) if winners else ()
    return Result(
        week.slug, week.name, week.starts, week.ends, head.headline, winners, head.best, trophies, tuple(counts)
    )


def records(results: Sequence[Result]) -> list[Record]:
    """The most points of a team and the most activities of each kind in one of several weeks; none in a single one."""
    return [*_of_points(results), *_of_kinds(results)] if len(results) > 1 else []


def _of_points(results: Sequence[Result]) -> list[Record]:
    won = [each for each in results if each.winners]
    if not won:
        return []
    best = max(each.points for each in won)
    holders = [each for each in won if each.points == best]
    teams = tuple(dict.fromkeys(team for each in holders for team in each.winners))
    return [Record(best, "point" if best == 1 else "points", teams, tuple(holders))]


def _of_kinds(results: Sequence[Result]) -> list[Record]:
    """The newest week's noun for a kind that rules named differently."""
    found = []
    for kind in dict.fromkeys(count.kind for each in results for count in each.counts):
        pairs = [(count, each) for each in results for count in each.counts if count.kind == kind]
        most = max(count.number for count, _ in pairs)
        best = [(count, each) for count, each in pairs if count.number == most]
        found.append(Record(most, best[0][0].noun, None, tuple(each for _, each in best)))
    return found
