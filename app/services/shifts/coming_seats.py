"""Seats to come: those that change their team where their person moves."""

from collections import Counter
from collections.abc import Collection

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.shifts.model import LIVE
from app.models import Seat, Shift, Week
from app.services.id_sets import among


def count(session: Session, week: Week, person_ids: Collection[str], act: Act) -> dict[str, int]:
    """Count the seats that move along with each of these people, in one query; who has none is left out."""
    if not person_ids:
        return {}
    query = select(Seat.person_id).join(Shift, col(Shift.id) == Seat.shift_id)
    coming = Shift.week_id == week.id, col(Shift.starts_at) >= act.now, col(Seat.state).in_(LIVE)
    return dict(Counter(session.exec(query.where(*coming, among(session, Seat.person_id, person_ids)))))
