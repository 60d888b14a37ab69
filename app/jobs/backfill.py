"""Backfills, page by page: each page is a job of its own, so that a server that ends loses none and doubles none."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from app.bulkheads import Bulkhead
from app.clock import Clock
from app.db.database import Database
from app.domain.intake.backfills import Page
from app.errors import Busy, Problem
from app.integrations.backfills import fetching
from app.integrations.backfills.fetching import AccessRefused, AskedTooOften, Client
from app.integrations.outbound import AddressRefused, Outbound
from app.jobs.worker import Job
from app.services.intake import backfills, comparisons
from app.services.intake.backfills import Task
from app.services.jobs import Claim
from app.services.operations.secrets import SigningKey

FETCH = backfills.FETCH
LEASE = timedelta(seconds=30)
"""Renewed while a page is fetched, so that one whose server was killed does not stand still for longer."""
LIMIT = timedelta(minutes=5)
"""A page takes a place, `fetching.PAGE_SECONDS` and the call that began before: all of it within the limit."""
ATTEMPTS = 20
"""Each one beyond the first means that a server ended in the middle of a page, or had no database."""
LARGEST = 32 * 1024 * 1024
"""Bytes of an answer: Zendesk's page is a thousand events with the whole text of their comments."""
SECONDS = 30.0
AT_ONCE = 4
"""Tools that are asked at the same moment; the others wait for their turn."""
PLACE_SECONDS = 10.0
CROWDED = "Other backfills are under way. This one goes on in a moment."
LOOK_SECONDS = 300.0
"""Between looks for connections that are to be compared."""
UNFORESEEN = "An unforeseen error; the server’s log has more."

logger = logging.getLogger(__name__)
Outcome = Page | Problem


def client(networks: Sequence[str]) -> Outbound:
    """A client for tools' APIs: at public addresses, and in the networks that the installation allows."""
    return Outbound(networks=networks, timeout=SECONDS, largest=LARGEST)


def job(database: Database, clock: Clock, key: SigningKey, networks: Sequence[str]) -> Job:
    """The job that fetches a page."""
    threads = Bulkhead("backfill", threads=AT_ONCE, seconds=PLACE_SECONDS, sentence=CROWDED)
    handle = partial(fetch, database, clock, key, client(networks), threads)
    return Job(FETCH, handle, lease=LEASE, limit=LIMIT, attempts=ATTEMPTS)


async def fetch(
    database: Database, clock: Clock, key: SigningKey, client: Client, threads: Bulkhead, claim: Claim
) -> None:
    """Fetch one page and store its deliveries, the place of the next page with them. Raises Unavailable."""
    task = await database.reads.run(partial(_task, database, key, claim.payload, waits=True))
    outcome: Outcome | None = None
    if isinstance(task, Task):
        try:
            outcome = await threads.run(partial(_ask, client, task, clock.real()), long=True)
        except Busy as busy:
            outcome = busy
    await database.writes.run(partial(_note, database, claim.payload, task, outcome, clock.real()))


def fetch_here(database: Database, clock: Clock, key: SigningKey, client: Client, claim: Claim) -> None:
    """Do the same in this thread, for a command that waits for it. Raises Unavailable."""
    task = _task(database, key, claim.payload, waits=False)
    outcome = _ask(client, task, clock.real()) if isinstance(task, Task) else None
    _note(database, claim.payload, task, outcome, clock.real())


def _task(database: Database, key: SigningKey, payload: Any, *, waits: bool) -> Task | str | None:
    with database.reading() as session:
        return backfills.task(session, key, payload["backfill"], payload["step"], waits=waits)


def _ask(client: Client, task: Task, now: datetime) -> Outcome:
    """The page, or the problem that there is instead: neither the key nor what the tool said goes into the log."""
    try:
        return fetching.fetch(client, task.kind, task.access, task.since, task.cursor, now)
    except Problem as problem:
        return problem
    except Exception:
        logger.exception("a page of a backfill of %s could not be read", task.kind)
        return Problem(UNFORESEEN)


def _note(database: Database, payload: Any, task: Task | str | None, outcome: Outcome | None, now: datetime) -> None:
    at = payload["backfill"], payload["step"]
    with database.unit_of_work() as session:
        match task, outcome:
            case str() as sentence, _:
                if sentence:
                    backfills.fail(session, *at, sentence, now, for_good=True)
                else:
                    backfills.put_off(session, *at, backfills.SOON, now)
            case _, Page() as page:
                backfills.keep(session, *at, page, now)
            case _, Busy():
                backfills.put_off(session, *at, backfills.SOON, now)
            case _, AskedTooOften() as limit:
                backfills.put_off(session, *at, timedelta(seconds=limit.seconds), now, limit.detail)
            case _, Problem() as problem:
                is_final = isinstance(problem, AccessRefused | AddressRefused)
                backfills.fail(session, *at, problem.detail, now, for_good=is_final)


async def compare(database: Database, clock: Clock, *, look: float = LOOK_SECONDS) -> None:
    """Begin comparisons after the start and then each hour, until cancelled. Raises Unavailable; run it again."""
    after_start = True
    while True:
        now = clock.real()
        if await database.reads.run(partial(_is_due, database, now, after_start=after_start)):
            await database.writes.run(partial(_start_due, database, now, after_start=after_start))
        after_start = False
        await asyncio.sleep(look)


def _is_due(database: Database, now: datetime, *, after_start: bool) -> bool:
    with database.reading() as session:
        return comparisons.is_due(session, now, after_start=after_start)


def _start_due(database: Database, now: datetime, *, after_start: bool) -> None:
    with database.unit_of_work() as session:
        comparisons.start_due(session, now, after_start=after_start)
