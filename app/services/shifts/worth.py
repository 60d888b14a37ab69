"""The worth of shifts to a person or a team: the points a seat would bring, and the rank it would take them to."""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.domain.memberships import Join, current_team, team_at
from app.domain.rules import Rules
from app.domain.scoring.activity import Activity, Adjustment
from app.domain.scoring.sums import score_teams
from app.domain.scoring.tally import total
from app.domain.shifts.worth import Worth, WorthPart, kind_of_slot, worth, would_be
from app.domain.standings.ranking import SortKey, sort_key
from app.domain.view import View
from app.errors import NotFound
from app.models import Week
from app.services.people import week_members
from app.services.rules import rule_sets
from app.services.scoring import activity_queries
from app.services.shifts.listing import ShiftItem
from app.services.shifts.seat_queries import deactivated
from app.services.standings import boards
from app.services.standings.boards import LiveStandings
from app.services.teams import teams
from app.services.weeks.weeks import WeekStamp

MOST_WEEKS = 8
"""The number of weeks whose worths are kept; further ones are computed anew, as the oldest are forgotten."""

MOST_PEOPLE = 1_000
"""The number of people of a week whose worths are kept, those who looked last."""


@dataclass(frozen=True, slots=True)
class ShiftWorth:
    """The points that seats of a shift would bring their team, and its rank now and then; without ranks in a freeze."""

    points: int = 0
    parts: tuple[WorthPart, ...] = ()
    rank_now: int | None = None
    rank_then: int | None = None


class _Slot(NamedTuple):
    """A kind of slot as one team's: its worth, and the key that the team would be ranked by."""

    worth: Worth
    key: SortKey


@dataclass(frozen=True, slots=True)
class _Team:
    """A team's activities under some rules, and the slots scored with them; made anew once its score changes."""

    id: str
    own: list[Activity]
    adjustments: list[Adjustment]
    rules: Rules
    zone: ZoneInfo
    slots: dict[Hashable, _Slot] = field(default_factory=dict)

    def slot(
        self, key: Hashable, people: Sequence[str], shift_id: str, starts_at: datetime, *, credited: bool
    ) -> _Slot:
        """The worth of seats for these people; the first of them has the shift, unless it is credited already."""
        known = self.slots.get(key)
        if known is None:
            more = [
                would_be(person, self.id, shift_id, starts_at, credited=credited or number > 0)
                for number, person in enumerate(people)
            ]
            scored = score_teams([*self.own, *more], self.adjustments, self.rules, self.zone)
            tally = total(scored[self.id].days.values() if self.id in scored else ())
            found = worth(self.own, more, self.rules, self.zone)
            known = self.slots[key] = _Slot(found, sort_key(tally, self.rules.ties))
        return known


class ReaderWorths(NamedTuple):
    """The worths of shifts by id: to one person, and to their whole team if all of it takes them."""

    own: Mapping[str, ShiftWorth]
    team: Mapping[str, ShiftWorth]


class _Known(NamedTuple):
    """The worths of some shifts to a person with these joins, and to the members of their team."""

    items: Sequence[ShiftItem]
    joins: tuple[Join, ...]
    members: Sequence[str]
    worths: ReaderWorths


@dataclass(frozen=True)
class _KeptWeek:
    """A week as its worths were computed last: live standings, or None where a freeze is looked back to."""

    live: LiveStandings | None
    rules: Rules
    zone: ZoneInfo
    teams: dict[str, _Team] = field(default_factory=dict)
    kinds: dict[datetime, Hashable] = field(default_factory=dict)
    rivals: dict[str, list[SortKey]] = field(default_factory=dict)
    people: dict[str, _Known] = field(default_factory=dict)

    def kind(self, starts_at: datetime) -> Hashable:
        known = self.kinds.get(starts_at)
        if known is None:
            known = self.kinds[starts_at] = kind_of_slot(starts_at, self.rules, self.zone)
        return known

    def rank_now(self, team_id: str) -> int | None:
        return self.live.standings.ranks.get(team_id) if self.live is not None else None

    def others(self, team_id: str) -> list[SortKey]:
        """The sort keys of all other teams, best first; none where there are no ranks to tell."""
        keys = self.rivals.get(team_id)
        if keys is None:
            lines = self.live.standings.lines if self.live is not None else {}
            keys = self.rivals[team_id] = sorted(line.key for other, line in lines.items() if other != team_id)
        return keys


class Worths:
    """The worth of a week's shifts, kept per team until its score or the rules change: a view scores few slots.

    Safe for threads: whatever two of them compute at once is the same.
    """

    def __init__(self) -> None:
        self._weeks: dict[tuple[int, int | None], _KeptWeek] = {}

    def for_person(
        self, session: Session, week: Week, items: Sequence[ShiftItem], view: View, now: datetime, person_id: str
    ) -> Mapping[str, ShiftWorth]:
        """The worth of each of these shifts to a person, by shift id, as a view has it; nothing without a team.

        A slot that a teammate has a seat in counts as credited, one that they completed themselves is worth no more.
        """
        return self.for_reader(session, week, items, view, now, person_id).own

    def for_reader(
        self, session: Session, week: Week, items: Sequence[ShiftItem], view: View, now: datetime, person_id: str,
        members: Sequence[str] = (),
    ) -> ReaderWorths:  # fmt: skip
        """The same, and the worths to the team that they and these `members` are now; without any, to no team.

        For the very same items it costs nothing until something changes.
        """
        kept = self._kept(session, week, view, now)
        joins = tuple(teams.joins(session, week, [person_id]).get(person_id, ()))
        known = kept.people.pop(person_id, None)
        if known is None or known.items is not items or known.joins != joins or known.members != members:
            own = {item.shift.id: self._of(session, week, kept, view, item, person_id, joins) for item in items}
            team_id = current_team(joins) if members else None
            team = self._of_team(session, week, kept, view, items, team_id, members) if team_id is not None else {}
            known = _Known(items, joins, members, ReaderWorths(own, team))
        kept.people[person_id] = known
        _forget_oldest(kept.people, MOST_PEOPLE)
        return known.worths

    def _of(
        self, session: Session, week: Week, kept: "_KeptWeek", view: View, item: ShiftItem, person_id: str,
        joins: Sequence[Join],
    ) -> ShiftWorth:  # fmt: skip
        starts_at = item.shift.starts_at
        team_id = team_at(joins, starts_at)
        if team_id is None:
            return ShiftWorth()
        has_done_it = any(seat.person_id == person_id and seat.state == "completed" for seat in item.seats)
        credited = any(seat.team_id == team_id and seat.person_id != person_id and seat.is_live for seat in item.seats)
        team = self._team(session, week, kept, view, team_id)
        people = [] if has_done_it else [person_id]
        return _worth(kept, team, people, item.shift.id, starts_at, credited=credited)

    def for_team(
        self, session: Session, week: Week, items: Iterable[ShiftItem], view: View, now: datetime, team_id: str
    ) -> dict[str, ShiftWorth]:
        """The worth of each of these shifts to a team if all its active members take it, by id, as a view has it."""
        joins = week_members.joins_of_team(session, week, team_id)
        members = {person_id for person_id, each in joins.items() if current_team(each) == team_id}
        active = sorted(members - deactivated(session, members))
        return self._of_team(session, week, self._kept(session, week, view, now), view, items, team_id, active)

    def _of_team(
        self, session: Session, week: Week, kept: "_KeptWeek", view: View, items: Iterable[ShiftItem], team_id: str,
        members: Sequence[str],
    ) -> dict[str, ShiftWorth]:  # fmt: skip
        worths: dict[str, ShiftWorth] = {}
        team = self._team(session, week, kept, view, team_id)
        for item in items:
            seats = [seat for seat in item.seats if seat.team_id == team_id and seat.is_live]
            done = {seat.person_id for seat in seats if seat.state == "completed"}
            missing = [person_id for person_id in members if person_id not in done]
            worths[item.shift.id] = _worth(
                kept, team, missing, item.shift.id, item.shift.starts_at, credited=bool(seats)
            )
        return worths

    def _kept(self, session: Session, week: Week, view: View, now: datetime) -> _KeptWeek:
        key = week.id, view.upto
        known = self._weeks.pop(key, None)
        if view.looks_back:
            kept = known or _KeptWeek(None, rule_sets.rules_numbered(session, view.rule_set_id), week.zone)
        else:
            kept = _follow(session, week, now, known)
        self._weeks[key] = kept
        _forget_oldest(self._weeks, MOST_WEEKS)
        return kept

    def _team(self, session: Session, week: Week, kept: _KeptWeek, view: View, team_id: str) -> _Team:
        known = kept.teams.get(team_id)
        if known is None:
            try:
                own = boards.activities_of(session, week, team_id, view)
            except NotFound:  # a team that was made after the freeze
                own = []
            adjustments = activity_queries.adjustments(session, week, team_id=team_id, view=view)
            known = kept.teams[team_id] = _Team(team_id, own, adjustments, kept.rules, kept.zone)
        return known


def _forget_oldest(kept: dict[Any, Any], most: int) -> None:
    """Keep the `most` newest alone; of a copy of the keys, as another thread may add some meanwhile."""
    for key in list(kept)[: max(len(kept) - most, 0)]:
        kept.pop(key, None)


def _follow(session: Session, week: Week, now: datetime, known: _KeptWeek | None) -> _KeptWeek:
    """The week as it stands, with the teams whose scores are those that are known."""
    stamp = WeekStamp(*(getattr(week, name) for name in WeekStamp._fields))
    live = boards.follow(session, stamp, now, known.live if known is not None else None)
    rules = live.standings.rules
    if known is None or known.live is None or live.changed is None or known.rules is not rules:
        return _KeptWeek(live, rules, week.zone)
    if live.standings is known.live.standings:
        return known
    unchanged = {team_id: team for team_id, team in known.teams.items() if team_id not in live.changed}
    return _KeptWeek(live, rules, week.zone, unchanged, known.kinds)


def _worth(
    kept: _KeptWeek, team: _Team, people: Sequence[str], shift_id: str, starts_at: datetime, *, credited: bool
) -> ShiftWorth:
    rank_now = kept.rank_now(team.id)
    if not people:
        return ShiftWorth(rank_now=rank_now, rank_then=rank_now)
    key: tuple[Hashable, ...] = (*people, credited, kept.kind(starts_at))
    slot = team.slot(key, people, shift_id, starts_at, credited=credited)
    others = kept.others(team.id)
    if rank_now is not None and _goes_by_time(slot.key, others, team.rules):
        slot = team.slot((*key, shift_id, starts_at), people, shift_id, starts_at, credited=credited)
    rank_then = 1 + bisect_left(others, slot.key) if rank_now is not None else None
    return ShiftWorth(slot.worth.points, slot.worth.parts, rank_now, rank_then)


def _goes_by_time(key: SortKey, others: Sequence[SortKey], rules: Rules) -> bool:
    """Tell whether only the time of the last award parts the team from another one: that differs by slot."""
    place = next((place for place, metric in enumerate(rules.ties, start=1) if metric.kind == "earliest"), None)
    if place is None:
        return False
    index = bisect_left(others, key[:place])
    return index < len(others) and others[index][:place] == key[:place]
