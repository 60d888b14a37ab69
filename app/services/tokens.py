"""API tokens: made once, kept as hashes, checked on every request."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, get_args

from sqlmodel import Session, col, select

from app.db import alone
from app.domain import names
from app.errors import Conflict, Malformed, NotFound, SignInNeeded
from app.models import Token

Scope = Literal["read", "activities:write", "ledger:correct", "rules:write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "aw_"
LONGEST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever holds a token: its name, and what it may do (`admin` may do everything)."""

    name: str
    scopes: frozenset[str]

    def may(self, scope: Scope) -> bool:
        """Whether the token allows this."""
        return scope in self.scopes or "admin" in self.scopes


def create(session: Session, *, name: str, scopes: list[str], days: int | None, now: datetime) -> str:
    """Make a token and return its text, which is kept nowhere. Raises Malformed or Conflict."""
    name = names.tidy(name)
    if flaw := names.flaw(name):
        raise Malformed(f"The token's name {flaw}.")
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        wrong = f"“{', '.join(unknown)}” is no scope" if unknown else "A token needs at least one scope"
        raise Malformed(f"{wrong}. Choose from {', '.join(SCOPES)}.")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Malformed(f"A token can last 1 to {LONGEST_DAYS} days.")
    alone(session)
    if session.exec(select(Token.id).where(Token.name == name)).first():
        raise Conflict(f"There is already a token “{name}”. Choose another name, or revoke that one and choose anew.")
    text = PREFIX + secrets.token_urlsafe(32)
    expires = now + timedelta(days=days) if days else None
    ordered = " ".join(scope for scope in SCOPES if scope in scopes)
    session.add(Token(name=name, sha256=_digest(text), scopes=ordered, created_at=now, expires_at=expires))
    session.flush()
    return text


def check(session: Session, text: str, now: datetime) -> Bearer:
    """Who holds this token. Raises SignInNeeded for one that is unknown, expired or revoked."""
    token = session.exec(select(Token).where(Token.sha256 == _digest(text))).first()
    if token is None or token.revoked_at is not None:
        raise SignInNeeded("This token is unknown or was revoked. An organizer can create a new one.")
    if token.expires_at is not None and token.expires_at <= now:
        raise SignInNeeded(f"This token expired on {token.expires_at:%Y-%m-%d}. An organizer can create a new one.")
    return Bearer(token.name, frozenset(token.scopes.split()))


def every(session: Session) -> list[Token]:
    """All tokens, oldest first."""
    return list(session.exec(select(Token).order_by(col(Token.id))))


def revoke(session: Session, name: str, now: datetime) -> Token:
    """End a token for good. Raises NotFound, or Conflict when it is revoked already."""
    token = session.exec(select(Token).where(Token.name == names.tidy(name))).first()
    if token is None:
        raise NotFound(f"There is no token “{name}”. `assembly-week token list` shows the names.")
    if token.revoked_at is not None:
        raise Conflict(f"The token “{name}” is revoked already.")
    token.revoked_at = now
    session.add(token)
    session.flush()
    return token


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogateescape")).hexdigest()
