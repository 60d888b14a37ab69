"""Choices: what a person may do with each shift now, by the rules that decide once they try."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.memberships import Join, current_team, team_at
from app.domain.shifts import covers as cover_rules
from app.domain.shifts import seats as lives
from app.domain.shifts.covers import Takeover
from app.domain.shifts.limits import Slots, is_limited, slots_of
from app.domain.shifts.model import Code, ShiftFacts, ShiftSettings
from app.domain.shifts.model import Seat as SeatFacts
from app.domain.shifts.sign_up import Claim, sign_up_refusal
from app.domain.shifts.workload import IN_A_ROW, row_with
from app.models import Shift
from app.services.shifts import refusals
from app.services.shifts.listing import Offer, ShiftItem, ShiftSeat
from app.services.shifts.own_seats import OwnSeat

MANY_IN_A_ROW = IN_A_ROW
"""From so many shifts in a row on, somebody is warned."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A person's choice about one shift. `code` and `why` are the first reason against a seat, but that all are taken.

    `seat` is their own, with what they may do about it; `covers` are seats offered to them. A whole team would take
    `for_team` seats once so many are free, 0 where it cannot; with this shift they would have `in_a_row` without a
    pause. `asked_of` names whoever's seat they asked to take over, until an organizer decides.
    """

    code: Code | None = None
    why: str = ""
    seat: OwnSeat | None = None
    leave_until: datetime | None = None
    can_check_in: bool = False
    can_complete: bool = False
    can_offer: bool = False
    offer: Offer | None = None
    is_waiting: bool = False
    covers: tuple[ShiftSeat, ...] = ()
    for_team: int = 0
    in_a_row: int = 0
    asked_of: str = ""

    @property
    def can_leave(self) -> bool:
        """True if they may leave their seat now."""
        return self.leave_until is not None

    @property
    def is_open(self) -> bool:
        """True if nothing but taken seats stands against signing up."""
        return self.code is None and self.seat is None


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody's part in a week's shifts: members now by team, each team's slots with their start, people's shifts."""

    members: Mapping[str, tuple[str, ...]]
    slots: Slots
    shifts: Mapping[str, Sequence[Shift]]
    for_teams: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """The person who chooses, with their joins in the week and their own seats, in every week.

    Where seats need it, `unready` are those of them and their team who are not ready for a first shift.
    """

    person_id: str
    joins: Sequence[Join]
    seats: Sequence[OwnSeat]
    unready: frozenset[str] = frozenset()

    @property
    def team_id(self) -> str | None:
        """The team they are in now."""
        return current_team(self.joins)

    @property
    def is_ready(self) -> bool:
        """True unless seats need them to be ready for a first shift and they are not."""
        return self.person_id not in self.unready


def crowd_of(items: Iterable[ShiftItem], joins: Mapping[str, Sequence[Join]], deactivated: Collection[str]) -> Crowd:
    """Everybody's part in these shifts; who is deactivated is nobody's member."""
    members: dict[str, tuple[str, ...]] = {}
    for person_id in sorted(joins.keys() - deactivated):
        team_id = current_team(joins[person_id])
        if team_id is not None:
            members[team_id] = (*members.get(team_id, ()), person_id)
    live = [(seat.person_id, item.shift) for item in items for seat in item.seats if seat.is_live]
    shifts: dict[str, list[Shift]] = {}
    for person_id, shift in live:
        shifts.setdefault(person_id, []).append(shift)
    slots = slots_of(((person_id, shift.id, shift.starts_at) for person_id, shift in live), joins, deactivated)
    return Crowd(members, slots, shifts)


def choose(
    item: ShiftItem, reader: Reader, crowd: Crowd, settings: ShiftSettings, now: datetime, zone: ZoneInfo, *,
    is_week_open: bool,
) -> Choice:  # fmt: skip
    """Find what a person may do with a shift at a moment; when signing up opens is left to the whole page to say."""
    shift = item.shift
    facts = ShiftFacts(
        shift.starts_at, shift.ends_at, shift.seats, min(item.taken, shift.seats), item.is_cancelled, is_week_open
    )
    own = next((seat for seat in reader.seats if seat.shift_id == shift.id and seat.is_live), None)
    if own is not None:
        return _own_choice(own, item.seat_of(reader.person_id), facts, settings, now)
    missed = next((seat for seat in reader.seats if seat.shift_id == shift.id), None)
    team_id = team_at(reader.joins, shift.starts_at)
    other = next((seat for seat in reader.seats if seat.is_live and _overlap(seat, shift)), None)
    limited = is_limited(shift.id, shift.starts_at, team_id, crowd.slots, settings, zone, now)
    claim = Claim(0, team_id is not None, reader.is_ready, overlaps=other is not None, is_limited=limited)
    code = sign_up_refusal(facts, claim, ShiftSettings(needs_team=settings.needs_team), now)
    why = _why(code, shift, other, settings, now, zone) if code is not None and missed is None else ""
    return Choice(
        code, why, missed, is_waiting=reader.person_id in item.waiters,
        covers=_covers(item, reader.person_id, team_id, claim, facts, settings, now),
        for_team=_for_team(item, reader, crowd) if code is None else 0,
        in_a_row=in_a_row(reader.seats, shift) if code is None else 0,
        asked_of=_asked_of(item, reader.person_id),
    )  # fmt: skip


def _covers(
    item: ShiftItem, person_id: str, team_id: str | None, claim: Claim, facts: ShiftFacts, settings: ShiftSettings,
    now: datetime,
) -> tuple[ShiftSeat, ...]:  # fmt: skip
    """The seats offered to somebody that they would get."""
    offered = [seat for seat in item.seats if seat.offer is not None and seat.offer.is_to(person_id, team_id, seat)]

    def takeover(seat: ShiftSeat) -> Takeover:
        return Takeover(
            SeatFacts(seat.state, seat.signed_up_at), has_team=claim.has_team, is_ready=claim.is_ready,
            overlaps=claim.overlaps, is_limited=claim.is_limited,
        )  # fmt: skip

    return tuple(seat for seat in offered if cover_rules.accept_refusal(takeover(seat), facts, settings, now) is None)


def _why(
    code: Code, shift: Shift, other: OwnSeat | None, settings: ShiftSettings, now: datetime, zone: ZoneInfo
) -> str:
    """The sentence of a reason against a seat, as it reads before anybody tries."""
    if code == "started" and now < shift.ends_at:
        return "On now. Signing up ended at the start."
    if code == "limit":
        return refusals.limit_sentence(shift, settings, zone)
    return refusals.overlap_sentence(other) if code == "overlap" and other is not None else refusals.sentence(code)


def _asked_of(item: ShiftItem, person_id: str) -> str:
    asked = (seat.person for seat in item.seats if seat.offer is not None and seat.offer.taker_id == person_id)
    return next(asked, "")


def _own_choice(
    own: OwnSeat, shown: ShiftSeat | None, facts: ShiftFacts, settings: ShiftSettings, now: datetime
) -> Choice:
    seat = SeatFacts(own.state, own.signed_up_at, own.promoted)
    until = [lives.leave_until(seat, facts, settings)] if lives.leave(seat, facts, settings, now).to else []
    if shown is not None and shown.giver_id is not None and cover_rules.is_undone_by_leaving(seat, facts, now):
        until.append(cover_rules.undo_until(seat, facts))
    return Choice(
        seat=own,
        leave_until=max(until, default=None),
        can_check_in=lives.check_in(seat, facts, now).to is not None,
        can_complete=lives.complete(seat, facts, settings, now).to is not None,
        can_offer=cover_rules.offer_refusal(seat, facts, now) is None,
        offer=shown.offer if shown is not None else None,
    )


def _for_team(item: ShiftItem, reader: Reader, crowd: Crowd) -> int:
    """The number of seats that all of a team would take, free or not; 0 where they cannot, or it is one alone."""
    team_id = reader.team_id
    if team_id is None:
        return 0
    known = crowd.for_teams.get((item.shift.id, team_id))
    if known is None:
        seated = {seat.person_id for seat in item.seats if seat.is_live}
        missing = [person_id for person_id in crowd.members.get(team_id, ()) if person_id not in seated]
        others = (shift for person_id in missing for shift in crowd.shifts.get(person_id, ()))
        can = 2 <= len(missing) <= item.shift.seats and not any(_overlap(other, item.shift) for other in others)
        known = crowd.for_teams[item.shift.id, team_id] = tuple(missing) if can else ()
    return 0 if reader.unready.intersection(known) else len(known)


def _overlap(one: OwnSeat | Shift, shift: Shift) -> bool:
    return one.starts_at < shift.ends_at and one.ends_at > shift.starts_at


def in_a_row(seats: Sequence[OwnSeat], shift: Shift) -> int:
    """The number of shifts in a row that somebody would have with this one, as organizers count them too."""
    spans = {(seat.starts_at, seat.ends_at) for seat in seats if seat.is_live and seat.shift_id != shift.id}
    return row_with((shift.starts_at, shift.ends_at), spans)
