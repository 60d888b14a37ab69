"""Messages about what their reader did: with a way back, wherever else it was shown to them and is gone by now."""

from datetime import datetime

from sqlalchemy import and_
from sqlmodel import Session, col

from app.domain.shifts.seats import UNDO
from app.domain.slack import writing
from app.domain.slack.blocks import Content, content
from app.domain.slack.writing import Button
from app.models import Person, Seat, Shift, SlackLink, SlackMessage
from app.services import slack_messages
from app.services.shifts import refusals
from app.services.slack import sentences
from app.services.slack_messages import LINKED, TOOK_OVER, PlannedMessage


def connected(session: Session, link: SlackLink, person_id: str, now: datetime) -> None:
    """Write to somebody who connected their account, where Slack said no other place to tell them."""
    message = PlannedMessage(link.connection_id, LINKED, link.id, 0, link.user_id, now, person_id)
    slack_messages.plan(session, [message], now)


def parted(session: Session, link: SlackLink, now: datetime) -> None:
    """Have the message about a link say that it was undone."""
    which = and_(col(SlackMessage.kind) == LINKED, col(SlackMessage.subject) == link.id)
    slack_messages.change(session, which, now)


def render_link(session: Session, message: SlackMessage) -> Content | None:
    """The message to who connected their account; None for a new one after that was undone."""
    link, person = session.get(SlackLink, message.subject), session.get(Person, message.person_id)
    if link is None or person is None or link.undone_at is not None:
        return content([str(sentences.PARTED[0])]) if message.posted_at is not None else None
    parts = writing.parts_of(sentences.known_as(person.name))
    return Content(writing.text_of(parts), writing.blocks(parts), lasts=True)


def took_over(session: Session, shift: Shift, person_id: str, seat_id: str, now: datetime) -> None:
    """Write to somebody linked who took a seat over from Slack: there the answer to a press is soon gone."""
    place = slack_messages.places(session, [person_id]).get(person_id)
    if place is not None:
        number = int(now.timestamp() * 1_000_000)
        message = PlannedMessage(
            place.connection_id, TOOK_OVER, seat_id, number, place.user_id, now, person_id, shift.week_id, shift.id
        )
        slack_messages.plan(session, [message], now)


def render_cover(session: Session, message: SlackMessage, now: datetime, *, is_newest: bool) -> Content | None:
    """The message to who took a seat over, with the way back while it leads back; None for a new one after that."""
    seat, shift = session.get(Seat, message.subject), session.get(Shift, message.shift_id)
    is_theirs = seat is not None and seat.state == "signed_up" and shift is not None and shift.cancelled_at is None
    if seat is None or shift is None or (not is_theirs and message.posted_at is None):
        return None
    told = f"You took over: {refusals.dated(shift)}."
    if not is_theirs:
        return content([told])
    is_undone = is_newest and now < min(seat.signed_up_at + UNDO, shift.starts_at)
    buttons = [Button("Undo", "undo", f"{shift.id}/{seat.id}")] if is_undone else []
    return content([told], buttons, starts=shift.starts_at, lasts=True)
