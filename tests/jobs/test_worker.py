"""The worker: every job at least once, by one worker at a time, and again after a failure."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import col, select

from app.db.database import Database
from app.errors import MailNotSent, MailRejected
from app.jobs.worker import Job, Worker
from app.models import QueuedJob
from app.services import jobs
from app.services.jobs import Claim
from tests.builders import NOW
from tests.races import several
from tests.web.running_app import SettableClock

LOOK = 0.01
Daily = Mapping[str, int] | None


class CallLog:
    """A handler that notes which attempts came, and fails as told."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.claims: list[Claim] = []

    async def __call__(self, claim: Claim) -> None:
        """One attempt."""
        self.claims.append(claim)
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def clock() -> SettableClock:
    """A clock that stands still until it is set."""
    return SettableClock(NOW)


def enqueue(database: Database, number: int = 1) -> None:
    with database.unit_of_work() as session:
        for _ in range(number):
            jobs.enqueue(session, "mail", {}, run_at=NOW)


def rows(database: Database, kind: str = "mail") -> list[QueuedJob]:
    with database.reading() as session:
        return list(session.exec(select(QueuedJob).where(QueuedJob.kind == kind).order_by(col(QueuedJob.id))))


def run_until(condition: Callable[[], bool], *workers: Worker) -> None:
    """Let workers work until the condition holds."""

    async def play() -> None:
        tasks = [asyncio.create_task(worker.run()) for worker in workers]
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(LOOK)
        for worker in workers:
            await worker.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(play())


def worker_for(
    database: Database,
    clock: SettableClock,
    handle: Callable[[Claim], Awaitable[None]],
    daily: Mapping[str, int] | None = None,
) -> Worker:
    job = Job("mail", handle, attempts=3, backoff=timedelta(seconds=10), final=(MailRejected,))
    return Worker(database, clock, [job, *(Job(kind, handle) for kind in daily or ())], daily=daily, look=LOOK)


def test_worker_does_a_job_once(database: Database, clock: SettableClock) -> None:
    enqueue(database)
    handle = CallLog()

    run_until(lambda: rows(database)[0].done_at is not None, worker_for(database, clock, handle))

    assert [claim.attempt for claim in handle.claims] == [1]


def test_run_by_several_processes_does_each_job_once(database: Database, clock: SettableClock) -> None:
    enqueue(database, 40)
    handle = CallLog()

    with several(database.url, 2) as places:
        workers = [worker_for(place, clock, handle) for place in places]
        run_until(lambda: all(row.done_at for row in rows(database)), *workers)

    ids = [claim.id for claim in handle.claims]
    assert (len(ids), sorted(ids)) == (40, [row.id for row in rows(database)])


def test_worker_tries_again_ever_later_and_gives_up_in_the_end(database: Database, clock: SettableClock) -> None:
    enqueue(database)
    handle = CallLog(*[MailNotSent("The server is away.")] * 9)
    waits = []

    def has_ended(number: int) -> bool:
        return len(handle.claims) > number and rows(database)[0].leased_by is None

    for _ in range(2):
        number = len(handle.claims)
        run_until(partial(has_ended, number), worker_for(database, clock, handle))
        waits.append(rows(database)[0].run_at - clock.now)
        clock.now = rows(database)[0].run_at

    run_until(lambda: rows(database)[0].dead_at is not None, worker_for(database, clock, handle))

    assert waits == [timedelta(seconds=10), timedelta(seconds=30)]
    assert ([claim.attempt for claim in handle.claims], rows(database)[0].error) == ([1, 2, 3], "The server is away.")


def test_worker_gives_up_at_once_on_what_would_fail_again(database: Database, clock: SettableClock) -> None:
    enqueue(database)

    run_until(
        lambda: rows(database)[0].dead_at is not None,
        worker_for(database, clock, CallLog(MailRejected("No such address."))),
    )

    assert rows(database)[0].attempts == 1


def test_worker_keeps_what_an_unforeseen_error_says_to_the_log(
    database: Database, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    enqueue(database)

    run_until(lambda: rows(database)[0].error is not None, worker_for(database, clock, CallLog(KeyError("a secret"))))

    assert rows(database)[0].error == "An unforeseen error (KeyError); the server's log has more."
    assert [bool(record.exc_info) for record in caplog.records] == [True]


def test_one_job_that_fails_or_hangs_does_not_hold_up_others(database: Database, clock: SettableClock) -> None:
    enqueue(database, 3)
    first, second, third = (row.id for row in rows(database))

    async def handle(claim: Claim) -> None:
        if claim.id == first:
            raise RuntimeError("a bug")
        if claim.id == second:
            await asyncio.sleep(60)

    run_until(lambda: rows(database)[2].done_at is not None, worker_for(database, clock, handle))

    assert [row.id for row in rows(database) if row.done_at] == [third]


def test_worker_renews_the_lease_of_an_attempt_with_a_limit(database: Database, clock: SettableClock) -> None:
    lease, renewed = timedelta(seconds=3), NOW + timedelta(seconds=5)
    attempts: list[int] = []

    async def be_slow(claim: Claim) -> None:
        attempts.append(claim.attempt)
        clock.set(renewed - lease)
        while rows(database)[0].lease_until != renewed:
            await asyncio.sleep(LOOK)

    enqueue(database)
    job = Job("mail", be_slow, lease=lease, limit=timedelta(seconds=20))

    run_until(lambda: rows(database)[0].done_at is not None, Worker(database, clock, [job], look=LOOK))

    assert attempts == [1]


def test_renew_of_a_lease_that_went_to_another_changes_nothing(database: Database) -> None:
    enqueue(database)
    minute = timedelta(minutes=1)
    with database.unit_of_work() as session:
        [first] = jobs.claim(session, "first", {"mail": minute}, NOW, 1)
        [second] = jobs.claim(session, "second", {"mail": minute}, NOW + minute, 1)

    with database.unit_of_work() as session:
        outcomes = [jobs.renew(session, each, NOW + 9 * minute) for each in (first, second)]

    assert (outcomes, rows(database)[0].lease_until) == ([False, True], NOW + 9 * minute)


def test_job_of_a_worker_that_died_is_done_once_its_lease_is_over(database: Database, clock: SettableClock) -> None:
    enqueue(database)
    with database.unit_of_work() as session:
        jobs.claim(session, "died", {"mail": timedelta(minutes=1)}, NOW, 1)
    handle = CallLog()
    clock.now += timedelta(minutes=1)

    run_until(lambda: rows(database)[0].done_at is not None, worker_for(database, clock, handle))

    assert [claim.attempt for claim in handle.claims] == [2]


def test_run_plans_daily_jobs_once_a_day_in_all_processes(database: Database, clock: SettableClock) -> None:
    handle = CallLog()

    def planned(days: int) -> bool:
        return [row.done_at is not None for row in rows(database, "backup")] == [True] * days

    with several(database.url, 2) as places:
        for day in range(2):
            clock.now = NOW + timedelta(days=day)
            workers = [worker_for(place, clock, handle, daily={"backup": 3}) for place in places]
            run_until(partial(planned, day + 1), *workers)

    assert [row.key for row in rows(database, "backup")] == ["backup:2022-09-14", "backup:2022-09-15"]


def test_run_plans_a_daily_job_for_its_hour(database: Database, clock: SettableClock) -> None:
    worker = worker_for(database, clock, CallLog(), daily={"early": 3, "late": 23})

    run_until(lambda: bool(rows(database, "late")), worker)

    assert [rows(database, kind)[0].run_at for kind in ("early", "late")] == [NOW, NOW.replace(hour=23)]
