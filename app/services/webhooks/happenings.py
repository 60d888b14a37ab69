"""Events that are told as they happen: a shift that has its people, a week that is closed."""

from datetime import datetime

from sqlmodel import Session

from app.db.database import do_last
from app.models import Shift, Week
from app.services.webhooks import endpoints, messages
from app.services.weeks.weeks import AnyWeek


def week_closed(session: Session, week: Week, now: datetime) -> None:
    """Tell that a week was closed; of a rehearsal nothing is told."""
    if week.rehearsal_of is not None:
        return
    data = {"week": week.slug, "name": week.name, "closed_at": now, "frozen": week.frozen_at is not None}
    messages.write(session, endpoints.wanting(session, week.id, "week.closed"), "week.closed", now, data)


def shift_changes(session: Session, week: AnyWeek, shift: Shift, now: datetime) -> None:
    """Tell at the end of this transaction if it gave a shift the people it needs; to be called before each change.

    Looked at once and last, because a cover takes a seat away before it gives it to somebody else. What becomes true of
    a past shift of a frozen week tells of who came after all, which is hidden.
    """
    known = session.info.setdefault("coverage", {})
    if shift.id in known or week.rehearsal_of is not None:
        return
    known[shift.id] = is_covered(shift)

    def tell(session: Session) -> None:
        was_covered = known.pop(shift.id)
        is_hidden = week.frozen_version is not None and shift.ends_at <= now
        if was_covered or not is_covered(shift) or is_hidden or week.state != "open":
            return
        told = endpoints.wanting(session, week.id, "shift.covered")
        messages.write(session, told, "shift.covered", now, _data(week, shift))

    do_last(session, f"webhook {shift.id}", tell)


def is_covered(shift: Shift) -> bool:
    """Tell whether a shift that is not cancelled has as many people as it needs."""
    return shift.cancelled_at is None and shift.taken >= shift.needed


def _data(week: AnyWeek, shift: Shift) -> dict[str, object]:
    return {
        "week": week.slug, "id": shift.id, "label": shift.label, "place": shift.place, "starts_at": shift.starts_at,
        "ends_at": shift.ends_at, "seats": shift.seats, "needed": shift.needed, "taken": shift.taken,
    }  # fmt: skip
