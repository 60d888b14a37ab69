"""Fixed-window throttles: counted in the database, so that parallel tries and replicas share one count."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, delete, or_, select

from app.domain.recency import TOLERANCE
from app.errors import TooMany
from app.models import Throttle
from app.models.columns import Instant

KEPT = timedelta(days=1)
"""Longer than the longest window, so that nothing that still counts is deleted."""

# `is_recent` in SQL: a window that a wrong clock began in the future would never end, and count every try until then.
_COUNT = text(
    "INSERT INTO throttle (key, began_at, count) VALUES (:key, :now, 1)"
    " ON CONFLICT (key) DO UPDATE SET"
    " began_at = CASE WHEN throttle.began_at > :since AND throttle.began_at <= :until"
    " THEN throttle.began_at ELSE excluded.began_at END,"
    " count = CASE WHEN throttle.began_at > :since AND throttle.began_at <= :until THEN throttle.count + 1 ELSE 1 END"
    " RETURNING count, began_at"
).bindparams(*(bindparam(name, type_=Instant) for name in ("now", "since", "until")))
_GIVE_BACK = text(
    "UPDATE throttle SET count = count - 1 WHERE key = :key AND count > 0 AND began_at > :since AND began_at <= :until"
).bindparams(*(bindparam(name, type_=Instant) for name in ("since", "until")))
_COUNTED = _COUNT.columns(Throttle.__table__.c.count, Throttle.__table__.c.began_at)  # type: ignore[attr-defined]
_IS_OLD = or_(col(Throttle.began_at) < bindparam("oldest"), col(Throttle.began_at) > bindparam("newest"))
_FORGET = (
    delete(Throttle)
    .where(col(Throttle.key).in_(select(Throttle.key).where(_IS_OLD).with_for_update(skip_locked=True)))
    .execution_options(synchronize_session=False)
)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` tries of one thing in each `window`, counted for everybody who has the same key."""

    what: str
    times: int
    window: timedelta


# Each is counted by network, account or person, and each is against something else. `docs/security.md` lists them.
# Secrets of 256 bits are not guessed: tries cost the one writer and the audit, and an office shares one address.
LINKS_FROM_ADDRESS = Limit("sign-in links", 30, timedelta(minutes=10))
# Against flooding somebody's inbox, wherever the requests come from.
MAILS_TO_ACCOUNT = Limit("sign-in emails", 5, timedelta(hours=1))
# Against sending to many inboxes from here, by which our mail server would lose its name. A company is one address, and
# two hundred people may begin within minutes.
MAILS_FROM_ADDRESS = Limit("sign-in emails", 300, timedelta(minutes=10))
# Against guessing: a code has 40 random bits, so that one network needs some hundred years to meet one of a hundred.
# Counted before a look, or a code that exists would still be told beyond the limit; given back where it does.
JOINS_FROM_ADDRESS = Limit("tries to join a team", 300, timedelta(minutes=10))
# Each has us ask the company's provider: against making us the one who floods it. Given back by who gets in.
COMPANY_FROM_ADDRESS = Limit("company sign-ins", 300, timedelta(minutes=10))
# A code is taken on trust and waits for its screen: against entering codes until a stranger's screen shows one of them.
PAIRINGS_BY_PERSON = Limit("display codes", 30, timedelta(minutes=10))
# Each is a write, and a screen comes once for a code; a floor of screens that restart together has room.
PAIRINGS_FROM_ADDRESS = Limit("screens to pair", 120, timedelta(minutes=10))
# Each is kept in the audit for ever.
NAMES_BY_PERSON = Limit("name changes", 10, timedelta(hours=1))
# Two a second, which no hand does: against a script that keeps the one writer busy with one person's sign-in.
FORMS_BY_PERSON = Limit("forms", 120, timedelta(minutes=1))


def count(session: Session, limit: Limit, key: str, now: datetime) -> None:
    """Count one more try. Raises TooMany beyond the limit.

    To be committed before the try itself, or a try that fails would not count.
    """
    tries, began_at = session.execute(_COUNTED, {"now": now, **_window(limit, key, now)}).one()
    if tries == 1:
        _forget_old(session, now)
    if tries > limit.times:
        wait = max(1, ceil((began_at + limit.window - now).total_seconds()))
        raise TooMany(f"Too many {limit.what}. Try again in {_told(wait)}.", wait)


def give_back(session: Session, limit: Limit, key: str, now: datetime) -> None:
    """Take one try off the count, for it succeeded; of a window that is over, nothing."""
    session.execute(_GIVE_BACK, _window(limit, key, now))


def _window(limit: Limit, key: str, now: datetime) -> dict[str, object]:
    digest = sha256(f"{limit.what}\0{key}".encode(errors="replace")).hexdigest()
    return {"key": digest, "since": now - limit.window, "until": now + TOLERANCE}


def _forget_old(session: Session, now: datetime) -> None:
    """Delete windows that are over, and skip rows that others have locked (SKIP LOCKED).

    Two transactions that each hold the row of their own key and delete the other's would be a deadlock.
    """
    session.execute(_FORGET, {"oldest": now - KEPT, "newest": now + TOLERANCE})


def _told(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"
