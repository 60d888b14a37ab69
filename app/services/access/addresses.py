"""Addresses: the further e-mails of a person. Each of theirs signs them in, and is them in lists and reports."""

from sqlmodel import Session, col, select

from app.db.database import announce, serialize
from app.domain.actor import Act
from app.domain.text import names
from app.domain.text.direction import apart
from app.errors import Conflict, NotFound
from app.events import AccessChanged
from app.models import Person, PersonAddress
from app.services.access import accounts
from app.services.audit import audit
from app.services.people import newcomers

MOST = 20
"""Addresses of one person: more than anybody has, few enough for a page."""


def of_person(session: Session, person_id: str) -> list[PersonAddress]:
    """The further e-mails of a person, in order."""
    query = select(PersonAddress).where(PersonAddress.person_id == person_id)
    return list(session.exec(query.order_by(PersonAddress.email)))


def by_person(session: Session, person_ids: list[str]) -> dict[str, list[str]]:
    """The further e-mails of these people by their ids, in order; who has none is left out."""
    query = select(PersonAddress.person_id, PersonAddress.email).where(col(PersonAddress.person_id).in_(person_ids))
    found: dict[str, list[str]] = {}
    for person_id, email in session.exec(query.order_by(PersonAddress.email)):
        found.setdefault(person_id, []).append(email)
    return found


def add(session: Session, person_id: str, email: str, act: Act) -> Person:
    """Give a person a further e-mail; what waits for it is credited to them.

    Raises NotFound, Malformed, NotAllowed for an owner's account, or Conflict for an e-mail that somebody has.
    """
    email = accounts.check_email(email)
    serialize(session)
    person = accounts.find(session, person_id)
    accounts.check_may_change(person, act.actor)
    if (holder := accounts.by_email(session, email)) is not None:
        whose = "theirs already" if holder.id == person.id else f"the one of {apart(holder.name)}"
        advice = "" if holder.id == person.id else " Merge the two if they are one person."
        raise Conflict.at(email=f"The email {email} is {whose}.{advice}")
    if len(of_person(session, person.id)) >= MOST:
        raise Conflict.at(email=f"{apart(person.name)} has {MOST} further emails. Remove one first.")
    session.add(PersonAddress(email=email, person_id=person.id, added_at=act.now, added_by=act.actor.name))
    session.flush()
    newcomers.welcome(session, [email])
    audit.note(session, "address.added", accounts.audit_target(person), act, after={"email": email})
    return person


def remove(session: Session, person_id: str, email: str, act: Act) -> Person:
    """Take a further e-mail away; what was credited stays.

    Raises NotFound, NotAllowed for an owner's account, or Conflict for the main one.
    """
    serialize(session)
    person, address = _find(session, person_id, email, act)
    session.delete(address)
    session.flush()
    audit.note(session, "address.removed", accounts.audit_target(person), act, before={"email": address.email})
    return person


def make_main(session: Session, person_id: str, email: str, act: Act, *, seen: str = "") -> Person:
    """Make one of a person's e-mails the one that messages go to.

    `seen` is the main one that it replaces; empty is any. Raises what `remove` raises, and Conflict where another
    organizer chose one meanwhile.
    """
    serialize(session)
    person, address = _find(session, person_id, email, act)
    if seen and seen != person.email:
        raise Conflict(
            f"Another organizer made {person.email} the main email after you opened this page. "
            f"Make {address.email} main again to replace theirs."
        )
    before = person.email
    session.delete(address)
    session.flush()
    person.email = address.email
    session.add(person)
    session.add(PersonAddress(email=before, person_id=person.id, added_at=act.now, added_by=act.actor.name))
    session.flush()
    announce(session, AccessChanged(frozenset({person.id})))
    details = {"before": {"email": before}, "after": {"email": person.email}}
    audit.note(session, "address.chosen", accounts.audit_target(person), act, **details)
    return person


def _find(session: Session, person_id: str, email: str, act: Act) -> tuple[Person, PersonAddress]:
    person = accounts.find(session, person_id)
    accounts.check_may_change(person, act.actor)
    found = accounts.by_email(session, email)
    if found is None or found.id != person.id:
        raise NotFound(f"{apart(person.name)} has no such email.")
    address = session.get(PersonAddress, names.fold_email(email))
    if address is None:
        raise Conflict("This is the email that messages go to. Make another one that first.")
    return person, address
