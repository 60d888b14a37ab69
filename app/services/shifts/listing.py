"""Shifts as readers see them: who is on each, whose seat is offered, how many wait; few queries, however many."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.domain.memberships import Join, team_at
from app.domain.shifts.model import LIVE, SeatState
from app.domain.view import View
from app.errors import NotFound
from app.models import Person, Seat, SeatChange, SeatOffer, Shift, WaitingEntry, Week
from app.models.columns import is_id
from app.services.shifts import shifts
from app.services.teams import teams

_ATTENDED: tuple[SeatState, ...] = ("checked_in", "completed", "no_show")
"""The states that a freeze hides: sign-ups stay visible, what became of them does not."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A seat's standing offer: `to` is "everyone", "team" or a name; `taker` the name of who took it up, if pending."""

    to: str
    audience: Literal["everyone", "team", "person"]
    person_id: str | None = None
    taker: str | None = None
    taker_id: str | None = None

    @property
    def is_pending(self) -> bool:
        """True while an organizer has to approve the cover."""
        return self.taker_id is not None

    def is_to(self, person_id: str, team_id: str | None, seat: "ShiftSeat") -> bool:
        """Tell whether somebody of a team may take the seat."""
        if self.is_pending or seat.person_id == person_id:
            return False
        if self.audience == "team":
            return team_id is not None and team_id == seat.team_id
        return self.audience == "everyone" or self.person_id == person_id


@dataclass(frozen=True, slots=True)
class ShiftSeat:
    """A seat as its reader may see it; `team` is its holder's at the shift's start, None without one."""

    id: str
    person_id: str
    person: str
    email: str
    team_id: str | None
    team: str | None
    state: SeatState
    promoted: bool
    signed_up_at: datetime
    giver_id: str | None = None
    offer: Offer | None = None

    @property
    def is_live(self) -> bool:
        """True unless it ended without anybody on the shift."""
        return self.state in LIVE


@dataclass(frozen=True, slots=True)
class ShiftItem:
    """A shift with its live and no-show seats, oldest first, and who waits for one, first come first."""

    shift: Shift
    seats: tuple[ShiftSeat, ...]
    waiters: tuple[str, ...] = ()

    @property
    def waiting(self) -> int:
        """The number of people who wait for a seat."""
        return len(self.waiters)

    @property
    def taken(self) -> int:
        """The number of live seats, as its reader may see them."""
        return sum(seat.is_live for seat in self.seats)

    @property
    def free(self) -> int:
        """The number of seats nobody has; a cancelled shift has none."""
        return 0 if self.is_cancelled else max(self.shift.seats - self.taken, 0)

    @property
    def is_cancelled(self) -> bool:
        """True if an organizer cancelled the shift."""
        return self.shift.cancelled_at is not None

    def seat_of(self, person_id: str) -> ShiftSeat | None:
        """A person's live seat, else the one they did not come to."""
        own = [seat for seat in self.seats if seat.person_id == person_id]
        return max(own, key=lambda seat: seat.is_live, default=None)


def of_week(session: Session, week: Week, view: View, *, viewer: str | None = None) -> list[ShiftItem]:
    """The shifts of a week in order of their start, cancelled ones too, as a view has them.

    While it looks back, what became of a seat since the freeze is shown to its holder alone: `viewer`, by id.
    """
    return _items(session, week, view, viewer, shifts.of_week(session, week))


def of_shift(session: Session, week: Week, shift_id: str, view: View, *, viewer: str | None = None) -> ShiftItem:
    """One shift of a week as `of_week` has it. Raises NotFound."""
    shift = session.get(Shift, shift_id) if is_id(shift_id) else None
    if shift is None or shift.week_id != week.id:
        raise NotFound("There’s no shift with that id in this week.")
    return _items(session, week, view, viewer, [shift])[0]


def seat_id_of(session: Session, shift_id: str, person_id: str) -> str | None:
    """The id of a person's seat in a shift, the live one before those that ended; None where they never had any."""
    if not is_id(shift_id):
        return None
    rows = _SEATS_OF_PERSON.rows(session, shift=shift_id, person=person_id)
    return next((seat_id for seat_id, state in rows if state in LIVE), rows[0][0] if rows else None)


def _items(session: Session, week: Week, view: View, viewer: str | None, listed: Sequence[Shift]) -> list[ShiftItem]:
    if not listed:
        return []
    key = {"week": week.id, "first": listed[0].starts_at, "last": listed[-1].starts_at}
    seats: defaultdict[str, list[ShiftSeat]] = defaultdict(list)
    offers = {seat_id: _offer(view, *columns) for seat_id, *columns in _OFFERS.rows(session, **key)}
    then = _states_then(session, week, key) if view.looks_back else None
    starts = {shift.id: shift.starts_at for shift in listed}
    rows = [row for row in _SEATS.rows(session, **key) if row[0] in starts]
    team_of = _team_finder(session, week, view, {row[2] for row in rows})
    for shift_id, seat_id, person_id, name, email, state, origin, at, giver_id in rows:
        team_id, team = team_of(person_id, starts[shift_id])
        is_hidden = then is not None and person_id != viewer and state in _ATTENDED
        seats[shift_id].append(
            ShiftSeat(
                seat_id, person_id, view.name_of(person_id, name), email, team_id, team,
                then.get(seat_id, "signed_up") if is_hidden and then is not None else state,
                origin == "waiting", at, giver_id, offers.get(seat_id),
            )
        )  # fmt: skip
    waiters: defaultdict[str, list[str]] = defaultdict(list)
    for shift_id, person_id in _WAITERS.rows(session, **key):
        waiters[shift_id].append(person_id)
    return [ShiftItem(shift, tuple(seats[shift.id]), tuple(waiters[shift.id])) for shift in listed]


def _offer(
    view: View, audience: Any, state: str, person_id: str | None, name: str | None, taker_id: str, taker: str
) -> Offer:
    to = view.name_of(person_id, name) if person_id is not None and name is not None else audience
    if state != "pending":
        return Offer(to, audience, person_id)
    return Offer(to, audience, person_id, view.name_of(taker_id, taker), taker_id)


class _TeamFinder:
    """The id and name of the team that people were in at a moment."""

    def __init__(self, joins: Mapping[str, Sequence[Join]], names: Mapping[str, str]) -> None:
        self._joins, self._names = joins, names

    def __call__(self, person_id: str, at: datetime) -> tuple[str | None, str | None]:
        team_id = team_at(self._joins.get(person_id, ()), at)
        return (team_id, self._names.get(team_id)) if team_id is not None else (None, None)


def _team_finder(session: Session, week: Week, view: View, people: Iterable[str]) -> _TeamFinder:
    found = set(people)
    joins = teams.joins(session, week, view=view) if found else {}
    return _TeamFinder(joins, dict(teams.named(session, week, view=view)) if joins else {})


def _states_then(session: Session, week: Week, key: Mapping[str, Any]) -> dict[str, SeatState]:
    """The attendance there was at the freeze, by seat id; a seat that nobody had then has been taken since."""
    states = dict(_CHANGES_UNTIL.rows(session, **key, until=week.frozen_at))
    return {seat_id: state for seat_id, state in states.items() if state in _ATTENDED}


def _select_of_shifts(*columns: Any) -> Any:
    return select(*columns).where(
        col(Shift.week_id) == bindparam("week"),
        col(Shift.starts_at).between(bindparam("first"), bindparam("last")),
    )


_OFFERED_TO, _TAKER = aliased(Person), aliased(Person)
_SEATS = Prepared(
    _select_of_shifts(
        Seat.shift_id, Seat.id, Seat.person_id, Person.name, Person.email, Seat.state, Seat.origin,
        Seat.signed_up_at, Seat.giver_id,
    )
    .join(Shift, col(Shift.id) == Seat.shift_id)
    .join(Person, col(Person.id) == Seat.person_id)
    .where(col(Seat.state) != "cancelled", col(Seat.state) != "covered")
    .order_by(col(Seat.signed_up_at), col(Seat.id))
)  # fmt: skip
_OFFERS = Prepared(
    _select_of_shifts(
        SeatOffer.seat_id, SeatOffer.audience, SeatOffer.state, SeatOffer.person_id, _OFFERED_TO.name,
        SeatOffer.taker_id, _TAKER.name,
    )
    .join(Seat, col(Seat.id) == SeatOffer.seat_id)
    .join(Shift, col(Shift.id) == Seat.shift_id)
    .outerjoin(_OFFERED_TO, _OFFERED_TO.id == SeatOffer.person_id)
    .outerjoin(_TAKER, _TAKER.id == SeatOffer.taker_id)
    .where((col(SeatOffer.state) == "open") | (col(SeatOffer.state) == "pending"))
)  # fmt: skip
_WAITERS = Prepared(
    _select_of_shifts(WaitingEntry.shift_id, WaitingEntry.person_id)
    .join(Shift, col(Shift.id) == WaitingEntry.shift_id)
    .where(col(WaitingEntry.state) == "waiting")
    .order_by(col(WaitingEntry.id))
)
_CHANGES_UNTIL = Prepared(
    _select_of_shifts(SeatChange.seat_id, SeatChange.after)
    .join(Seat, col(Seat.id) == SeatChange.seat_id)
    .join(Shift, col(Shift.id) == Seat.shift_id)
    .where(col(SeatChange.changed_at) <= bindparam("until"))
    .order_by(col(SeatChange.id))
)
_SEATS_OF_PERSON = Prepared(
    select(col(Seat.id), col(Seat.state))
    .where(col(Seat.shift_id) == bindparam("shift"), col(Seat.person_id) == bindparam("person"))
    .order_by(col(Seat.signed_up_at).desc(), col(Seat.id))
)
