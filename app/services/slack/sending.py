"""Sending a message: taken, rendered as it is true then, and what became of it; one call about it at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.notices.model import REMINDERS
from app.domain.slack import blocks
from app.domain.slack.blocks import Content
from app.domain.slack.verdicts import Verdict
from app.models import Person, SlackMessage, SlackWorkspace
from app.services import slack_messages
from app.services.operations.secrets import SigningKey
from app.services.slack import direct, meeting, pace, switching, thread_posts, trouble, workspaces
from app.services.slack.direct import Look

BUSY: Final = timedelta(seconds=30)
"""The time that a call may take with all its retries of connections; longer means that its process died."""
REPEATED: Final = frozenset({"cancelled"})
"""Kinds that are sent again when nobody knows if they were: who isn't told would come for nothing."""
PATIENCE: Final = {
    **dict.fromkeys((*REMINDERS, slack_messages.COVER), trouble.MAIL_AFTER),
    **dict.fromkeys((slack_messages.GAPS, slack_messages.THREAD), trouble.POSTS_AFTER),
}  # fmt: skip
"""The time for which Slack may be away before a message goes another way, or none; for all others it is longer."""
RENEWED: Final = timedelta(seconds=5)
"""The time after which a message is tried again whose token was replaced meanwhile: the new one is tried within it."""
POST, UPDATE, LOOK_UP = "chat.postMessage", "chat.update", "users.lookupByEmail"

Failed = Literal["unknown", "unsent"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment by both clocks: what is true goes by the game's, calls by the real one."""

    real: datetime
    game: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call about to be made; `version` is what it shows, and `lasts` whether that may still change."""

    message_id: str
    connection_id: str
    method: str
    token: str
    arguments: Mapping[str, Any]
    target: str
    version: int
    lasts: bool


def begin(
    session: Session, key: SigningKey, message_id: str, base: str, at: Moment, *, again: bool = False
) -> Outgoing | datetime | None:
    """Take a message to send it now; a moment to come again, or None where there is nothing to send any more."""
    message = _lock(session, message_id)
    if message is None or message.ended_at is not None:
        return None
    if again and message.ts and message.begun == message.wanted:
        message.wanted += 1
    if message.ts and message.shown >= message.wanted:
        return None
    if message.busy_until is not None and message.busy_until > at.real:
        return message.busy_until
    if message.ts is None and message.tried_at is not None and message.kind not in REPEATED:
        _end(session, message, "unknown", at)
        return None
    return _take(session, key, message, base, at)


def _lock(session: Session, message_id: str) -> SlackMessage | None:
    query = select(SlackMessage).where(SlackMessage.id == message_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).first()


def _end(session: Session, message: SlackMessage, why: str, at: Moment) -> None:
    message.ended_at, message.why, message.busy_until = at.game, why, None
    session.add(message)
    session.flush()


def _take(
    session: Session, key: SigningKey, message: SlackMessage, base: str, at: Moment
) -> Outgoing | datetime | None:
    token = workspaces.token_of(session, key, message.connection_id)
    patience = PATIENCE.get(message.kind, trouble.ALL_AFTER)
    is_late = message.ts is None and trouble.lasts(session, message.connection_id, at.real) >= patience
    if token is None or is_late:
        switching.drop(session, message, "away" if token else "off", at.game)
        return None
    content = direct.render(Look(session, message, base.rstrip("/"), at.game))
    if content is None:
        _end(session, message, "over", at)
        return None
    method = UPDATE if message.ts else POST if message.target else LOOK_UP
    if until := trouble.turn(session, message.connection_id, at.real):
        return until
    if until := pace.take(session, message.connection_id, method, at.real, channel=message.target):
        return until
    message.begun, message.busy_until, message.tried_at = message.wanted, at.real + BUSY, at.real
    session.add(message)
    session.flush()
    arguments = _arguments(session, message, blocks.without_blocks(content) if message.is_plain else content)
    return Outgoing(
        message.id, message.connection_id, method, token, arguments, message.target, message.begun, content.lasts
    )


def _arguments(session: Session, message: SlackMessage, content: Content) -> dict[str, Any]:
    if not message.target:  # a test, of somebody who isn't linked
        return {"email": session.get_one(Person, message.person_id).email}
    said: dict[str, Any] = {"text": content.text, "blocks": list(content.blocks), "parse": "none"}
    if message.ts:
        return {"channel": message.channel, "ts": message.ts, **said}
    thread = thread_posts.day_post(session, message) if message.kind == slack_messages.THREAD else None
    said |= {"thread_ts": thread} if thread else {}
    return {"channel": message.target, "unfurl_links": False, "unfurl_media": False, **said}


def sent(session: Session, outgoing: Outgoing, answer: Mapping[str, Any], base: str, at: Moment) -> None:
    """Note that a message is at Slack, where the answer says; older ones of the same seat lose their buttons."""
    message = _lock(session, outgoing.message_id)
    trouble.over(session, outgoing.connection_id)
    if message is None:
        return None
    if outgoing.method == LOOK_UP:
        return _found(session, message, answer.get("user"), at)
    message.busy_until, message.shown = None, outgoing.version
    if message.ts is None:
        channel, stamp = answer.get("channel"), answer.get("ts")
        if not isinstance(channel, str) or not isinstance(stamp, str):
            return _end(session, message, "unknown", at)
        # A test proves something to who looks at a clock: its times are real ones, as those of a token are.
        posted_at = at.real if message.kind == direct.TEST else at.game
        message.channel, message.ts, message.posted_at = channel, stamp, posted_at
        session.add(message)
        session.flush()
        _strip_older(session, message, at)
    if message.kind == slack_messages.DAY:
        thread_posts.plan(session, message, at.game)
    if later := direct.next_look(Look(session, message, base, at.game)):
        slack_messages.look_again(session, message.id, later, "time")
    if not outgoing.lasts and message.wanted == outgoing.version:
        message.ended_at, message.why = at.game, "settled"
    session.add(message)
    session.flush()
    return None


def _found(session: Session, message: SlackMessage, user: Any, at: Moment) -> None:
    """Know somebody from now on who was looked up, and write to them."""
    user_id = user.get("id") if isinstance(user, dict) else None
    if (
        not isinstance(user_id, str)
        or not user_id
        or not meeting.learn(session, message.connection_id, user_id, user, at.real)
    ):
        return _end(session, message, "users_not_found", at)
    message.target = user_id
    _release(session, message)
    slack_messages.look_again(session, message.id, at.game, "found")
    return None


def _strip_older(session: Session, message: SlackMessage, at: Moment) -> None:
    """Have older messages about the same seat lose their buttons, now that there is a newer one."""
    if message.kind in direct.ABOUT_OWN_SEAT and message.shift_id is not None:
        older = select(SlackMessage.id).where(*direct.of_seat(message), col(SlackMessage.ended_at).is_(None))
        for id_ in session.exec(older).all():
            slack_messages.look_again(session, id_, at.game, message.id)


def failed(session: Session, outgoing: Outgoing, how: Failed, at: Moment) -> datetime | None:
    """Note that Slack had trouble; when to come again, where that is known.

    A post of which nobody knows if it was done is done again only where it must be.
    """
    message = _lock(session, outgoing.message_id)
    until = trouble.note(session, outgoing.connection_id, at.real)
    if message is None:
        return None
    if how == "unsent" or message.ts is not None:
        _release(session, message)
    elif message.kind in REPEATED:
        message.busy_until = None
        session.add(message)
    else:
        _end(session, message, "unknown", at)
    return until


def _release(session: Session, message: SlackMessage) -> None:
    """Give a message back, which surely was not sent."""
    message.busy_until = message.tried_at = None
    message.begun = message.shown
    session.add(message)
    session.flush()


def rests(session: Session, outgoing: Outgoing, until: datetime, at: Moment) -> None:
    """Let calls of this kind rest, as Slack asked for: it is there, and did nothing."""
    if message := _lock(session, outgoing.message_id):
        _release(session, message)
    trouble.over(session, outgoing.connection_id)
    pace.rest(session, outgoing.connection_id, outgoing.method, until, at.real, channel=outgoing.target)


def give_up(session: Session, message_id: str, at: Moment) -> None:
    """Give a message up that was tried long enough, and email what it was to tell."""
    message = _lock(session, message_id)
    if message is not None and message.ended_at is None and message.ts is None:
        switching.drop(session, message, "away", at.game)


def refused(session: Session, outgoing: Outgoing, verdict: Verdict, at: Moment) -> bool:
    """Act on a refusal for good; True where nobody but us can mend it, so that the job is kept for them to see."""
    session.get(SlackWorkspace, outgoing.connection_id, populate_existing=True, with_for_update=True)  # before messages
    message = _lock(session, outgoing.message_id)
    trouble.over(session, outgoing.connection_id)
    if message is None:
        return False
    tried_at = message.tried_at or at.real
    _release(session, message)
    match verdict.scope:
        case "everything" if workspaces.is_renewed(session, message.connection_id, tried_at):
            slack_messages.look_again(session, message.id, at.game + RENEWED, "renewed")
        case "everything":
            act = Act(workspaces.BY_SLACK, at.real)
            switching.revoked(session, message.connection_id, tried_at, act, switching.REFUSED, at.game)
        case "feature" if outgoing.method == LOOK_UP:
            _end(session, message, "no_emails", at)
        case "feature":
            switching.lacks(session, message.connection_id, at.game)
            switching.drop(session, message, verdict.error, at.game)
        case "blocks" if not message.is_plain:
            message.is_plain = 1
            session.add(message)
            slack_messages.look_again(session, message.id, at.game, "plain")
            return True
        case "message":
            _end(session, message, verdict.error, at)
        case "channel" if message.person_id is None:
            switching.channel_off(session, message, verdict.error, at.game)
            switching.drop(session, message, verdict.error, at.game)
        case "channel" | "person" if message.ts is None:
            switching.drop(session, message, verdict.error, at.game)
        case "channel" | "person":
            _end(session, message, verdict.error, at)
        case _:
            switching.drop(session, message, verdict.error, at.game)
            return True
    return False
