"""Sign-ins: one for each browser somebody signed in with, until it is ended, idle for too long or too old."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, select, update

from app.db.database import announce
from app.domain.actor import Act, Role, SignedInActor, rights_of, visitor
from app.domain.recency import TOLERANCE, due_again, is_recent
from app.errors import NotFound, SignInNeeded
from app.events import AccessChanged
from app.models import Person, SignIn
from app.models.columns import Instant, is_id
from app.services.access import accounts, credentials
from app.services.access.credentials import BY_SQL, Answer, ValidCredential
from app.services.audit import audit

IDLE = timedelta(hours=12)
"""Longer than a working day, shorter than until the next: against a shared computer that somebody walked away from."""
LONGEST = timedelta(days=7)
"""Whatever happens in between: against a stolen cookie that its thief keeps in use. As long as a game."""
TOUCH = timedelta(minutes=5)
"""The resolution of `used_at`: writing it for every request would make readers wait for the disk."""

Way = Literal["first", "invitation", "email", "join", "company"]
PROVEN: frozenset[Way] = frozenset({"invitation", "email", "company"})
"""Ways that only the owner of an e-mail has. Who came in by a team's code said whatever e-mail they liked: so they are
out once its owner comes, and cannot lie in wait in their account."""
_HOLDERS = (
    sqlalchemy.select(
        col(SignIn.sha256), col(SignIn.id), col(SignIn.used_at), col(SignIn.expires_at), col(SignIn.person_id),
        col(Person.name), col(Person.email), col(Person.role), col(Person.theme),
    )
    .join(Person, col(Person.id) == col(SignIn.person_id))
    .where(col(SignIn.ended_at).is_(None), col(Person.disabled_at).is_(None))
)  # fmt: skip
"""Columns rather than entities: thousands are read every other second."""

SIGN_IN_AGAIN = "You’re signed out. Sign in and try again."


def start(session: Session, person: Person, way: Way, act: Act, *, agent: str, replaces: str | None) -> str:
    """Sign a person in and return the secret their browser keeps; the sign-in the browser had before is ended.

    Raises SignInNeeded for somebody who is disabled.
    """
    now, act = act.now, act.by(visitor(person.name))
    session.refresh(person, with_for_update=True)  # who switches them off waits, or has done so
    if person.disabled_at is not None:
        raise SignInNeeded("This account is deactivated. An organizer can reactivate it.")
    if replaces is not None and (old := _live(session, replaces, now)) is not None:
        _end_noted(session, [old], act)
    if way in PROVEN:
        unproven = [sign_in for sign_in in of_person(session, person.id, now) if sign_in.way == "join"]
        _end_noted(session, unproven, act)
    secret = credentials.make(credentials.SIGN_IN)
    sign_in = SignIn(
        sha256=credentials.digest(secret), person_id=person.id, way=way, address=act.client or "", agent=agent[:200],
        created_at=now, used_at=now, expires_at=now + LONGEST,
    )  # fmt: skip
    session.add(sign_in)
    session.flush()
    details = {"way": way, "sign_in": sign_in.id}
    audit.note(session, "sign-in.started", accounts.audit_target(person), act, after=details)
    return secret


def check_many(session: Session, secrets: Collection[str], now: datetime) -> dict[str, Answer]:
    """Say of each secret who signed in with it, or that nobody is; one query for every 500."""
    answers: dict[str, Answer] = dict.fromkeys(secrets, SignInNeeded(SIGN_IN_AGAIN))
    for batch in credentials.batches(secrets):
        row: Any
        for digest, *row in session.connection().execute(_HOLDERS.where(col(SignIn.sha256).in_(batch))):
            answers[batch[digest]] = _answer(batch[digest], now, *row)
    return answers


def check(session: Session, secret: str, now: datetime) -> ValidCredential:
    """Find a valid sign-in. Raises SignInNeeded."""
    return credentials.take(check_many(session, [secret], now)[secret])


def touch(session: Session, secrets: Iterable[str], now: datetime) -> None:
    """Note that sign-ins are in use; what is over stays over. A row that somebody else is writing is left alone."""
    for batch in credentials.batches(secrets):
        free = select(SignIn.id).where(
            col(SignIn.sha256).in_(batch),
            col(SignIn.ended_at).is_(None),
            col(SignIn.used_at) > now - IDLE,
            col(SignIn.used_at) <= now + TOLERANCE,
        )
        mine = free.with_for_update(skip_locked=True)
        session.execute(update(SignIn).where(col(SignIn.id).in_(mine)).values(used_at=now), execution_options=BY_SQL)


def _answer(
    secret: str, now: datetime, sign_in_id: str, used_at: datetime, expires_at: datetime,
    person_id: str, name: str, email: str, role: Role, theme: str,
) -> Answer:  # fmt: skip
    if not _lasts(used_at, expires_at, now):
        return SignInNeeded(SIGN_IN_AGAIN)
    csrf = sha256(f"form:{secret}".encode()).hexdigest()
    member = SignedInActor(name, "person", rights_of(role), person_id, email, theme, sign_in_id, csrf)
    ends = min(expires_at, used_at + IDLE)
    return ValidCredential(member, frozenset((sign_in_id, person_id)), ends, due_again(used_at, now, TOUCH))


def of_person(session: Session, person_id: str, now: datetime) -> list[SignIn]:
    """Everything a person is signed in with, the last used first."""
    query = select(SignIn).where(SignIn.person_id == person_id, col(SignIn.ended_at).is_(None))
    last_used_first = query.order_by(col(SignIn.used_at).desc(), col(SignIn.created_at).desc(), col(SignIn.id))
    return [sign_in for sign_in in session.exec(last_used_first) if _lasts(sign_in.used_at, sign_in.expires_at, now)]


def latest(session: Session, person_ids: Sequence[str]) -> dict[str, datetime]:
    """The latest sign-in of each of these people, by person id; who never signed in is left out."""
    last = func.max(SignIn.created_at, type_=Instant)
    query = select(SignIn.person_id, last).where(col(SignIn.person_id).in_(person_ids)).group_by(SignIn.person_id)
    return dict(session.exec(query).all())


def end(session: Session, person_id: str, sign_in_id: str, act: Act) -> None:
    """End one of a person's own sign-ins. Raises NotFound for anybody else's."""
    sign_in = session.get(SignIn, sign_in_id) if is_id(sign_in_id) else None
    if sign_in is None or sign_in.person_id != person_id or sign_in.ended_at is not None:
        raise NotFound("That browser is signed out already, or isn’t yours.")
    _end_noted(session, [sign_in], act)


def end_all(session: Session, person_id: str, act: Act, *, but: str = "") -> int:
    """End all of a person's sign-ins but one; how many those were."""
    sign_ins = [sign_in for sign_in in of_person(session, person_id, act.now) if sign_in.id != but]
    _end_noted(session, sign_ins, act)
    return len(sign_ins)


def _end_noted(session: Session, found: Sequence[SignIn], act: Act) -> None:
    for sign_in in found:
        _end(session, sign_in, act.now)
        person = session.get_one(Person, sign_in.person_id)
        audit.note(session, "sign-in.ended", accounts.audit_target(person), act, before={"sign_in": sign_in.id})


def _end(session: Session, found: SignIn, now: datetime) -> None:
    found.ended_at = now
    session.add(found)
    session.flush()
    announce(session, AccessChanged(frozenset({found.id})))


def _live(session: Session, secret: str, now: datetime) -> SignIn | None:
    sign_in = session.exec(select(SignIn).where(SignIn.sha256 == credentials.digest(secret))).first()
    return (
        sign_in
        if sign_in is not None and sign_in.ended_at is None and _lasts(sign_in.used_at, sign_in.expires_at, now)
        else None
    )


def _lasts(used_at: datetime, expires_at: datetime, now: datetime) -> bool:
    return now < expires_at and is_recent(used_at, now, IDLE)
