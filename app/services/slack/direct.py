"""Direct messages: what somebody was told, as Slack shows it, with buttons for what they can do about it now."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session, col, select

from app.domain.notices import wording
from app.domain.notices.model import FOR_ORGANIZERS
from app.domain.notices.timing import minutes_left
from app.domain.notices.wording import as_text
from app.domain.shifts.model import LIVE
from app.domain.shifts.seats import CHECK_IN_BEFORE, UNDO
from app.domain.slack.blocks import Content, content
from app.domain.slack.writing import Button
from app.models import Notice, Person, Seat, SeatOffer, Shift, SlackMessage, Week
from app.services import notice_mail, notices, slack_news
from app.services.slack import cover_posts, own_deeds, stages, week_posts
from app.services.slack_messages import COVER, DAY, END, GAPS, LINKED, RESULTS, START, THREAD, TOOK_OVER

TEST: Final = "test"
"""The kind of the message that proves both ways."""
ABOUT_OWN_SEAT: Final = (
    "day-before", "soon", "signed-up", "promoted", "returned", "approved", "changed", START, END, TOOK_OVER,
)  # fmt: skip
"""The kinds about a seat of its reader: of one shift only the newest has buttons."""


FREE: Final = "seat-free"
OFFERS: Final = (COVER, "offered", FREE)
"""The kinds about a seat that its reader may take: a free one until the start, another's until the end."""


class Look(NamedTuple):
    """A look at what a message tells of; where our pages are, and the moment by the game's clock."""

    session: Session
    message: SlackMessage
    base: str
    now: datetime


def render(look: Look) -> Content | None:
    """The message as it is to be shown now; None for a new one that is of no use any more."""
    if look.message.kind in (START, END):
        is_newest = not _is_older(look)
        return stages.render(look.session, look.message, look.base, look.now, is_newest=is_newest)
    if look.message.kind == TOOK_OVER:
        return own_deeds.render_cover(look.session, look.message, look.now, is_newest=not _is_older(look))
    if look.message.kind == LINKED:
        return own_deeds.render_link(look.session, look.message)
    if look.message.kind in (DAY, GAPS, RESULTS, THREAD):
        return week_posts.render(look.session, look.message, look.base, look.now)
    if look.message.kind == COVER:
        return cover_posts.render(look.session, look.message, look.base, look.now)
    return _test(look) if look.message.kind == TEST else _notice(look)


def _test(look: Look) -> Content:
    if look.message.pressed_at is not None:
        return content(["Both ways work: this message came from the server, and your press got there. Thank you."])
    said = "This is a test. What the server sends to Slack arrives. Press the button to prove the way back."
    return content([said], [Button("It works", "prove", look.message.id)])


def _notice(look: Look) -> Content | None:
    session, message = look.session, look.message
    person = session.get(Person, message.person_id) if message.person_id else None
    notice = person and notices.on_page(session, person.id, message.kind, message.subject, message.revision)
    if not person or not notice:
        return None
    is_true = notice_mail.is_for(notice, person) and notice_mail.is_true(session, notice, message.due_at, look.now)
    if message.posted_at is None and not is_true:
        return None
    facts = json.loads(notice.facts)
    starts = datetime.fromisoformat(facts["start"]) if "start" in facts else None
    # A number of minutes is true for the moment at which it was posted, and stays.
    minutes = minutes_left(starts, message.posted_at or look.now) if starts and notice.kind == "soon" else None
    words = wording.told(notice.kind, facts, minutes, is_over=not is_true)  # type: ignore[arg-type]  # ours alone
    acts = _acts(look, notice) if is_true and not _is_older(look) else []
    link = [Button("See it", "link", url=notice_mail.page_of(session, notice, look.base))] if look.base else []
    paragraphs = [as_text(words.title), *map(as_text, words.lines), _thanks(look, notice)]
    return content(paragraphs, [*acts, *link], starts=starts if notice.kind not in FOR_ORGANIZERS else None)


def _thanks(look: Look, notice: Notice) -> str:
    offer = look.session.get(SeatOffer, notice.revision) if notice.kind == "offered" else None
    return (offer and cover_posts.covered_by(look.session, offer)) or ""


def _is_older(look: Look) -> bool:
    """Tell whether somebody has a newer message about their seat of the same shift."""
    message = look.message
    if message.posted_at is None or message.kind not in ABOUT_OWN_SEAT or message.shift_id is None:
        return False
    newer = select(SlackMessage.id).where(*of_seat(message), col(SlackMessage.posted_at) > message.posted_at)
    return look.session.exec(newer.limit(1)).first() is not None


def of_seat(message: SlackMessage) -> tuple[Any, ...]:
    """The conditions of the other messages about the seat that a message is about."""
    return (
        SlackMessage.shift_id == message.shift_id,
        SlackMessage.person_id == message.person_id,
        col(SlackMessage.kind).in_(ABOUT_OWN_SEAT),
        SlackMessage.id != message.id,
    )


def _acts(look: Look, notice: Notice) -> Sequence[Button]:
    shift = look.session.get(Shift, notice.shift_id) if notice.shift_id else None
    if shift is None or shift.cancelled_at is not None or shift.ends_at <= look.now:
        return []
    if notice.kind == FREE:
        return [Button("Take the seat", "take", shift.id)]
    if notice.kind == "offered":
        offer = look.session.get(SeatOffer, notice.revision)
        value = f"{shift.id}/{offer.seat_id}" if offer else ""
        return [Button("Accept", "accept", value)] if offer and offer.state == "open" else []
    return _of_seat(look, shift) if notice.kind in ABOUT_OWN_SEAT else []


def _of_seat(look: Look, shift: Shift) -> Sequence[Button]:
    """The acts that the holder of a seat can do: before the start cancel, from 15 min before it check in."""
    mine = Seat.shift_id == shift.id, Seat.person_id == look.message.person_id, col(Seat.state).in_(LIVE)
    seat = look.session.exec(select(Seat).where(*mine)).first()
    if seat is None or seat.state != "signed_up":
        return []
    value = f"{shift.id}/{seat.id}"
    early = [Button("Can’t make it", "cant", value)] if look.now < shift.starts_at else []
    is_open = shift.starts_at - CHECK_IN_BEFORE <= look.now
    return [*([Button("Check in", "check_in", value)] if is_open else []), *early]


def next_look(look: Look) -> datetime | None:
    """The moment at which a message changes by itself: its reader can check in, or nobody take a seat any more."""
    week = look.session.get(Week, look.message.week_id) if look.message.kind in (DAY, GAPS) else None
    if week is not None and look.message.kind == GAPS:
        return week_posts.next_gap(look.session, week, look.message, look.now)
    if week is not None:
        return slack_news.next_look(look.message, week, look.now)
    shift = look.session.get(Shift, look.message.shift_id) if look.message.shift_id else None
    if shift is not None and look.message.kind in OFFERS:
        over = shift.starts_at if look.message.kind == FREE else shift.ends_at
        return over if over > look.now else None
    if shift is None or look.message.kind not in ABOUT_OWN_SEAT:
        return None
    if look.message.kind == TOOK_OVER and look.message.posted_at is not None:
        over = look.message.due_at + UNDO
        return over if over > look.now else None
    opens = shift.starts_at - CHECK_IN_BEFORE
    return opens if opens > look.now else None
