"""Does the jobs of the queue, each by its handler: at least once, and again after a failure, ever more seldom."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import Counter

from app.clock import Clock
from app.db.database import Database
from app.errors import Problem
from app.events import Event, JobQueued
from app.services import jobs
from app.services.jobs import Claim

AT_ONCE = 8
"""Jobs of one process under way: they mostly wait for others, such as a mail server, and cost little meanwhile."""
LOOK_SECONDS = 1.0
"""Between looks for jobs that fall due or that another process queued; those of this one are seen at once."""
STOP_SECONDS = 3.0
"""Of the ten within which SIGTERM ends the server."""


class Postponed(Exception):
    """The turn of a job has not come: it is done `until` then, and no attempt is spent."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"postponed until {until.isoformat()}")
        self.until = until


Handle = Callable[[Claim], Awaitable[None]]

logger = logging.getLogger(__name__)
ended = Counter("assembly_week_jobs_total", "Attempts at jobs", ["kind", "outcome"])


@dataclass(frozen=True, slots=True)
class Job:
    """The handler of one kind of job, with its retry policy.

    An attempt has its `lease`, which is renewed up to its `limit` where it has one: it may be short then, so that
    another process soon goes on where one was killed. The next attempt follows `backoff` later, each time `factor`
    times as long, the `longest` at most, until there were so many `attempts`. What raises one of `final` would fail
    again, so there is no next one.
    """

    kind: str
    handle: Handle
    lease: timedelta = timedelta(minutes=1)
    limit: timedelta | None = None
    attempts: int = 5
    backoff: timedelta = timedelta(seconds=10)
    factor: int = 3
    longest: timedelta = timedelta(days=1)
    final: tuple[type[Exception], ...] = ()

    def wait(self, attempt: int) -> timedelta:
        """The time until the next attempt after one that failed."""
        return min(self.backoff * float(self.factor ** (attempt - 1)), self.longest)


class Worker:
    """Claims due jobs and hands them to their handlers, a few at once; any number of processes may have one (ADR 9).

    `daily` are kinds to be done once a day (UTC), by whichever process comes first, from an hour of the day on.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handlers: Sequence[Job],
        *,
        daily: Mapping[str, int] | None = None,
        look: float = LOOK_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._handlers: Mapping[str, Job] = {job.kind: job for job in handlers}
        self._daily = daily or {}
        self._look = look
        self._name = secrets.token_hex(8)
        self._planned_for: datetime | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._looking = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False
        database.subscribe(self.notify)

    def notify(self, news: Event) -> None:
        """Look at once for what was queued; safe to call from any thread."""
        if isinstance(news, JobQueued) and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Do jobs as they fall due, until cancelled. Raises Unavailable while the database is away; run it again."""
        self._loop = asyncio.get_running_loop()
        while not self._is_closed:
            self._wake.clear()
            async with self._looking:
                await self._plan_daily()
                for claim in await self._claim():
                    self._start(claim)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look):
                    await self._wake.wait()

    async def close(self, seconds: float = STOP_SECONDS) -> None:
        """Claim nothing more, and give what is under way so long; the rest is done again once its lease is over."""
        self._is_closed = True
        self._wake.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._looking:
                if self._under_way:
                    await asyncio.wait(self._under_way)
        for task in self._under_way:
            task.cancel()

    async def _plan_daily(self) -> None:
        now = self._clock.real()
        day = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if self._daily and day != self._planned_for:
            await self._database.writes.run(self._plan, day, now)
            self._planned_for = day

    def _plan(self, day: datetime, now: datetime) -> None:
        with self._database.unit_of_work() as session:
            for kind, hour in self._daily.items():
                run_at = max(now, day + timedelta(hours=hour))
                jobs.enqueue(session, kind, {}, run_at=run_at, key=f"{kind}:{day.date()}")

    async def _claim(self) -> list[Claim]:
        free = AT_ONCE - len(self._under_way)
        if free <= 0 or not await self._database.reads.run(self._is_due):
            return []
        return await self._database.writes.run(self._take, free)

    def _is_due(self) -> bool:
        with self._database.reading() as session:
            return jobs.is_due(session, list(self._handlers), self._clock.real())

    def _take(self, limit: int) -> list[Claim]:
        leases = {job.kind: job.lease for job in self._handlers.values()}
        with self._database.unit_of_work() as session:
            return jobs.claim(session, self._name, leases, self._clock.real(), limit)

    def _start(self, claim: Claim) -> None:
        task = asyncio.get_running_loop().create_task(self._do(claim))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        task.add_done_callback(lambda _: self._wake.set())

    async def _do(self, claim: Claim) -> None:
        """One attempt; what became of it is written down, or the job is done again once its lease is over."""
        job = self._handlers[claim.kind]
        failure: Exception | None = None
        try:
            # An attempt that outlives its lease would be under way twice.
            async with asyncio.timeout((job.limit or job.lease).total_seconds() * 0.9):
                await self._attempt(job, claim)
        except Exception as error:
            failure = error
            if not isinstance(error, Postponed):
                _log(claim, error)
        try:
            outcome = await self._database.writes.run(self._note, job, claim, failure)
        except Problem as problem:
            outcome = "unknown"
            logger.warning("job %s (%s): its outcome could not be noted: %s", claim.id, claim.kind, problem.detail)
        ended.labels(claim.kind, outcome).inc()

    async def _attempt(self, job: Job, claim: Claim) -> None:
        renewal = asyncio.create_task(self._renew(job, claim)) if job.limit else None
        try:
            await job.handle(claim)
        finally:
            if renewal:
                renewal.cancel()

    async def _renew(self, job: Job, claim: Claim) -> None:
        """Renew a lease before it is over, until cancelled or lost; while the database is away it is tried again."""
        is_held = True
        while is_held:
            await asyncio.sleep(job.lease.total_seconds() / 3)
            with suppress(Problem):
                is_held = await self._database.writes.run(self._prolong, job, claim)

    def _prolong(self, job: Job, claim: Claim) -> bool:
        with self._database.unit_of_work() as session:
            return jobs.renew(session, claim, self._clock.real() + job.lease)

    def _note(self, job: Job, claim: Claim, failure: Exception | None) -> str:
        now = self._clock.real()
        with self._database.unit_of_work() as session:
            if failure is None:
                jobs.finish(session, claim, now)
                return "done"
            if isinstance(failure, Postponed):
                jobs.postpone(session, claim, failure.until)
                return "postponed"
            reason = _reason(failure)
            if claim.attempt >= job.attempts or isinstance(failure, job.final):
                jobs.bury(session, claim, reason, now)
                return "dead"
            jobs.retry(session, claim, reason, now + job.wait(claim.attempt))
            return "failed"


def _log(claim: Claim, error: Exception) -> None:
    is_foreseen = isinstance(error, Problem | TimeoutError)
    logger.warning(
        "job %s (%s), attempt %s: %s", claim.id, claim.kind, claim.attempt, _reason(error),
        exc_info=None if is_foreseen else error,
    )  # fmt: skip


def _reason(error: Exception) -> str:
    """Explain a failed attempt to organizers: a sentence of ours, or the kind of an error whose text is the log's."""
    match error:
        case Problem():
            return error.detail
        case TimeoutError():
            return "It took too long."
        case _:
            return f"An unforeseen error ({type(error).__name__}); the server's log has more."
