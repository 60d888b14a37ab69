"""Displays: a screen shows a code, an organizer enters it, and the screen may read until that is revoked."""

import hmac
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import CursorResult
from sqlmodel import Session, col, select, update

from app.db.database import announce, serialize
from app.domain import actor
from app.domain.actor import Act
from app.domain.recency import due_again, is_recent
from app.domain.text import names
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed, NotFound, SignInNeeded
from app.events import AccessChanged
from app.models import Display
from app.models.columns import is_id
from app.services.access import credentials
from app.services.access.credentials import BY_SQL, Answer, ValidCredential
from app.services.audit import audit
from app.services.audit.audit import AuditTarget

PAIRING = timedelta(minutes=15)
"""The time a screen has to claim the display that an organizer entered."""
TOUCH = timedelta(minutes=5)
State = Literal["waiting", "expired", "paired"]
NOT_PAIRED = "This screen isn’t paired."


def code_of(key: str, secret: str) -> str:
    """The code that a screen with this secret shows. It follows from the secret, so that showing it stores nothing.

    Its last letter checks the others: one that is misread, or two that change places, make no code.
    """
    mac = hmac.digest(key.encode(), b"display:" + secret.encode(), "sha256")
    bits = int.from_bytes(mac[:5])
    letters = "".join(credentials.ALPHABET[bits >> shift & 31] for shift in range(35, 0, -5))
    return letters + credentials.ALPHABET[_twice(_remainder(letters))]


def check_code(code: str) -> str:
    """A screen's code, tidied. Raises Malformed."""
    code = credentials.tidy_code(code)
    if len(code) != credentials.CODE_LENGTH:
        raise Malformed("A display’s code has eight letters and digits, such as K7QM-4XPE. Read it again.")
    if not credentials.is_code(code) or _remainder(code):
        raise Malformed("This code has a typo. Read it from the screen again.")
    return code


def _remainder(letters: str) -> int:
    """The remainder of a code, divided by a polynomial: 0 for a whole one. A CRC of five bits, a letter at a time."""
    rest = 0
    for letter in letters:
        rest = _twice(rest) ^ credentials.ALPHABET.index(letter)
    return rest


def _twice(rest: int) -> int:
    """A remainder times x, modulo x^5 + x^2 + 1: primitive, so no two letters of a code weigh the same."""
    return rest << 1 ^ (0b100101 if rest & 16 else 0)


def check_name(name: str) -> str:
    """A display's name, tidied. Raises Malformed."""
    name = names.tidy(name)
    if flaw := names.flaw(name):
        raise Malformed(f"The display’s name {flaw}.")
    return name


def pair(session: Session, code: str, name: str, act: Act) -> Display:
    """Let in the screen that shows this code. Raises Malformed, or Conflict for a code that was entered before."""
    code, name = check_code(code), check_name(name)
    serialize(session)
    earlier = session.exec(select(Display).where(Display.code == code)).first()
    if earlier is not None and earlier.revoked_at is None and is_recent(earlier.created_at, act.now, PAIRING):
        raise Conflict.at(code="That code was just entered. Its screen starts by itself.")
    if earlier is not None:
        earlier.code = None
        session.add(earlier)
        session.flush()
    display = Display(name=name, code=code, by=act.actor.name, created_at=act.now)
    session.add(display)
    session.flush()
    audit.note(session, "display.paired", audit_target(display), act, after={"name": name})
    return display


def audit_target(display: Display) -> AuditTarget:
    """A display as the audit names it."""
    return AuditTarget("display", display.id, display.name)


def awaits(session: Session, code: str, now: datetime) -> bool:
    """Tell whether an organizer has entered this code and the screen has yet to come for it."""
    return _awaited(session, code, now) is not None


def claim(session: Session, code: str, secret: str, now: datetime) -> Display:
    """Pair the screen with this secret by compare-and-set; of two at once, one wins. Raises NotFound.

    There has to be a display entered for its code that no screen has come for.
    """
    display = _awaited(session, code, now)
    if display is None:
        raise NotFound("This screen’s code wasn’t entered yet.")
    statement = update(Display).where(col(Display.id) == display.id, col(Display.sha256).is_(None))
    result = session.execute(statement.values(code=None, sha256=credentials.digest(secret), seen_at=now))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise NotFound("This screen’s code wasn’t entered yet.")
    return display


def _awaited(session: Session, code: str, now: datetime) -> Display | None:
    query = select(Display).where(
        Display.code == code, col(Display.sha256).is_(None), col(Display.revoked_at).is_(None)
    )
    display = session.exec(query).first()
    return display if display is not None and is_recent(display.created_at, now, PAIRING) else None


def is_known(session: Session, secret: str) -> bool:
    """Tell whether a screen with this secret was let in, be it revoked since."""
    return _find(session, secret) is not None


def check_many(session: Session, secrets: Collection[str], now: datetime) -> dict[str, Answer]:
    """Say of each secret which screen holds it, or that none is let in with it; one query for every 500."""
    answers: dict[str, Answer] = dict.fromkeys(secrets, SignInNeeded(NOT_PAIRED))
    for batch in credentials.batches(secrets):
        query = select(Display).where(col(Display.sha256).in_(batch), col(Display.revoked_at).is_(None))
        for display in session.exec(query):
            screen, touch_at = actor.display(display.name, display.id), due_again(display.seen_at, now, TOUCH)
            answers[batch[display.sha256 or ""]] = ValidCredential(screen, frozenset({display.id}), None, touch_at)
    return answers


def check(session: Session, secret: str, now: datetime) -> ValidCredential:
    """Find the screen that holds this secret. Raises SignInNeeded."""
    return credentials.take(check_many(session, [secret], now)[secret])


def touch(session: Session, secrets: Iterable[str], now: datetime) -> None:
    """Note that screens are there; a row that somebody else is writing is left for the next time."""
    for batch in credentials.batches(secrets):
        free = select(Display.id).where(col(Display.sha256).in_(batch)).with_for_update(skip_locked=True)
        session.execute(update(Display).where(col(Display.id).in_(free)).values(seen_at=now), execution_options=BY_SQL)


def _find(session: Session, secret: str) -> Display | None:
    return session.exec(select(Display).where(Display.sha256 == credentials.digest(secret))).first()


def every(session: Session) -> list[Display]:
    """All displays that are not revoked, newest first."""
    query = (
        select(Display)
        .where(col(Display.revoked_at).is_(None))
        .order_by(col(Display.created_at).desc(), col(Display.id))
    )
    return list(session.exec(query))


def state(display: Display, now: datetime) -> State:
    """The state of a display: its screen came, may still come for its code, or came too late."""
    if display.sha256 is not None:
        return "paired"
    return "waiting" if is_recent(display.created_at, now, PAIRING) else "expired"


def find(session: Session, display_id: str) -> Display:
    """The display of this id, if it is not revoked. Raises NotFound."""
    display = session.get(Display, display_id) if is_id(display_id) else None
    if display is None or display.revoked_at is not None:
        raise NotFound("There’s no such display, or it was unpaired.")
    return display


def rename(session: Session, display_id: str, name: str, act: Act, *, seen: str = "") -> Display:
    """Give a display another name.

    `seen` is the name that it replaces; empty is any. Raises NotFound, Malformed, or Conflict where somebody renamed it
    meanwhile.
    """
    serialize(session)
    name, display = check_name(name), find(session, display_id)
    session.refresh(display)
    if display.name != name:
        if seen and display.name != seen:
            theirs = f"Someone renamed it to “{apart(display.name)}” after you opened this page."
            raise Conflict.at(name=f"{theirs} Rename again to replace it.")
        before, display.name = {"name": display.name}, name
        session.add(display)
        session.flush()
        audit.note(session, "display.renamed", audit_target(display), act, before=before, after={"name": name})
    return display


def revoke(session: Session, display_id: str, act: Act) -> Display:
    """Send a screen away for good. Raises NotFound."""
    display = find(session, display_id)
    display.revoked_at, display.code = act.now, None
    session.add(display)
    session.flush()
    announce(session, AccessChanged(frozenset({display.id})))
    audit.note(session, "display.revoked", audit_target(display), act)
    return display
