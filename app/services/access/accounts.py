"""Accounts: people with a role, who may be switched off. At least one owner always remains."""

from datetime import datetime

from sqlmodel import Session, col, select, update

from app.db.database import announce, serialize
from app.domain.actor import GRANT, ROLES, Act, Actor, visitor
from app.domain.text import emails, names
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed, NotAllowed, NotFound
from app.events import AccessChanged
from app.models import Person, SignIn, SignInLink
from app.models.columns import is_id
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.people import newcomers, people
from app.services.teams import teams
from app.services.weeks import week_fields

THEMES = ("auto", "light", "dark")
LAST_OWNER = "There must be an owner. Make another person an owner first."
OWNERS_ALONE = "Only owners change an owner’s account or create links for it."


def find(session: Session, person_id: str) -> Person:
    """The person of this id, or whom that person was merged into. Raises NotFound."""
    person = session.get(Person, person_id) if is_id(person_id) else None
    if person is not None and person.merged_into is not None:
        person = session.get_one(Person, person.merged_into)
    if person is None or person.removed_at is not None:
        raise NotFound("There’s no person with that id. People lists everyone.")
    return person


def by_email(session: Session, email: str) -> Person | None:
    """The person with this e-mail, however it is typed; None for what no database would take as text."""
    folded = names.fold_email(email)
    return None if names.flaw(folded, emails.LONGEST) else people.by_email(session, [folded]).get(folded)


def by_written_email(session: Session, text: str) -> Person | None:
    """The person whose e-mail somebody wrote down; None where there is nobody. Not for what a provider vouches for."""
    return by_email(session, emails.written(text))


def owners(session: Session) -> list[Person]:
    """The owners who are not switched off: those who may grant roles."""
    return list(session.exec(select(Person).where(Person.role == "owner", col(Person.disabled_at).is_(None))))


def create(session: Session, act: Act, *, name: str, email: str) -> Person:
    """A new person. Raises Malformed, or Conflict for an e-mail that somebody has."""
    name, email = names.tidy(name), emails.written(email)
    if flaws := people.flaws_of(name, email):
        raise Malformed.at(**flaws)
    serialize(session)
    if by_email(session, email) is not None:
        raise Conflict.at(email=f"The email {email} is in use. Search People for it.")
    person = Person(email=email, name=name, created_at=act.now)
    session.add(person)
    session.flush()
    newcomers.welcome(session, [email])
    audit.note(session, "person.created", audit_target(person), act, after={"name": name, "email": email})
    return person


def check_email(email: str) -> str:
    """An e-mail, folded. Raises Malformed."""
    email = emails.written(email)
    if flaw := people.email_flaw(email):
        raise Malformed(flaw)
    return email


def make_owner(session: Session, act: Act, *, name: str, email: str) -> Person:
    """The installation's first owner, who may be somebody an import made already."""
    act = act.by(visitor(names.tidy(name)))
    known = by_email(session, email)
    person = known or create(session, act, name=name, email=email)
    if known is not None and names.tidy(name) and known.role != "owner":
        rename(session, known, name, act)
    _void_links(session, person.id, act.now)
    before, person.role = person.role, "owner"
    _save(session, person)
    details = {"role": "owner", "why": "first start"}
    audit.note(
        session,
        "role.changed",
        audit_target(person),
        act.by(visitor(person.name)),
        before={"role": before},
        after=details,
    )
    return person


def check_may_change(person: Person, actor: Actor) -> None:
    """Raise NotAllowed where somebody who may not grant roles would act on an owner's account."""
    if person.role == "owner" and not actor.may(GRANT):
        raise NotAllowed(OWNERS_ALONE)


def check_name(name: str) -> str:
    """A person's name, tidied. Raises Malformed."""
    name = names.tidy(name)
    if flaw := names.public_flaw(name):
        raise Malformed(f"The name {flaw}.")
    return name


def rename(session: Session, person: Person, name: str, act: Act, *, seen: str = "") -> None:
    """Give a person another name, on every board they are on.

    `seen` is the name that it replaces; empty is any. Raises Malformed, NotAllowed for an owner's account that is not
    one's own, or Conflict where somebody renamed them meanwhile.
    """
    name = check_name(name)
    serialize(session)
    session.refresh(person)
    if act.actor.person_id != person.id:
        check_may_change(person, act.actor)
    if person.name == name:
        return
    if seen and person.name != seen:
        theirs = f"Someone renamed them to “{apart(person.name)}” after you opened this page."
        raise Conflict.at(name=f"{theirs} Rename again to replace it.")
    before, person.name = person.name, name
    _save(session, person)
    teams.touch_weeks_of(session, {person.id}, act.now)
    audit.note(session, "person.renamed", audit_target(person), act, before={"name": before}, after={"name": name})


def set_role(session: Session, person: Person, role: str, act: Act) -> None:
    """Give a person another role.

    Links made for a new owner before are void: an organizer who kept one would become an owner by it.
    Raises NotAllowed for anybody but owners, Malformed, or Conflict where no owner would remain.
    """
    if not act.actor.may(GRANT):
        raise NotAllowed("Only owners change roles.")
    if role not in ROLES:
        raise Malformed(f"“{role[:40]}” isn’t a role. Choose from {', '.join(ROLES)}.")
    serialize(session)
    session.refresh(person)
    if person.role == role:
        return
    if person.role == "owner" and [owner.id for owner in owners(session)] == [person.id]:
        raise Conflict(LAST_OWNER)
    if role == "owner":
        _void_links(session, person.id, act.now)
    before, person.role = person.role, role
    _save(session, person)
    audit.note(session, "role.changed", audit_target(person), act, before={"role": before}, after={"role": role})


def check_theme(theme: str) -> str:
    """One of THEMES. Raises Malformed."""
    if theme not in THEMES:
        raise Malformed(f"“{theme[:40]}” isn’t an appearance. Choose from {', '.join(THEMES)}.")
    return theme


def set_theme(session: Session, person: Person, theme: str) -> None:
    """Choose how pages look to a person. Raises Malformed."""
    person.theme = check_theme(theme)
    _save(session, person)


def switch(session: Session, person: Person, act: Act, *, on: bool) -> None:
    """Switch a person off, who is then signed out everywhere within seconds, or on again.

    Who is switched on again starts anew: sign-ins and links from before have ended for good.
    Raises NotAllowed for an organizer who would switch an owner, or Conflict where no owner would remain.
    """
    serialize(session)
    session.refresh(person)
    check_may_change(person, act.actor)
    if (person.disabled_at is None) == on:
        return
    if not on and [owner.id for owner in owners(session)] == [person.id]:
        raise Conflict(LAST_OWNER)
    if not on:
        shut_out(session, person.id, act.now)
    teams.touch_weeks_of(session, {person.id}, act.now)
    person.disabled_at = None if on else act.now
    _save(session, person)
    audit.note(session, "person.switched-on" if on else "person.switched-off", audit_target(person), act)


def check_zone(name: str) -> str:
    """A time zone's name, or none. Raises Malformed."""
    return week_fields.check_zone(name.strip()) if name.strip() else ""


def set_zone(session: Session, person: Person, name: str) -> None:
    """Choose the zone a person lives in; without one the week's counts. Raises Malformed."""
    person.timezone = check_zone(name) or None
    session.add(person)
    session.flush()


def _save(session: Session, person: Person) -> None:
    """Write a person whom requests may know as they were, and say so to whoever remembers them."""
    session.add(person)
    session.flush()
    announce(session, AccessChanged(frozenset({person.id})))


def shut_out(session: Session, person_id: str, now: datetime) -> None:
    """End every way in. Links come before the person's own row, as where a link is used: two would wait in a circle."""
    _void_links(session, person_id, now)
    open_ones = (col(SignIn.person_id) == person_id, col(SignIn.ended_at).is_(None))
    session.exec(update(SignIn).where(*open_ones).values(ended_at=now))


def _void_links(session: Session, person_id: str, now: datetime) -> None:
    unused = (
        col(SignInLink.person_id) == person_id,
        col(SignInLink.used_at).is_(None),
        col(SignInLink.revoked_at).is_(None),
    )
    session.exec(update(SignInLink).where(*unused).values(revoked_at=now))


def audit_target(person: Person) -> AuditTarget:
    """A person as the audit names them."""
    return AuditTarget("person", person.id, person.name)
