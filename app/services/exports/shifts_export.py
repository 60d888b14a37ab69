"""Shifts of a week with who signed up: a row for each seat, and one for a shift without any."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlmodel import Session

from app.domain.view import View
from app.models import Week
from app.services.exports.tables import Format, Table
from app.services.shifts import listing
from app.services.shifts.listing import ShiftItem, ShiftSeat

_OF_SHIFT = (
    "shift_id", "date", "from", "until", "zone", "starts_at", "ends_at", "label", "place", "seats", "needed", "taken",
    "waiting", "cancelled",
)  # fmt: skip
_OF_SEAT = ("sign_up_id", "person", "email", "team", "team_id", "state", "signed_up_at")


def table(session: Session, week: Week, view: View, form: Format) -> Table:
    """The shifts as a view has them, in order of their start; seats that were given up or covered are left out."""
    items = listing.of_week(session, week, view)
    if form == "json":
        rows = [{**_shift(item), "sign_ups": list(map(_seat, item.seats))} for item in items]
        return Table("shifts", _OF_SHIFT, [rows])
    return Table("shifts", (*_OF_SHIFT, *_OF_SEAT), [list(_lines(items))])


def _lines(items: Iterable[ShiftItem]) -> Iterator[dict[str, Any]]:
    nobody = dict.fromkeys(_OF_SEAT)
    for item in items:
        for seat in map(_seat, item.seats):
            yield {**_shift(item), **seat}
        if not item.seats:
            yield {**_shift(item), **nobody}


def _shift(item: ShiftItem) -> dict[str, Any]:
    shift = item.shift
    return {
        "shift_id": shift.id, "date": shift.local_date.isoformat(), "from": shift.local_from,
        "until": shift.local_until, "zone": shift.zone, "starts_at": shift.starts_at, "ends_at": shift.ends_at,
        "label": shift.label, "place": shift.place, "seats": shift.seats, "needed": shift.needed, "taken": item.taken,
        "waiting": item.waiting, "cancelled": item.is_cancelled,
    }  # fmt: skip


def _seat(seat: ShiftSeat) -> dict[str, Any]:
    return {
        "sign_up_id": seat.id, "person": seat.person, "email": seat.email, "team": seat.team,
        "team_id": seat.team_id, "state": seat.state, "signed_up_at": seat.signed_up_at,
    }  # fmt: skip
