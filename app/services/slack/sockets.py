"""Sockets: the app token of a connection, and the lease by which one server of all holds its socket (ADR 27)."""

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from app.db.database import announce
from app.domain.actor import Act
from app.domain.intake.kinds import SLACK
from app.errors import Conflict, Malformed
from app.events import ConnectionsChanged
from app.models import Connection, SlackSocket
from app.services import notices
from app.services.audit import audit
from app.services.intake import connections
from app.services.notices import News
from app.services.operations.secrets import SigningKey
from app.services.people import people
from app.services.slack.workspaces import END, NOT_SLACK
from app.services.weeks import weeks

PURPOSE = "slack-app-token"
UNREADABLE: Final = "The app token can’t be read with this server’s key. Paste it again."

_TOKEN = re.compile(r"xapp-[A-Za-z0-9-]{10,400}")


class Held(NamedTuple):
    """A socket that a server holds: its connection, and its app token, which was set at a moment."""

    connection_id: str
    name: str
    token: str | None
    set_at: datetime


def check_token(text: str) -> str:
    """An app token as it is pasted. Raises Malformed."""
    token = text.strip()
    if not _TOKEN.fullmatch(token):
        raise Malformed("An app token begins with xapp-. At Slack, make one under Basic Information, App-Level Tokens.")
    return token


def set_token(session: Session, key: SigningKey, name: str, act: Act, *, token: str) -> SlackSocket:
    """Keep an app token, with which a server connects at once. Raises NotFound, Conflict or Malformed."""
    connection = _lock(session, name)
    token = check_token(token)
    socket = session.get(SlackSocket, connection.id) or SlackSocket(
        connection_id=connection.id, set_at=act.now, set_by=act.actor.name
    )
    socket.token, socket.token_end = key.seal(PURPOSE, token), token[-END:]
    socket.set_at, socket.set_by, socket.error, socket.connected_at = act.now, act.actor.name, None, None
    session.add(socket)
    session.flush()
    audit.note(session, "slack.app-token-set", connections.audit_target(connection), act, after={"ends": token[-END:]})
    return socket


def clear_token(session: Session, name: str, act: Act) -> None:
    """Forget the app token of a connection. Raises NotFound, or Conflict where there is none."""
    connection = _lock(session, name)
    socket = session.get(SlackSocket, connection.id)
    if socket is None or socket.token is None:
        raise Conflict("This connection has no app token.")
    _erase(session, socket, None)
    audit.note(session, "slack.app-token-cleared", connections.audit_target(connection), act)


def _lock(session: Session, name: str) -> Connection:
    connection = connections.lock(session, name)
    if connection.kind != SLACK:
        raise Conflict(NOT_SLACK)
    return connection


def find(session: Session, connection_id: str) -> SlackSocket | None:
    """The socket of a connection; None before it was given an app token."""
    return session.get(SlackSocket, connection_id)


def has_token(session: Session, connection_id: str) -> bool:
    """Tell whether a connection has an app token, so that it takes calls without a signing secret."""
    socket = find(session, connection_id)
    return socket is not None and socket.token is not None


def is_free(session: Session, holder: str, now: datetime) -> bool:
    """Tell whether a server has something to hold: sockets of its own, or some that no other holds."""
    return session.exec(select(SlackSocket.connection_id).where(*_free(holder, now)).limit(1)).first() is not None


def hold(session: Session, key: SigningKey, holder: str, now: datetime, lease: timedelta) -> list[Held]:
    """Hold for a while the sockets that no other server does, and prolong what this one has; all of these."""
    query = select(SlackSocket).where(*_free(holder, now)).order_by(col(SlackSocket.connection_id))
    held = []
    for socket in session.exec(query.with_for_update(skip_locked=True)).all():
        if socket.holder != holder:
            socket.holder, socket.connected_at = holder, None
        socket.held_until = now + lease
        session.add(socket)
        connection = session.get_one(Connection, socket.connection_id)
        token = key.unseal(PURPOSE, socket.token) if socket.token else None
        held.append(Held(connection.id, connection.name, token, socket.set_at))
    session.flush()
    return held


def _free(holder: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    is_ours = or_(
        col(SlackSocket.holder) == holder, col(SlackSocket.held_until).is_(None), col(SlackSocket.held_until) <= now
    )
    return col(SlackSocket.token).is_not(None), is_ours


def release(session: Session, holder: str) -> None:
    """Let others hold at once what a server held that ends."""
    for socket in session.exec(select(SlackSocket).where(SlackSocket.holder == holder).with_for_update()).all():
        socket.holder, socket.held_until, socket.connected_at = "", None, None
        session.add(socket)
    session.flush()


def connected(session: Session, held: Held, holder: str, now: datetime) -> None:
    """Note that a socket is open."""
    if socket := _own(session, held, holder):
        socket.connected_at, socket.error = socket.connected_at or now, None
        session.add(socket)
        session.flush()


def failed(session: Session, held: Held, holder: str, why: str) -> None:
    """Note that a socket isn't open, and why; it is tried again."""
    if socket := _own(session, held, holder):
        socket.connected_at, socket.error = None, why
        session.add(socket)
        session.flush()


def refused(session: Session, held: Held, holder: str, why: str, act: Act, in_game: datetime) -> None:
    """Forget an app token that Slack doesn't take, and tell organizers, once for each token."""
    socket = _own(session, held, holder)
    if socket is None:
        return
    _take_back(session, socket, why, act)
    if (week := weeks.default_week(session, in_game)) is not None:
        facts = {"name": held.name, "why": why}
        news = News("slack-off", f"{held.connection_id}:socket", int(held.set_at.timestamp()), facts)
        notices.tell(session, week, people.organizers(session), news, in_game)


def _own(session: Session, held: Held, holder: str) -> SlackSocket | None:
    """A socket, locked, if this server holds it and its token is still the same."""
    socket = session.get(SlackSocket, held.connection_id, populate_existing=True, with_for_update=True)
    is_same = socket is not None and socket.token is not None and socket.set_at == held.set_at
    return socket if socket is not None and is_same and socket.holder == holder else None


def removed(session: Session, connection_id: str, at: datetime, act: Act, why: str) -> None:
    """Erase an app token that is older than this moment, at which the app was removed at Slack."""
    socket = session.get(SlackSocket, connection_id, populate_existing=True, with_for_update=True)
    if socket is not None and socket.token is not None and at >= socket.set_at:
        _take_back(session, socket, why, act)


def _take_back(session: Session, socket: SlackSocket, why: str, act: Act) -> None:
    """Erase an app token that doesn't work any more, which the audit says."""
    _erase(session, socket, why)
    target = connections.audit_target(session.get_one(Connection, socket.connection_id))
    audit.note(session, "slack.app-token-revoked", target, act, after={"why": why})
    announce(session, ConnectionsChanged())


def _erase(session: Session, socket: SlackSocket, why: str | None) -> None:
    socket.token, socket.token_end, socket.error = None, "", why
    socket.connected_at, socket.holder, socket.held_until = None, "", None
    session.add(socket)
    session.flush()
