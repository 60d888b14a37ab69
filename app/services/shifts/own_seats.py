"""A person's own seats, as they are: no freeze hides them from whose they are."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from app.db.statements import Prepared
from app.domain.calendar.days import zone_or_utc
from app.domain.shifts.model import SeatState
from app.models import Seat, SeatChange, Shift, ShiftSettings, Week
from app.models.columns import Instant, is_id
from app.services.shifts.listing import ShiftItem


class OwnSeat(NamedTuple):
    """A person's own seat in any week, as it is: no freeze hides it from them; with the times of its shift."""

    id: str
    shift_id: str
    state: SeatState
    promoted: bool
    signed_up_at: datetime
    starts_at: datetime
    ends_at: datetime
    local_date: date
    local_from: str
    local_until: str
    zone: str

    @property
    def is_live(self) -> bool:
        """True unless they did not come."""
        return self.state != "no_show"


def of_person(session: Session, person_id: str, items: Sequence[ShiftItem]) -> list[OwnSeat]:
    """A person's seats, in whatever week, from the start of the first of these shifts to the end of the last."""
    if not items:
        return []
    since = items[0].shift.starts_at
    until = max(item.shift.ends_at for item in items)
    rows = _OWN.rows(session, person=person_id, since=since, until=until)
    return [_own(row) for row in rows]


def seat_in(session: Session, week: Week, shift_id: str, person_id: str) -> OwnSeat | None:
    """A person's seat in a shift of a week, unless it was cancelled or covered."""
    rows = _OWN_IN.rows(session, person=person_id, week=week.id, shift=shift_id) if is_id(shift_id) else []
    return _own(rows[0]) if rows else None


def _own(row: Sequence[Any]) -> OwnSeat:
    return OwnSeat._make((*row[:3], row[3] == "waiting", *row[4:]))


class NextSeat(NamedTuple):
    """A person's shift of now or the next one: its week's slug and name, its id and its times."""

    week: str
    week_name: str
    shift_id: str
    state: SeatState
    starts_at: datetime
    ends_at: datetime
    local_date: date
    local_from: str
    local_until: str
    zone: str

    @property
    def zone_now(self) -> str:
        """The short name of its zone's clocks at its start, such as PST."""
        return f"{self.starts_at.astimezone(zone_or_utc(self.zone)):%Z}"


def next_seat(session: Session, person_id: str, now: datetime) -> NextSeat | None:
    """A person's shift that is on, else their next one, in whatever week is open."""
    rows = _NEXT.rows(session, person=person_id, now=now)
    return NextSeat(*rows[0]) if rows else None


def unfinished(session: Session, person_id: str, now: datetime) -> NextSeat | None:
    """A person's latest shift that is over and that they have yet to complete themselves, in whatever week is open."""
    rows = _UNFINISHED.rows(session, person=person_id, now=now)
    return NextSeat(*rows[0]) if rows else None


class Correction(NamedTuple):
    """An organizer's change of a person's seat: to which state, why, and by whom; empty for programs and commands."""

    state: SeatState
    reason: str
    by: str


def correction_of(session: Session, seat_id: str) -> Correction | None:
    """The last change of a seat if it had a reason, as those of organizers have."""
    rows = _LAST_CHANGE.rows(session, seat=seat_id)
    if not rows or not rows[0][1]:
        return None
    state, reason, by, person_id = rows[0]
    return Correction(state, reason, by if person_id else "")


_OWN_SEATS: Any = (
    select(
        col(Seat.id), col(Seat.shift_id), col(Seat.state), col(Seat.origin), col(Seat.signed_up_at),
        col(Shift.starts_at), col(Shift.ends_at), col(Shift.local_date), col(Shift.local_from),
        col(Shift.local_until), col(Shift.zone),
    )
    .join(Shift, col(Shift.id) == col(Seat.shift_id))
    .where(
        col(Seat.person_id) == bindparam("person"), col(Seat.state) != "cancelled", col(Seat.state) != "covered"
    )
    .order_by(col(Shift.starts_at), col(Seat.state) == "no_show", col(Seat.id))
)  # fmt: skip
_OWN = Prepared(
    _OWN_SEATS.where(
        col(Shift.ends_at) > bindparam("since", type_=Instant), col(Shift.starts_at) < bindparam("until", type_=Instant)
    )
)
_OWN_IN = Prepared(
    _OWN_SEATS.where(col(Shift.week_id) == bindparam("week"), col(Shift.id) == bindparam("shift")).limit(1)
)
_LIVE = tuple(col(Seat.state) != state for state in ("cancelled", "covered", "no_show"))
_IN_OPEN_WEEKS: Any = (
    select(
        col(Week.slug), col(Week.name), col(Seat.shift_id), col(Seat.state), col(Shift.starts_at), col(Shift.ends_at),
        col(Shift.local_date), col(Shift.local_from), col(Shift.local_until), col(Shift.zone),
    )
    .join(Shift, col(Shift.id) == col(Seat.shift_id))
    .join(Week, col(Week.id) == col(Shift.week_id))
    .where(col(Seat.person_id) == bindparam("person"), *_LIVE, col(Week.state) == "open")
    .limit(1)
)  # fmt: skip
_NEXT = Prepared(
    _IN_OPEN_WEEKS.where(col(Shift.ends_at) > bindparam("now", type_=Instant)).order_by(
        col(Shift.starts_at), col(Seat.id)
    )
)
_UNFINISHED = Prepared(
    _IN_OPEN_WEEKS.join(ShiftSettings, col(ShiftSettings.week_id) == col(Week.id))
    .where(
        col(ShiftSettings.completes) == "person",
        col(Seat.state) == "checked_in",
        col(Shift.ends_at) <= bindparam("now", type_=Instant),
    )
    .order_by(col(Shift.starts_at).desc(), col(Seat.id))
)
_LAST_CHANGE = Prepared(
    select(col(SeatChange.after), col(SeatChange.reason), col(SeatChange.changed_by), col(SeatChange.by_person_id))
    .where(col(SeatChange.seat_id) == bindparam("seat"))
    .order_by(col(SeatChange.id).desc())
    .limit(1)
)
