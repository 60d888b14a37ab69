"""Notices by email, each once as far as anybody can tell."""

from functools import partial

from app.clock import Clock
from app.db.database import Database
from app.errors import MailNotSent, MailRejected, Problem
from app.integrations.mail import Mailer, Message
from app.services import notice_mail
from app.services.jobs import Claim
from app.services.notice_mail import Addresses, Outgoing
from app.services.operations.secrets import SigningKey, unsubscribe_key


async def send_notice(
    database: Database, mailer: Mailer | None, clock: Clock, public_url: str, key: SigningKey, claim: Claim
) -> None:
    """Send the `notice` of the payload, if it is still true and wanted; without a mail server it is dropped.

    That it is tried is committed before, and that it was sent after: of a process that dies in between nobody knows
    which. Then a reminder is left out, and all else sent again under the same Message-ID. Raises MailRejected,
    MailNotSent or Unavailable.
    """
    notice_id = claim.payload["notice"]
    if mailer is None:
        await database.writes.run(_drop, database, clock, notice_id)
        return
    outgoing = await database.writes.run(_begin, database, clock, public_url, key, notice_id)
    if outgoing is None:
        return
    send = partial(mailer.deliver, outgoing.email, outgoing.name, _message(outgoing), clock.real())
    try:
        await send(message_id=f"notice.{notice_id}")
    except MailRejected:
        await database.writes.run(_drop, database, clock, notice_id)
        raise
    except Problem as problem:
        await database.writes.run(_end, database, clock, notice_id, False)
        raise problem if isinstance(problem, MailNotSent) else MailNotSent(problem.detail) from problem
    await database.writes.run(_end, database, clock, notice_id, True)


def _message(outgoing: Outgoing) -> Message:
    subject, text, html = outgoing.content
    return Message(subject, text, html, thread=f"shift.{outgoing.thread}", unsubscribe=outgoing.unsubscribe)


def _begin(database: Database, clock: Clock, public_url: str, key: SigningKey, notice_id: str) -> Outgoing | None:
    with database.unit_of_work() as session:
        found = notice_mail.recipient(session, notice_id)
        if found is None:
            return None
        addresses = Addresses(public_url, unsubscribe_key(key, *found, clock.real()))
        return notice_mail.begin(session, notice_id, addresses, clock.game())


def _end(database: Database, clock: Clock, notice_id: str, is_sent: bool) -> None:
    with database.unit_of_work() as session:
        notice_mail.end(session, notice_id, clock.game(), is_sent=is_sent)


def _drop(database: Database, clock: Clock, notice_id: str) -> None:
    with database.unit_of_work() as session:
        notice_mail.drop(session, notice_id, clock.game())
