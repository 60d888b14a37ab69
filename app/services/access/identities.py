"""Identities: whom another tool's id belongs to."""

from datetime import datetime

from sqlmodel import Session, select

from app.db.database import alone
from app.errors import SignInRefused
from app.models import Identity, Person
from app.services.access import accounts
from app.services.audit import audit


def find_or_link(session: Session, *, issuer: str, subject: str, name: str, email: str, now: datetime) -> Person:
    """The person whom an issuer knows by this subject; at the first time the one with this e-mail, or somebody new.

    The caller has made sure that the issuer vouches for the e-mail. Raises SignInRefused for an e-mail of somebody
    whom the same issuer knows by another subject.
    """
    alone(session)
    known = session.get(Identity, (issuer, subject))
    if known is not None:
        return session.get_one(Person, known.person_id)
    person = accounts.by_email(session, email) or accounts.create(session, name=name, email=email, by=name, now=now)
    taken = select(Identity).where(Identity.issuer == issuer, Identity.person_id == person.id)
    if session.exec(taken).first() is not None:
        raise SignInRefused("Another account of your company uses this e-mail here already. Ask an organizer for help.")
    session.add(Identity(issuer=issuer, subject=subject, person_id=person.id, created_at=now))
    session.flush()
    facts = {"issuer": issuer, "subject": subject}
    audit.note(session, "identity.linked", accounts.thing(person), by=person.name, now=now, after=facts)
    return person
