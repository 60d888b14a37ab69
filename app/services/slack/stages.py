"""Messages while a shift begins and when it is over: what to do first, and what it earned."""

import re
from datetime import datetime

from sqlmodel import Session, col, select

from app.domain import guide as checklists
from app.domain.shifts.model import LIVE
from app.domain.slack.blocks import Content, content
from app.domain.slack.writing import Button
from app.domain.text.direction import isolated
from app.domain.wording import points_text
from app.models import Person, Seat, Shift, SlackMessage, Week
from app.services import guide
from app.services.ledger import my_week
from app.services.shifts import refusals
from app.services.shifts.settings import settings_of
from app.services.slack import people
from app.services.slack_messages import START

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SIGNS = re.compile(r"[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}")


def render(session: Session, message: SlackMessage, base: str, now: datetime, *, is_newest: bool) -> Content | None:
    """The message of a stage as it shows now; None for a new message to somebody who isn't on it any more."""
    shift = session.get(Shift, message.shift_id)
    person = session.get(Person, message.person_id)
    mine = Seat.shift_id == message.shift_id, Seat.person_id == message.person_id, col(Seat.state).in_(LIVE)
    seat = session.exec(select(Seat).where(*mine)).first()
    if shift is None or person is None:
        return None
    if message.posted_at is None and (seat is None or person.disabled_at is not None):
        return None
    week = session.get_one(Week, shift.week_id)
    if message.kind == START:
        return _start(session, shift, seat if is_newest and now < shift.ends_at else None)
    return _end(session, week, shift, seat, person, base, now)


def _start(session: Session, shift: Shift, seat: Seat | None) -> Content:
    items = checklists.checklist(guide.current(session).text, checklists.START_REMINDERS)
    lines = [f"Your shift has begun: {refusals.dated(shift)}", "\n".join(f"• {_plain(each)}" for each in items)]
    if seat is None or seat.state == "completed":
        return content(lines)
    value = f"{shift.id}/{seat.id}"
    first = [Button("Check in", "check_in", value)] if seat.state == "signed_up" else done(session, shift, value)
    return content(lines, [*first, Button("Log something", "log", value)])


def done(session: Session, shift: Shift, value: str) -> list[Button]:
    """The button that completes a seat; none where organizers alone do that."""
    settings = settings_of(session, session.get_one(Week, shift.week_id))
    return [Button("Done", "done", value)] if settings.completes != "organizer" else []


def _end(
    session: Session, week: Week, shift: Shift, seat: Seat | None, person: Person, base: str, now: datetime
) -> Content:
    actor = people.act_of(person, now).actor
    earned = my_week.of_seat(session, week, shift.id, seat.id, actor) if seat else None
    said = ""
    if earned is not None and earned.waiting:
        said = "What it earned shows once the board is revealed."
    elif earned is not None and earned.counts:
        said = f"It earned {points_text(earned.points)} for your team."
    elif seat is not None and seat.state == "checked_in":
        said = "It counts once it is confirmed."
    link = [Button("Write in the guestbook", "link", url=f"{base}/weeks/{week.slug}/guestbook")] if base else []
    asked = f"Thank you, {isolated(person.name)}! What worked, and what should improve?"
    return content([f"Your shift is over: {refusals.dated(shift)}", said, asked], link)


def _plain(item: str) -> str:
    """An item of a checklist without Markdown's signs."""
    return _SIGNS.sub(r"\1", _LINK.sub(r"\1", item))
