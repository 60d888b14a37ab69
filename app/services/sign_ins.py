"""Sign-ins: one for each browser somebody signed in with, until it is ended, idle for too long or too old."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, cast

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.recency import is_recent
from app.domain.who import Member, Role
from app.errors import NotFound, SignInNeeded
from app.models import Person, SignIn
from app.models.columns import Instant, is_id
from app.services import accounts, audit, credentials

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
TOUCH = timedelta(minutes=5)
"""How exact `used_at` is: writing it for every request would make readers wait for the disk."""

Way = Literal["first", "invitation", "email", "join", "company"]
PROVEN: frozenset[Way] = frozenset({"invitation", "email", "company"})
"""Ways that only the owner of an e-mail has. Who came in by a team's code said whatever e-mail they liked: so they are
out once its owner comes, and cannot lie in wait in their account."""
SIGN_IN_AGAIN = "You are not signed in any more. Sign in again, then repeat what you did."


def start(
    session: Session, person: Person, way: Way, *, address: str, agent: str, replaces: str | None, now: datetime
) -> str:
    """Sign a person in and return the secret their browser keeps; the sign-in the browser had before is ended.

    Raises SignInNeeded for somebody who is disabled.
    """
    session.refresh(person, with_for_update=True)  # who switches them off waits, or has done so
    if person.disabled_at is not None:
        raise SignInNeeded("This account is switched off. An organizer can switch it on again.")
    if replaces is not None and (old := _live(session, replaces, now)) is not None:
        _end_noted(session, [old], by=person.name, now=now)
    if way in PROVEN:
        unproven = [each for each in of_person(session, person.id, now) if each.way == "join"]
        _end_noted(session, unproven, by=person.name, now=now)
    secret = credentials.make(credentials.SIGN_IN)
    made = SignIn(
        sha256=credentials.digest(secret), person_id=person.id, way=way, address=address, agent=agent[:200],
        created_at=now, used_at=now, expires_at=now + LONGEST,
    )  # fmt: skip
    session.add(made)
    session.flush()
    facts = {"way": way, "sign_in": made.id}
    audit.note(session, "sign-in.started", accounts.thing(person), by=person.name, now=now, after=facts)
    return secret


def check(session: Session, secret: str, now: datetime) -> tuple[Member, bool]:
    """Who signed in with this secret, and whether it is time to `touch` it. Raises SignInNeeded."""
    found = _live(session, secret, now)
    person = session.get(Person, found.person_id) if found else None
    if found is None or person is None or person.disabled_at is not None:
        raise SignInNeeded(SIGN_IN_AGAIN)
    csrf = sha256(f"form:{secret}".encode()).hexdigest()
    member = Member(person.id, person.name, person.email, cast("Role", person.role), person.theme, found.id, csrf)
    return member, not is_recent(found.used_at, now, TOUCH)


def touch(session: Session, secret: str, now: datetime) -> None:
    """Note that a sign-in is in use."""
    if (found := _live(session, secret, now)) is not None:
        found.used_at = now
        session.add(found)
        session.flush()


def of_person(session: Session, person_id: str, now: datetime) -> list[SignIn]:
    """Everything a person is signed in with, the last used first."""
    query = select(SignIn).where(SignIn.person_id == person_id, col(SignIn.ended_at).is_(None))
    return sorted((each for each in session.exec(query) if _lasts(each, now)), key=lambda each: each.used_at)[::-1]


def latest(session: Session, person_ids: Sequence[str]) -> dict[str, datetime]:
    """When each of these people signed in last, by person id; who never did is left out."""
    last = func.max(SignIn.created_at, type_=Instant)
    query = select(SignIn.person_id, last).where(col(SignIn.person_id).in_(person_ids)).group_by(SignIn.person_id)
    return dict(session.exec(query).all())


def end(session: Session, person_id: str, sign_in_id: str, *, by: str, now: datetime) -> None:
    """End one of a person's own sign-ins. Raises NotFound for anybody else's."""
    found = session.get(SignIn, sign_in_id) if is_id(sign_in_id) else None
    if found is None or found.person_id != person_id or found.ended_at is not None:
        raise NotFound("That sign-in is over already, or it is not yours.")
    _end_noted(session, [found], by=by, now=now)


def end_all(session: Session, person_id: str, *, by: str, now: datetime, but: str = "") -> int:
    """End all of a person's sign-ins but one; how many those were."""
    found = [each for each in of_person(session, person_id, now) if each.id != but]
    _end_noted(session, found, by=by, now=now)
    return len(found)


def _end_noted(session: Session, found: Sequence[SignIn], *, by: str, now: datetime) -> None:
    for each in found:
        _end(session, each, now)
        person = session.get_one(Person, each.person_id)
        audit.note(session, "sign-in.ended", accounts.thing(person), by=by, now=now, before={"sign_in": each.id})


def _end(session: Session, found: SignIn, now: datetime) -> None:
    found.ended_at = now
    session.add(found)
    session.flush()


def _live(session: Session, secret: str, now: datetime) -> SignIn | None:
    found = session.exec(select(SignIn).where(SignIn.sha256 == credentials.digest(secret))).first()
    return found if found is not None and found.ended_at is None and _lasts(found, now) else None


def _lasts(sign_in: SignIn, now: datetime) -> bool:
    return now < sign_in.expires_at and is_recent(sign_in.used_at, now, IDLE)
