"""Notices by email from several processes: each once, and none that is not wanted any more."""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Any

from sqlmodel import select

from app.db.database import Database
from app.errors import MailNotSent
from app.integrations.mail import Mailer, Message
from app.jobs import notice_mail
from app.jobs.worker import Job, Worker
from app.models import Notice, Person, QueuedJob
from app.services import notices
from app.services.notices import MAIL, News
from app.services.operations.secrets import SigningKey
from tests.builders import NOW, SIGNING_KEY, Game
from tests.jobs.test_worker import LOOK, run_until
from tests.races import several
from tests.web.running_app import SettableClock


class Outbox(Mailer):
    """A mailer that keeps what it would send, and fails as told."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.sent: list[str] = []

    async def deliver(
        self, to: str, name: str, message: Message, now: datetime, *, message_id: str | None = None
    ) -> None:
        """Keep the message's id."""
        if self.failures:
            self.failures -= 1
            raise MailNotSent("The server is away.")
        self.sent.append(str(message_id))


def worker(place: Database, clock: SettableClock, mailer: Mailer | None) -> Worker:
    send: Any = partial(notice_mail.send_notice, place, mailer, clock, "https://w.example.com", SigningKey(SIGNING_KEY))
    return Worker(place, clock, [Job(MAIL, send)], look=LOOK)


def tell_everybody(game: Game, times: int = 5) -> None:
    """Something for each of six people to be told, so many times."""
    with game.database.unit_of_work() as session:
        people = list(session.exec(select(Person.id)))
        for number in range(times):
            notices.tell(session, game.week(), people, News("nudge", "owls", number, {}), game.now)


def are_done(database: Database) -> bool:
    with database.reading() as session:
        return all(job.done_at for job in session.exec(select(QueuedJob).where(QueuedJob.kind == MAIL)))


def ends(database: Database) -> Counter[tuple[bool, bool]]:
    """The emails that were sent, and those that were dropped."""
    with database.reading() as session:
        emails = session.exec(select(Notice).where(Notice.channel == "email"))
        return Counter((row.sent_at is not None, row.dropped_at is not None) for row in emails)


def test_two_processes_send_each_notice_once(game: Game) -> None:
    tell_everybody(game)
    clock, outbox = SettableClock(NOW), Outbox()

    with several(game.database.url, 2) as places:
        run_until(lambda: are_done(game.database), *(worker(place, clock, outbox) for place in places))

    assert (len(outbox.sent), len(set(outbox.sent))) == (30, 30)
    assert ends(game.database) == {(True, False): 30}


def test_notice_that_could_not_be_sent_is_sent_later_under_the_same_id(game: Game) -> None:
    tell_everybody(game, 1)
    clock, outbox = SettableClock(NOW), Outbox(failures=6)
    run_until(lambda: outbox.failures == 0 and not leased(game.database), worker(game.database, clock, outbox))
    before = list(outbox.sent)

    clock.set(NOW.replace(minute=5))
    run_until(lambda: are_done(game.database), worker(game.database, clock, outbox))

    assert (before, len(set(outbox.sent))) == ([], 6)


def leased(database: Database) -> bool:
    with database.reading() as session:
        return any(job.leased_by for job in session.exec(select(QueuedJob).where(QueuedJob.kind == MAIL)))


def test_notices_are_dropped_where_there_is_no_mail_server(game: Game) -> None:
    tell_everybody(game, 1)

    run_until(lambda: are_done(game.database), worker(game.database, SettableClock(NOW), None))

    assert ends(game.database) == {(False, True): 6}
