"""Identities: whom another tool's id belongs to."""

from sqlmodel import Session, select

from app.db.database import serialize
from app.domain.actor import Act, visitor
from app.errors import SignInRefused
from app.models import Identity, Person
from app.services.access import accounts
from app.services.audit import audit


def find_or_link(session: Session, act: Act, *, issuer: str, subject: str, name: str, email: str) -> Person:
    """The person whom an issuer knows by this subject; at the first time the one with this e-mail, or somebody new.

    The caller has made sure that the issuer vouches for the e-mail. Raises SignInRefused for an e-mail of somebody
    whom the same issuer knows by another subject.
    """
    serialize(session)
    identity = session.get(Identity, (issuer, subject))
    if identity is not None:
        return session.get_one(Person, identity.person_id)
    act = act.by(visitor(name))
    person = accounts.by_email(session, email) or accounts.create(session, act, name=name, email=email)
    scalar = select(Identity).where(Identity.issuer == issuer, Identity.person_id == person.id)
    if session.exec(scalar).first() is not None:
        raise SignInRefused("Another company account uses this email. Ask an organizer for help.")
    session.add(Identity(issuer=issuer, subject=subject, person_id=person.id, created_at=act.now))
    session.flush()
    details = {"issuer": issuer, "subject": subject}
    audit.note(session, "identity.linked", accounts.audit_target(person), act.by(visitor(person.name)), after=details)
    return person
