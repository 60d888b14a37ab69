"""The stages of a shift that Slack tells whoever is on it: it begins, and it is over; planned with its reminders."""

from datetime import datetime, timedelta
from typing import Final, Literal

from sqlmodel import Session, col, select

from app.models import Seat, Shift
from app.services import jobs, slack_messages
from app.services.jobs import Planned
from app.services.slack_messages import END, START, PlannedMessage
from app.services.weeks import weeks

STAGE: Final = "slack.stage"
"""The kind of the job that writes to whoever is on a shift then."""
SETTLED: Final = timedelta(minutes=1)
"""The time after its end until a shift is completed, and its points are there."""
LATE: Final = timedelta(minutes=30)
"""The time after which a stage is of no interest."""

Stage = Literal["start", "end"]
_STATES: dict[Stage, tuple[str, ...]] = {START: ("signed_up", "checked_in"), END: ("checked_in", "completed")}


def plan(session: Session, shift: Shift) -> None:
    """Have the stages of a shift told, once for each start and end that it ever has."""
    times: dict[Stage, datetime] = {START: shift.starts_at, END: shift.ends_at + SETTLED}
    planned = [
        Planned({"shift": shift.id, "stage": stage, "at": at.isoformat()}, at, f"{STAGE}:{stage}:{shift.id}:{at}")
        for stage, at in times.items()
    ]
    jobs.enqueue_all(session, STAGE, planned)


def tell(session: Session, shift_id: str, stage: Stage, at: datetime, now: datetime) -> None:
    """Write to whoever is on a shift, unless it was moved or cancelled; those want it who want reminders there."""
    shift = session.get(Shift, shift_id)
    if shift is None or shift.cancelled_at is not None or not at <= now < at + LATE:
        return
    week = weeks.find_by_id(session, shift.week_id)
    is_then = at == (shift.starts_at if stage == START else shift.ends_at + SETTLED)
    if not is_then or week.state != "open" or week.rehearsal_of is not None:
        return
    on_it = select(Seat.person_id).where(Seat.shift_id == shift.id, col(Seat.state).in_(_STATES[stage]))
    places = slack_messages.wanted_places(session, session.exec(on_it).all(), "soon")
    number = int(at.timestamp())
    messages = [
        PlannedMessage(place.connection_id, stage, shift.id, number, place.user_id, now, person_id, week.id, shift.id)
        for person_id, place in places.items()
    ]
    slack_messages.plan(session, messages, now)
