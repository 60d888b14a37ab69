"""The proof that a workspace is reached and reaches us: a message to an organizer, and their press of its button."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from app.domain.actor import SignedInAct
from app.errors import Conflict
from app.models import SlackMessage
from app.services import slack_messages
from app.services.intake import connections
from app.services.slack import direct, workspaces
from app.services.slack_messages import PlannedMessage

NOT_SET: Final = "Set a bot token first. Without one nothing can be sent."
_WHY: Final = {
    "users_not_found": "Slack knows nobody by your email. Type /assembly connect there, and send the test again.",
    "no_emails": "The app may not look you up by your email. Type /assembly connect there, and send the test again.",
    "messages_tab_disabled": "The app takes no messages. Paste the manifest again at Slack.",
    "missing_scope": "The app may not write. Paste the manifest again at Slack, and install the app again.",
    "off": "Slack doesn’t accept the token any more. Set another one.",
    "unknown": "Slack didn’t say if it took the message. Send the test again.",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """The way that the newest test went: `sent_at` and `pressed_at` where it did, and `why` where it didn't.

    `is_under_way` says that something is still to come: Slack's answer, or the press.
    """

    planned_at: datetime
    sent_at: datetime | None
    pressed_at: datetime | None
    why: str

    @property
    def is_under_way(self) -> bool:
        """Tell whether the page had better look again soon."""
        return not self.why and self.pressed_at is None


def ask(session: Session, name: str, act: SignedInAct) -> None:
    """Send a test to who asks for it, looked up by email where they aren't linked. Raises NotFound or Conflict."""
    connection = connections.find(session, name)
    workspace = workspaces.find(session, connection.id)
    if workspace is None or workspace.token is None:
        raise Conflict(NOT_SET)
    person_id = act.actor.person_id
    place = slack_messages.places_in(session, connection.id, [person_id]).get(person_id)
    number = int(act.now.timestamp() * 1_000_000)
    user_id = place.user_id if place else ""
    message = PlannedMessage(connection.id, direct.TEST, connection.id, number, user_id, act.now, person_id)
    slack_messages.plan(session, [message], act.now)


def newest(session: Session, connection_id: str) -> Proof | None:
    """The newest test of a connection; None before the first."""
    mine = SlackMessage.connection_id == connection_id, SlackMessage.kind == direct.TEST
    message = session.exec(
        select(SlackMessage).where(*mine).order_by(col(SlackMessage.revision).desc()).limit(1)
    ).first()
    if message is None:
        return None
    has_failed = message.ended_at is not None and message.ts is None
    why = _WHY.get(message.why, f"Slack didn’t take it: {message.why}.") if has_failed else ""
    return Proof(message.created_at, message.posted_at, message.pressed_at, why)


def press(session: Session, connection_id: str, message_id: str, now: datetime) -> bool:
    """Note that the button of a test was pressed, and show it there; False for one that isn't there."""
    message = session.get(SlackMessage, message_id)
    if message is None or message.connection_id != connection_id or message.kind != direct.TEST:
        return False
    message.pressed_at = message.pressed_at or now
    session.add(message)
    session.flush()
    slack_messages.change(session, col(SlackMessage.id) == message_id, now)
    return True
