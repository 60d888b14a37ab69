"""Slack switched off by itself: what it doesn't take any more is told otherwise, and organizers are told once."""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.models import Connection, SlackMessage, SlackWorkspace
from app.services import notices
from app.services.notices import News
from app.services.people import people
from app.services.slack import cover_posts, workspaces
from app.services.slack_messages import COVER
from app.services.weeks import weeks

REFUSED: Final = "Slack doesn’t accept the token any more. Copy the Bot User OAuth Token again, under Install App."
CHANNEL: Final = (
    "The channel for news takes nothing any more ({error}), so nothing is posted there. Invite the app to a channel "
    "and type /assembly announce here."
)
LACKS: Final = "The app may not write any more. Paste the manifest again, and install the app again."


def revoked(session: Session, connection_id: str, at: datetime, act: Act, why: str, in_game: datetime) -> bool:
    """Erase the tokens, send by other ways what waits, and tell organizers; False where the tokens are newer.

    `in_game` is the game's moment; `at` and the act's are real.
    """
    if not workspaces.revoked(session, connection_id, at, act, why):
        return False
    unsent = col(SlackMessage.posted_at).is_(None), col(SlackMessage.ended_at).is_(None)
    mine = select(SlackMessage).where(SlackMessage.connection_id == connection_id, *unsent)
    for message in session.exec(mine.order_by(col(SlackMessage.id)).with_for_update()).all():
        drop(session, message, "off", in_game)
    tell(session, connection_id, why, in_game)
    return True


def lacks(session: Session, connection_id: str, now: datetime) -> None:
    """Note that the app may not write, and tell organizers."""
    workspace = session.get_one(SlackWorkspace, connection_id)
    workspace.error = LACKS
    session.add(workspace)
    session.flush()
    tell(session, connection_id, LACKS, now)


def channel_off(session: Session, message: SlackMessage, error: str, now: datetime) -> None:
    """Post nothing any more in a channel that takes nothing, and tell organizers."""
    workspace = session.get(SlackWorkspace, message.connection_id, populate_existing=True, with_for_update=True)
    if workspace is not None and workspace.channel_id == message.target:
        workspace.channel_id = ""
        session.add(workspace)
        session.flush()
        subject = f"{message.connection_id}:{message.target}"
        tell(session, message.connection_id, CHANNEL.format(error=error), now, subject=subject)


def tell(session: Session, connection_id: str, why: str, now: datetime, *, subject: str = "") -> None:
    """Tell organizers what is the matter, once for each token that was set, and never at Slack."""
    week, workspace = weeks.default_week(session, now), session.get(SlackWorkspace, connection_id)
    if week is None or workspace is None:
        return
    connection = session.get_one(Connection, connection_id)
    facts = {"name": connection.name, "why": why}
    news = News("slack-off", subject or connection_id, int(workspace.set_at.timestamp()), facts)
    notices.tell(session, week, people.organizers(session), news, now)


def drop(session: Session, message: SlackMessage, why: str, now: datetime) -> None:
    """Give a message up, and email what it was to tell somebody: the message ends first."""
    message.ended_at, message.why, message.busy_until = now, why, None
    session.add(message)
    session.flush()
    if message.ts is None and message.kind == COVER:
        cover_posts.mail_instead(session, message, now)
    if message.person_id is None or message.ts is not None:
        return
    notice = notices.on_page(session, message.person_id, message.kind, message.subject, message.revision)
    if notice is not None:
        notices.mail_instead(session, notice, now)
