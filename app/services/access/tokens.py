"""API tokens: made once, kept as hashes, checked on every request."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, select, update

from app.db.database import announce, serialize
from app.domain import actor
from app.domain.actor import GRANT, SCOPES, Act
from app.domain.recency import due_again
from app.domain.text import names
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed, NotAllowed, NotFound, SignInNeeded
from app.events import AccessChanged
from app.models import Token
from app.services.access import credentials
from app.services.access.credentials import BY_SQL, Answer, ValidCredential
from app.services.audit import audit
from app.services.audit.audit import AuditTarget

LONGEST_DAYS = 3_650  # ten years: beyond, "until revoked" is the honest answer, and dates stay within the calendar
EXPIRED = "This token expired on {:%Y-%m-%d}. An organizer can create a new one."
UNKNOWN = "This token is unknown or was revoked. An organizer can create a new one."
TOUCH = timedelta(minutes=5)
"""The resolution of `used_at`: writing it for every request would make readers wait for the disk."""


def create(session: Session, act: Act, *, name: str, scopes: list[str], days: int | None) -> str:
    """Make a token and return its text, which is kept nowhere. Raises Malformed or Conflict.

    Raises NotAllowed for whoever may not grant roles and wants one that may do everything.
    """
    name, scopes = check_name(name), check_scopes(scopes)
    if "admin" in scopes and not act.actor.may(GRANT):
        raise NotAllowed("Only owners create tokens with the scope admin. Choose other scopes, or ask an owner.")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Malformed.at(days=f"A token can last 1 to {LONGEST_DAYS} days.")
    serialize(session)
    if session.exec(select(Token.id).where(Token.name == name)).first():
        raise Conflict.at(name=f"There’s already a token “{apart(name)}”. Choose another name, or revoke that one.")
    text = credentials.make(credentials.TOKEN)
    expires = act.now + timedelta(days=days) if days else None
    ordered = " ".join(scopes)
    token = Token(name=name, sha256=credentials.digest(text), scopes=ordered, created_at=act.now, expires_at=expires)
    session.add(token)
    session.flush()
    audit.note(session, "token.created", audit_target(token), act, after={"scopes": ordered, "expires_at": expires})
    return text


def check_scopes(scopes: Collection[str]) -> list[str]:
    """A token's scopes, in our order. Raises Malformed."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        wrong = f"“{', '.join(unknown)}” isn’t a scope" if unknown else "Choose at least one scope"
        raise Malformed(f"{wrong}. Choose from {', '.join(SCOPES)}.")
    return [scope for scope in SCOPES if scope in scopes]


def check_name(name: str) -> str:
    """A token's name, tidied. Raises Malformed."""
    name = names.tidy(name)
    if flaw := names.flaw(name):
        raise Malformed(f"The token’s name {flaw}.")
    return name


def audit_target(token: Token) -> AuditTarget:
    """A token as the audit names it."""
    return AuditTarget("token", str(token.id), token.name)


def check_many(session: Session, texts: Collection[str], now: datetime) -> dict[str, Answer]:
    """Say of each text which token it is, or why it is none; one query for every 500."""
    answers: dict[str, Answer] = dict.fromkeys(texts, SignInNeeded(UNKNOWN))
    for batch in credentials.batches(texts):
        for token in session.exec(select(Token).where(col(Token.sha256).in_(batch))):
            answers[batch[token.sha256]] = _answer(token, now)
    return answers


def check(session: Session, text: str, now: datetime) -> ValidCredential:
    """Find a valid token. Raises SignInNeeded for one that is unknown, expired or revoked."""
    return credentials.take(check_many(session, [text], now)[text])


def touch(session: Session, texts: Iterable[str], now: datetime) -> None:
    """Note that tokens are in use; a row that somebody else is writing is left for the next time."""
    for batch in credentials.batches(texts):
        free = select(Token.id).where(col(Token.sha256).in_(batch)).with_for_update(skip_locked=True)
        session.execute(update(Token).where(col(Token.id).in_(free)).values(used_at=now), execution_options=BY_SQL)


def _answer(token: Token, now: datetime) -> Answer:
    match state(token, now):
        case "revoked":
            return SignInNeeded(UNKNOWN)
        case "expired":
            return SignInNeeded(EXPIRED.format(token.expires_at))
    bearer = actor.token(token.name, token.scopes.split())
    return ValidCredential(bearer, frozenset({_id(token)}), token.expires_at, due_again(token.used_at, now, TOUCH))


def _id(token: Token) -> str:
    """The token's id in AccessChanged; its number alone might be taken for another thing's."""
    return f"token-{token.id}"


def every(session: Session) -> list[Token]:
    """All tokens, oldest first."""
    return list(session.exec(select(Token).order_by(col(Token.id))))


def find(session: Session, number: str) -> Token:
    """The token of this number. Raises NotFound."""
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    token = session.get(Token, int(number)) if is_number else None
    if token is None:
        raise NotFound("There’s no such token. Tokens lists them all.")
    return token


def state(token: Token, now: datetime) -> Literal["valid", "expired", "revoked"]:
    """Tell whether a token counts, and why not."""
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= now else "valid"


def revoke(session: Session, name: str, act: Act) -> Token:
    """End a token for good. Raises NotFound, or Conflict when it is revoked already."""
    token = session.exec(select(Token).where(Token.name == names.tidy(name)).with_for_update()).first()
    if token is None:
        raise NotFound(f"There’s no token “{apart(name)}”. `assembly-week token list` shows the names.")
    if token.revoked_at is not None:
        raise Conflict(f"The token “{apart(name)}” is revoked already.")
    token.revoked_at = act.now
    session.add(token)
    session.flush()
    announce(session, AccessChanged(frozenset({_id(token)})))
    audit.note(session, "token.revoked", audit_target(token), act)
    return token
