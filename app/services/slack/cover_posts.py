"""Covers in the channel: an offered seat with Accept, and then who covers it; nobody is called."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from app.domain.shifts.model import LIVE
from app.domain.slack.blocks import Content, content
from app.domain.slack.writing import Button
from app.domain.text.direction import isolated
from app.models import Notice, Person, Seat, SeatOffer, Shift, SlackMessage, Week
from app.services import notices
from app.services.shifts import refusals

GONE: Final = "This seat isn’t offered any more."


class Offered(NamedTuple):
    """An offer with its seat and shift."""

    offer: SeatOffer
    seat: Seat
    shift: Shift


def covered_by(session: Session, offer: SeatOffer) -> str | None:
    """The thanks to who took over an offered seat; None while nobody has it."""
    query = (
        select(Person.name)
        .join(Seat, col(Seat.person_id) == Person.id)
        .where(Seat.giver_id == offer.seat_id, col(Seat.state).in_(LIVE))
    )
    name = session.exec(query).first() if offer.state == "accepted" else None
    return f"Covered by {isolated(name)}. Thank you." if name else None


def render(session: Session, message: SlackMessage, base: str, now: datetime) -> Content | None:
    """The offer as it is now; None for a new post that would offer nothing."""
    found = _find(session, message.revision)
    if found is None:
        return None
    offer, seat, shift = found
    is_over = shift.cancelled_at is not None or shift.ends_at <= now
    is_open = offer.state == "open" and not is_over
    if message.posted_at is None and not is_open:
        return None
    week, holder = session.get_one(Week, shift.week_id), session.get_one(Person, seat.person_id).name
    about = [f"{name}: {isolated(text)}" for name, text in (("Shift", shift.label), ("Place", shift.place)) if text]
    lines = [f"{isolated(holder)} offers a seat: {refusals.dated(shift)}", "\n".join(about)]
    if is_open:
        link = [Button("See it", "link", url=f"{base}/weeks/{week.slug}/shifts/{shift.id}")] if base else []
        return content(lines, [Button("Accept", "accept", f"{shift.id}/{seat.id}"), *link], starts=shift.starts_at)
    if offer.state == "pending" and not is_over:
        return content([*lines, "Someone asked to take it over. An organizer decides."], lasts=True)
    return content([*lines, covered_by(session, offer) or GONE], lasts=not is_over)


def _find(session: Session, offer_id: int) -> Offered | None:
    query = select(SeatOffer, Seat, Shift).join(Seat, col(Seat.id) == SeatOffer.seat_id)
    row = session.exec(query.join(Shift, col(Shift.id) == Seat.shift_id).where(SeatOffer.id == offer_id)).first()
    return Offered(*row) if row else None


def mail_instead(session: Session, message: SlackMessage, now: datetime) -> None:
    """Email an offer to whom the post was to reach, for it isn't there."""
    told = Notice.kind == "offered", Notice.shift_id == message.shift_id, Notice.revision == message.revision
    for notice in session.exec(select(Notice).where(*told, Notice.channel == "page")).all():
        notices.mail_instead(session, notice, now)
