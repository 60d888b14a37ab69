"""Workspaces: a bot token is tried before it replaces the one in use, and forgotten when Slack takes it back."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session

from app.db.database import announce
from app.domain import actor
from app.domain.actor import Act
from app.domain.constant_time import is_equal
from app.domain.intake.kinds import SLACK
from app.errors import Conflict, Malformed, NotAllowed
from app.events import ConnectionsChanged
from app.models import Connection, SlackWorkspace
from app.services import jobs, slack_news
from app.services.audit import audit
from app.services.intake import connections
from app.services.operations.secrets import SigningKey

TRY: Final = "slack.try_token"
"""The kind of the job that tries a token."""
PURPOSE = "slack-token"
NEEDED = ("commands", "chat:write", "users:read")
"""Scopes that the app needs; the manifest asks for them, and for that of reading emails, without which it works too."""
END = 4
BY_SLACK = actor.system("Slack")
NOT_ORGANIZER = "Only organizers choose the channel for news."
NOT_SLACK = "Only a connection to Slack has a bot token."

_TOKEN = re.compile(r"xoxb-[A-Za-z0-9-]{10,400}")


class Tried(NamedTuple):
    """The token that was tried, as Slack knows it: its workspace, its bot and its scopes."""

    team_id: str
    team_name: str
    bot_user_id: str
    scopes: Sequence[str]
    is_org_wide: bool


def check_token(text: str) -> str:
    """A bot token as it is pasted. Raises Malformed."""
    token = text.strip()
    if token.startswith("xoxe"):
        raise Malformed("This token expires every 12 hours. Turn token rotation off for the app, and install it again.")
    if not _TOKEN.fullmatch(token):
        raise Malformed("A bot token begins with xoxb-. Copy the Bot User OAuth Token under Install App at Slack.")
    return token


def set_token(session: Session, key: SigningKey, name: str, act: Act, *, token: str) -> SlackWorkspace:
    """Keep a bot token, to be tried at once; the one in use stays until it works.

    Raises NotFound, Conflict for a source of another kind, or Malformed.
    """
    connection = _lock(session, name)
    token = check_token(token)
    workspace = session.get(SlackWorkspace, connection.id) or SlackWorkspace(
        connection_id=connection.id, set_at=act.now, set_by=act.actor.name
    )
    workspace.next_token, workspace.token_end = key.seal(PURPOSE, token), workspace.token_end or token[-END:]
    workspace.set_at, workspace.set_by, workspace.error = act.now, act.actor.name, None
    session.add(workspace)
    session.flush()
    jobs.enqueue(session, TRY, {"connection": connection.id}, run_at=act.now)
    audit.note(session, "slack.token-set", connections.audit_target(connection), act, after={"ends": token[-END:]})
    return workspace


def clear_token(session: Session, name: str, act: Act) -> None:
    """Forget the tokens of a connection. Raises NotFound, or Conflict where there is none."""
    connection = _lock(session, name)
    workspace = session.get(SlackWorkspace, connection.id)
    if workspace is None or (workspace.token is None and workspace.next_token is None):
        raise Conflict("This connection has no bot token.")
    _erase(workspace)
    session.add(workspace)
    session.flush()
    audit.note(session, "slack.token-cleared", connections.audit_target(connection), act)


def _lock(session: Session, name: str) -> Connection:
    connection = connections.lock(session, name)
    if connection.kind != SLACK:
        raise Conflict(NOT_SLACK)
    return connection


def find(session: Session, connection_id: str) -> SlackWorkspace | None:
    """The workspace of a connection; None before it was given a token."""
    return session.get(SlackWorkspace, connection_id)


def waiting_token(session: Session, key: SigningKey, connection_id: str) -> str | None:
    """The token that waits to be tried."""
    workspace = find(session, connection_id)
    return key.unseal(PURPOSE, workspace.next_token) if workspace and workspace.next_token else None


def token_of(session: Session, key: SigningKey, connection_id: str) -> str | None:
    """The token in use; None without one, or where the installation's key is another one now."""
    workspace = find(session, connection_id)
    return key.unseal(PURPOSE, workspace.token) if workspace and workspace.token else None


def accept(session: Session, key: SigningKey, connection_id: str, token: str, tried: Tried, now: datetime) -> None:
    """Use a token that works from now on, if it is still the one that waits and of the same single workspace."""
    workspace = _held(session, key, connection_id, token)
    if workspace is None:
        return
    if flaw := _flaw(workspace, tried):
        refuse(session, key, connection_id, token, flaw, now)
        return
    workspace.token, workspace.next_token, workspace.token_end = workspace.next_token, None, token[-END:]
    if workspace.bot_user_id != tried.bot_user_id:
        workspace.app_id = ""  # another app has another bot
    workspace.team_id, workspace.team_name = tried.team_id, tried.team_name
    workspace.bot_user_id, workspace.scopes = tried.bot_user_id, " ".join(tried.scopes)
    workspace.tried_at, workspace.error, workspace.off_at = now, None, None
    session.add(workspace)
    session.flush()
    announce(session, ConnectionsChanged())


def learn_app(session: Session, connection_id: str, app_id: str) -> None:
    """Keep the id of the app that calls come from, unless one is known: those of another are ignored from then on."""
    workspace = session.get(SlackWorkspace, connection_id, populate_existing=True, with_for_update=True)
    if workspace is not None and not workspace.app_id:
        workspace.app_id = app_id
        session.add(workspace)
        session.flush()


def announce_in(session: Session, connection_id: str, channel_id: str, act: Act) -> None:
    """Have news posted to a channel from now on, or with an empty one nowhere. Raises NotAllowed or Conflict."""
    if not act.actor.may("admin"):
        raise NotAllowed(NOT_ORGANIZER)
    workspace = session.get(SlackWorkspace, connection_id, populate_existing=True, with_for_update=True)
    if workspace is None or (channel_id and workspace.token is None):
        raise Conflict("Hand the bot token over first, on the connection’s page: nothing is posted without it.")
    if channel_id and not channel_id.startswith(("C", "G")):
        raise Conflict("This isn’t a channel. Type it in the channel where news is to be posted.")
    before, workspace.channel_id = workspace.channel_id, channel_id
    session.add(workspace)
    session.flush()
    slack_news.plan_days(session, act.now)
    target = connections.audit_target(session.get_one(Connection, connection_id))
    audit.note(session, "slack.channel-set", target, act, before={"channel": before}, after={"channel": channel_id})


def _flaw(workspace: SlackWorkspace, tried: Tried) -> str:
    missing = [scope for scope in NEEDED if scope not in tried.scopes]
    if tried.is_org_wide:
        return "The app is installed for a whole organization. Install it to one workspace, and paste its token."
    if workspace.team_id and workspace.team_id != tried.team_id:
        return f"This token is of another workspace, “{tried.team_name}”. Connect that one as a source of its own."
    if missing:
        return f"The app may not do enough: {', '.join(missing)}. Paste the manifest again, and install the app again."
    return ""


def refuse(session: Session, key: SigningKey, connection_id: str, token: str, sentence: str, now: datetime) -> None:
    """Forget a token that doesn't work, and say why; the one in use stays."""
    workspace = _held(session, key, connection_id, token)
    if workspace is not None:
        workspace.next_token, workspace.tried_at, workspace.error = None, now, sentence
        session.add(workspace)
        session.flush()


def _held(session: Session, key: SigningKey, connection_id: str, token: str) -> SlackWorkspace | None:
    """The workspace, locked, if this token still waits there."""
    workspace = session.get(SlackWorkspace, connection_id, populate_existing=True, with_for_update=True)
    waits = key.unseal(PURPOSE, workspace.next_token) if workspace and workspace.next_token else None
    is_it = waits is not None and is_equal(waits, token)
    return workspace if is_it else None


def is_renewed(session: Session, connection_id: str, begun: datetime) -> bool:
    """Tell whether the token of a call that began then is another one by now, or is about to be: one is being tried."""
    workspace = session.get(SlackWorkspace, connection_id, populate_existing=True, with_for_update=True)
    if workspace is None or (workspace.token is None and workspace.next_token is None):
        return False
    return workspace.next_token is not None or begun < (workspace.tried_at or workspace.set_at)


def revoked(session: Session, connection_id: str, at: datetime, act: Act, why: str) -> bool:
    """Erase the tokens, for Slack took them back at this moment; False where they are newer, or erased already."""
    workspace = session.get(SlackWorkspace, connection_id, populate_existing=True, with_for_update=True)
    if workspace is None or (workspace.token is None and workspace.next_token is None) or at < workspace.set_at:
        return False
    _erase(workspace)
    workspace.error, workspace.off_at = why, act.now
    session.add(workspace)
    session.flush()
    connection = session.get_one(Connection, connection_id)
    audit.note(session, "slack.token-revoked", connections.audit_target(connection), act, after={"why": why})
    announce(session, ConnectionsChanged())
    return True


def _erase(workspace: SlackWorkspace) -> None:
    workspace.token = workspace.next_token = workspace.error = None
    workspace.token_end = ""
