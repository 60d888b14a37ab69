"""Links by which people of a workspace say who they are here: made in Slack, used once by who signed in, undone."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import CursorResult, delete
from sqlmodel import Session, col, or_, select, update

from app.db.database import serialize
from app.domain.actor import Act, SignedInAct
from app.domain.text.direction import apart
from app.errors import Conflict, NotAllowed, NotFound
from app.models import Connection, Person, SlackLink, SlackUser, SlackWorkspace, SourceIdentity
from app.services.access import credentials
from app.services.intake import authors
from app.services.people import aliases
from app.services.slack import homes, own_deeds, pending

LASTS: Final = timedelta(minutes=15)
UNDONE_WITHIN: Final = timedelta(days=1)
"""The time within which its page undoes a link; Slack does it at any time."""
GONE = "This link was used or has expired. Type /assembly connect in Slack for a new one."
GUEST = "Guests of a workspace can’t connect by themselves. Ask an organizer to name you."


class Asked(NamedTuple):
    """Somebody who asks for a link, as Slack calls them, and where they are told what became of it."""

    connection_id: str
    user_id: str
    user_name: str
    response_url: str = ""


class LinkView(NamedTuple):
    """A link as its page shows it: the account at Slack and its workspace; `person` is who used it."""

    link: SlackLink
    workspace: str
    person: Person | None


def address(public_url: str, secret: str) -> str:
    """The address of a link's page."""
    return f"{public_url.rstrip('/')}/sign-in/slack/{secret}"


def make(session: Session, asked: Asked, now: datetime) -> str:
    """Make a link for somebody in a workspace; its secret. Those of theirs that are over go."""
    theirs = col(SlackLink.connection_id) == asked.connection_id, col(SlackLink.user_id) == asked.user_id
    is_over = col(SlackLink.expires_at) <= now, col(SlackLink.used_at).is_(None)
    session.connection().execute(delete(SlackLink).where(*theirs, *is_over))
    secret = credentials.make(credentials.LINK)
    session.add(
        SlackLink(
            sha256=credentials.digest(secret), connection_id=asked.connection_id, user_id=asked.user_id,
            user_name=asked.user_name[:80], response_url=asked.response_url, created_at=now, expires_at=now + LASTS,
        )
    )  # fmt: skip
    session.flush()
    return secret


def look(session: Session, secret: str, act: Act) -> LinkView:
    """The link, without using it; one that was used is shown for a day to who used it. Raises NotFound."""
    link = session.exec(select(SlackLink).where(SlackLink.sha256 == credentials.digest(secret))).first()
    connection = session.get(Connection, link.connection_id) if link else None
    if link is None or connection is None or connection.disconnected_at is not None:
        raise NotFound(GONE)
    if link.used_at is None and act.now >= link.expires_at:
        raise NotFound(GONE)
    user_id = aliases.resolve(session, link.used_by) if link.used_by else None
    if link.used_at is not None and (user_id != act.actor.person_id or act.now >= link.used_at + UNDONE_WITHIN):
        raise NotFound(GONE)
    workspace = session.get(SlackWorkspace, connection.id)
    named = workspace.team_name if workspace and workspace.team_name else ""
    return LinkView(link, named, session.get(Person, user_id) if user_id else None)


def use(session: Session, secret: str, act: SignedInAct) -> LinkView:
    """Connect the account at Slack with who signed in, and have both told; of two at once, one does.

    Raises NotFound; NotAllowed for guests; Conflict where the account is somebody else's here already.
    """
    serialize(session)
    view = look(session, secret, act)
    link = view.link
    if link.used_at is not None:
        raise NotFound(GONE)
    user = session.get(SlackUser, (link.connection_id, link.user_id))
    if user is not None and user.kind == "guest":
        raise NotAllowed(GUEST)
    source = session.get_one(Connection, link.connection_id).source
    holder = _holder(session, source, link.user_id)
    if holder is not None and holder.id != act.actor.person_id:
        raise Conflict(f"This Slack account is {apart(holder.name)}’s here. Type /assembly connect to change that.")
    _use_up(session, link, act)
    authors.name(session, source, link.user_id, act.actor.email, act)
    if link.response_url:
        pending.tell(session, link.connection_id, link.user_id, "linked", link.id, link.response_url, act.now)
    else:
        own_deeds.connected(session, link, act.actor.person_id, act.now)
    homes.refresh(session, link.connection_id, link.user_id, act.now)
    link.response_url = ""
    session.add(link)
    session.flush()
    return LinkView(link, view.workspace, session.get(Person, act.actor.person_id))


def _holder(session: Session, source: str, user_id: str) -> Person | None:
    identity = _identity(session, source, user_id)
    return session.get(Person, aliases.resolve(session, identity.person_id)) if identity else None


def _identity(session: Session, source: str, user_id: str) -> SourceIdentity | None:
    query = select(SourceIdentity).where(SourceIdentity.source == source, SourceIdentity.external_id == user_id)
    return session.exec(query).first()


def _use_up(session: Session, link: SlackLink, act: SignedInAct) -> None:
    """Mark a link used by compare-and-set. Raises NotFound."""
    is_unused = col(SlackLink.id) == link.id, col(SlackLink.used_at).is_(None)
    values = {"used_at": act.now, "used_by": act.actor.person_id}
    result = session.execute(update(SlackLink).where(*is_unused).values(values))
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise NotFound(GONE)
    session.refresh(link)


def undo(session: Session, secret: str, act: SignedInAct) -> SlackLink:
    """Part the account from who used its link; a repeat changes nothing. Raises NotFound."""
    serialize(session)
    link = look(session, secret, act).link
    if link.used_at is None:
        raise NotFound(GONE)
    if link.undone_at is None:
        link.undone_at = act.now
        session.add(link)
        own_deeds.parted(session, link, act.now)
        part(session, link.connection_id, link.user_id, act, only_of=act.actor.person_id)
        homes.refresh(session, link.connection_id, link.user_id, act.now)
    return link


def part(session: Session, connection_id: str, user_id: str, act: Act, *, only_of: str | None = None) -> bool:
    """Know an account at Slack no more, or only where it is this person's; what was credited stays."""
    serialize(session)
    identity = _identity(session, session.get_one(Connection, connection_id).source, user_id)
    if identity is None or (only_of and aliases.resolve(session, identity.person_id) != only_of):
        return False
    authors.forget(session, identity.id, act)
    return True


def forget(session: Session, now: datetime) -> None:
    """Delete links that are over, and used ones once nothing undoes them any more."""
    is_over = or_(
        (col(SlackLink.expires_at) <= now) & col(SlackLink.used_at).is_(None),
        col(SlackLink.used_at) <= now - UNDONE_WITHIN,
    )
    session.connection().execute(delete(SlackLink).where(is_over))
