"""Sign-in links: made for one person, used once. The first start's makes its opener the owner."""

from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlencode

from sqlalchemy import CursorResult
from sqlmodel import Session, col, select, update

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.recency import is_recent
from app.domain.text import emails
from app.domain.text.direction import apart
from app.errors import Conflict, NotFound
from app.models import Person, SignIn, SignInLink
from app.models.columns import new_id
from app.services import jobs
from app.services.access import accounts, credentials, throttle
from app.services.audit import audit
from app.services.audit.audit import AuditTarget

Purpose = Literal["first", "invitation", "email"]
# Against links that turn up later in a mailbox, a chat or a log. What somebody asked for a moment ago is short; what an
# organizer hands out lies in a chat over a weekend until it is opened.
LASTS: dict[str, timedelta] = {
    "first": timedelta(days=7),
    "invitation": timedelta(days=7),
    "email": timedelta(minutes=30),
}
GONE = "This link was used, revoked or has expired. Ask for a new one."
OWNED = "This server has an owner. Ask an organizer for a sign-in link."


def address(public_url: str, secret: str, to: str = "") -> str:
    """The address that signs somebody in: a path alone where nobody knows the server's own address.

    `to` is the page they go on to, by the name it has on the sign-in page.
    """
    query = urlencode({"to": to}) if to else ""
    return f"{public_url.rstrip('/')}/sign-in/link/{secret}{f'?{query}' if query else ''}"


BY_MAIL: Final = "mail.sign_in_link"
"""The kind of the job that sends a link to whoever asked for one."""


def make(session: Session, person: Person, purpose: Purpose, act: Act) -> str:
    """A link's secret for one person; an invitation takes back the ones before it. Raises Conflict if disabled.

    Raises NotAllowed for an organizer who wants an owner's: whoever opens a link is that person.
    """
    serialize(session)
    session.refresh(person)
    accounts.check_may_change(person, act.actor)
    if person.disabled_at is not None:
        raise Conflict(f"{apart(person.name)} is deactivated. Reactivate them before sending a link.")
    if purpose == "invitation":
        revoke(session, person, act)
    secret = _add(session, purpose, person.id, act)
    audit.note(session, "link.made", accounts.audit_target(person), act, after={"purpose": purpose})
    return secret


def ask_for(session: Session, email: str, act: Act, *, to: str = "") -> None:
    """Have a link sent to whoever is known by this e-mail, which leads on `to` a page. Raises TooMany."""
    throttle.count(session, throttle.MAILS_TO_ACCOUNT, email, act.now)
    # What is longer is nobody's. The id of the message stays the same if it has to be sent again.
    payload = {"email": email[: emails.LONGEST + 1], "address": act.client or "", "message_id": new_id(), "to": to}
    jobs.enqueue(session, BY_MAIL, payload, run_at=act.now)


def send_later(session: Session, person: Person, act: Act) -> None:
    """Have an invitation sent to somebody by email, unless they sign in before; act at the real time."""
    payload = {"person": person.id, "by": act.actor.name, "message_id": new_id()}
    jobs.enqueue(session, BY_MAIL, payload, run_at=act.now)


def make_promised(session: Session, person_id: str, act: Act) -> tuple[Person, str] | None:
    """Make the invitation that `send_later` promised; None for who has signed in since, or can't."""
    serialize(session)
    try:
        person = accounts.find(session, person_id)
    except NotFound:
        return None
    been = session.exec(select(SignIn.id).where(SignIn.person_id == person.id).limit(1)).first()
    if been is not None or person.disabled_at is not None:
        return None
    return person, make(session, person, "invitation", act)


def make_asked_for(session: Session, email: str, act: Act) -> tuple[Person, str] | None:
    """Make a link for whoever is known by this e-mail, as they asked for it; None where nobody is who may come in.

    Then a link is made that never counts, and the audit notes it all the same: whoever asks shall not learn from the
    time it takes who is known here.
    """
    serialize(session)
    person = accounts.by_email(session, email)
    if person is not None and person.disabled_at is None:
        return person, make(session, person, "email", act)
    link = _link(credentials.make(credentials.LINK), "email", None, act, revoked_at=act.now)
    session.add(link)
    session.flush()
    session.refresh(link)  # as `make` does with the person
    audit.note(session, "link.refused", AuditTarget("page", "sign-in", "the sign-in page"), act)
    return None


def make_first(session: Session, act: Act) -> str | None:
    """A link for the first owner; of several, one wins. None once there is an owner."""
    serialize(session)
    if accounts.owners(session):
        return None
    return _add(session, "first", None, act)


def _add(session: Session, purpose: Purpose, person_id: str | None, act: Act) -> str:
    secret = credentials.make(credentials.LINK)
    session.add(_link(secret, purpose, person_id, act))
    session.flush()
    return secret


def _link(
    secret: str, purpose: Purpose, person_id: str | None, act: Act, *, revoked_at: datetime | None = None
) -> SignInLink:
    return SignInLink(
        sha256=credentials.digest(secret),
        purpose=purpose,
        person_id=person_id,
        by=act.actor.name,
        created_at=act.now,
        expires_at=act.now + LASTS[purpose],
        revoked_at=revoked_at,
    )


def look(session: Session, secret: str, now: datetime) -> tuple[SignInLink, Person | None]:
    """The link and whom it is for, without using it. Raises NotFound for one that does not count."""
    link = session.exec(select(SignInLink).where(SignInLink.sha256 == credentials.digest(secret))).first()
    if link is None or link.used_at is not None or link.revoked_at is not None or not _lasts(link, now):
        raise NotFound(GONE)
    if link.purpose == "first" and accounts.owners(session):
        raise NotFound(OWNED)
    person = session.get(Person, link.person_id) if link.person_id else None
    if person is not None and person.disabled_at is not None:
        raise NotFound(GONE)
    return link, person


def _lasts(link: SignInLink, now: datetime) -> bool:
    return now < link.expires_at and is_recent(link.created_at, now, LASTS[link.purpose])


def use(session: Session, secret: str, now: datetime) -> tuple[Purpose, Person]:
    """Use up a link that is for somebody; of two at once, one wins. Raises NotFound."""
    link, person = look(session, secret, now)
    if person is None:
        raise NotFound(GONE)
    _use_up(session, link, now)
    return ("invitation" if link.purpose == "invitation" else "email"), person


def use_first(session: Session, secret: str, act: Act, *, name: str, email: str) -> Person:
    """Use up the first start's link: its opener becomes the owner. Raises NotFound or Malformed."""
    serialize(session)
    link, _ = look(session, secret, act.now)
    if link.purpose != "first":
        raise NotFound(GONE)
    _use_up(session, link, act.now)
    return accounts.make_owner(session, act, name=name, email=emails.written(email))


def _use_up(session: Session, link: SignInLink, now: datetime) -> None:
    """Mark a link used by compare-and-set: of two who read it unused, one UPDATE changes a row. Raises NotFound."""
    still_counts = (col(SignInLink.used_at).is_(None), col(SignInLink.revoked_at).is_(None))
    result = session.execute(update(SignInLink).where(col(SignInLink.id) == link.id, *still_counts).values(used_at=now))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise NotFound(GONE)


def revoke(session: Session, person: Person, act: Act) -> int:
    """Take back every invitation of a person that is still unused; how many those were."""
    query = select(SignInLink).where(
        SignInLink.person_id == person.id, col(SignInLink.used_at).is_(None), col(SignInLink.revoked_at).is_(None)
    )
    query = query.order_by(col(SignInLink.created_at), col(SignInLink.id))
    links = [link for link in session.exec(query) if _lasts(link, act.now)]
    for link in links:
        link.revoked_at = act.now
        session.add(link)
        audit.note(session, "link.revoked", accounts.audit_target(person), act, before={"purpose": link.purpose})
    session.flush()
    return len(links)


def pending(session: Session, now: datetime) -> dict[str, datetime]:
    """Until when each person's unused invitation lasts, by person id."""
    query = select(SignInLink).where(
        SignInLink.purpose == "invitation",
        col(SignInLink.used_at).is_(None),
        col(SignInLink.revoked_at).is_(None),
        col(SignInLink.expires_at) > now,
    )
    return {link.person_id: link.expires_at for link in session.exec(query) if link.person_id and _lasts(link, now)}
