"""Messages on screens: thanks, a birthday, news, a code that lets people join."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, func, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.calendar.days import day_bounds, zone_or_utc
from app.domain.screens.wall import MESSAGE_KINDS
from app.domain.text import names
from app.errors import Conflict, Malformed, NotFound
from app.models import ScreenMessage
from app.models.columns import is_id
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.displays import plans
from app.services.ledger.drafts import read_address
from app.services.weeks import weeks

LONGEST_LINK = 500  # characters: a QR code holds 2,331 bytes at most, four for some letters
LONGEST_TITLE, LONGEST_TEXT, MOST = 80, 200, 20  # characters that five metres allow; a rotation with more never ends


@dataclass(frozen=True, slots=True)
class MessageFields:
    """A message as it is written; `link` is the address of its QR code, `until` when it goes by itself."""

    kind: str
    title: str
    text: str = ""
    link: str = ""
    until: datetime | None = None


class MessageStale(Conflict):
    """Somebody else changed a message after the form that is to change it was opened."""

    def __init__(self) -> None:
        super().__init__(
            "Not saved: someone else changed this message after you opened this page. What you typed is kept. "
            "Save again to replace theirs.",
            code="stale",
        )


def edition(message: ScreenMessage) -> str:
    """A key of what a message says: whoever changes it can tell which one they began with."""
    return sha256(repr(_document(message)).encode(errors="surrogatepass")).hexdigest()[:12]


def check_title(text: str) -> str:
    """A title, tidied. Raises Malformed."""
    return _check(text, "title", LONGEST_TITLE)


def check_text(text: str) -> str:
    """A text, tidied; may be empty. Raises Malformed."""
    return _check(text, "text", LONGEST_TEXT) if text.strip() else ""


def check_link(text: str) -> str:
    """An address for a QR code; may be empty. Raises Malformed."""
    text = text.strip()
    if len(text) > LONGEST_LINK:
        raise Malformed(f"The address must have at most {LONGEST_LINK} characters, this has {len(text)}.")
    try:
        return read_address(text) if text else ""
    except ValueError as flaw:
        raise Malformed(f"The address {flaw}.") from None


def _check(text: str, what: str, longest: int) -> str:
    text = names.tidy(text)
    if flaw := names.flaw(text, longest):
        raise Malformed(f"The {what} {flaw}.")
    return text


def end_of(session: Session, last_day: date, now: datetime) -> datetime:
    """The end (UTC) of a message’s last day, in the zone of the week that organizers have in mind."""
    week = weeks.default_week(session, now)
    return day_bounds(last_day, last_day, week.zone if week else zone_or_utc("UTC"))[1].astimezone(UTC)


def find(session: Session, message_id: str) -> ScreenMessage:
    """A message. Raises NotFound."""
    message = session.get(ScreenMessage, message_id) if is_id(message_id) else None
    if message is None:
        raise NotFound("There’s no such message, or it was removed.")
    return message


def every(session: Session) -> list[ScreenMessage]:
    """All messages, in the order they take turns."""
    return list(session.exec(select(ScreenMessage).order_by(col(ScreenMessage.created_at), col(ScreenMessage.id))))


def change(session: Session, message_id: str, changes: Mapping[str, Any], act: Act) -> ScreenMessage:
    """Change some of a message's fields; what is left out stays. Raises Malformed or NotFound."""
    serialize(session)
    found = find(session, message_id)
    fields = MessageFields(found.kind, found.title, found.text, found.link, found.until)
    return write(session, replace(fields, **changes), act, message_id=message_id)


def write(session: Session, fields: MessageFields, act: Act, *, message_id: str = "", seen: str = "") -> ScreenMessage:
    """Put a message on the screens, or change one, of which an edition may have been `seen`.

    Raises Malformed, NotFound, Conflict for too many, or MessageStale where it is no longer the one seen.
    """
    kept = _kept(fields, act.now)
    serialize(session)  # or two at once could be one too many
    message = find(session, message_id) if message_id else None
    if message is not None and seen not in ("", edition(message)):
        raise MessageStale
    before = _document(message) if message else None
    if message is None:
        if session.exec(select(func.count()).select_from(ScreenMessage)).one() >= MOST:
            raise Conflict(f"There are {MOST} messages already. Remove one first.")
        message = ScreenMessage(**kept, by=act.actor.name, created_at=act.now)
    for name, value in kept.items():
        setattr(message, name, value)
    session.add(message)
    session.flush()
    if before is None:
        audit.note(session, "message.written", _target(message), act, after=_document(message))
    else:
        audit.note(session, "message.changed", _target(message), act, before=before, after=_document(message))
    plans.tell(session)
    return message


def _kept(fields: MessageFields, now: datetime) -> dict[str, Any]:
    if fields.kind not in MESSAGE_KINDS:
        raise Malformed(f"“{fields.kind}” isn’t a kind of message. Choose one of {', '.join(MESSAGE_KINDS)}.")
    if fields.until is not None and fields.until <= now:
        raise Malformed.at(until="Choose a moment that is still to come.")
    return {
        "kind": fields.kind, "title": check_title(fields.title), "text": check_text(fields.text),
        "link": check_link(fields.link), "until": fields.until,
    }  # fmt: skip


def remove(session: Session, message_id: str, act: Act) -> None:
    """Take a message off the screens for good. Raises NotFound."""
    message = find(session, message_id)
    session.delete(message)
    session.flush()
    audit.note(session, "message.removed", _target(message), act, before=_document(message))
    plans.tell(session)


def _document(message: ScreenMessage) -> dict[str, object]:
    until = message.until.isoformat() if message.until else None
    return {
        "kind": message.kind, "title": message.title, "text": message.text, "link": message.link, "until": until
    }  # fmt: skip


def _target(message: ScreenMessage) -> AuditTarget:
    return AuditTarget("message", message.id, message.title)
