"""Confirmations as jobs: a tool's API is asked whether a delivery is true, outside of any transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from app.bulkheads import Bulkhead
from app.clock import Clock
from app.db.database import Database
from app.errors import Problem, Unavailable
from app.integrations.backfills import confirming
from app.integrations.backfills.fetching import Client
from app.integrations.sources import registry
from app.jobs import backfill
from app.jobs.worker import Job
from app.services.intake import confirmations
from app.services.intake.confirmations import Question
from app.services.jobs import Claim
from app.services.operations.secrets import SigningKey

CONFIRM = confirmations.CONFIRM
LEASE = timedelta(minutes=2)
ATTEMPTS = 10
"""Ten seconds later, then three times as long each: over 27 hours."""
AT_ONCE = 2
PLACE_SECONDS = 10.0
CROWDED = "Other deliveries are being asked about. This one follows in a moment."


def job(database: Database, clock: Clock, key: SigningKey, networks: Sequence[str]) -> Job:
    """The job that asks about one delivery."""
    threads = Bulkhead("backfill", threads=AT_ONCE, seconds=PLACE_SECONDS, sentence=CROWDED)
    handle = partial(confirm, database, clock, key, backfill.client(networks), threads)
    return Job(CONFIRM, handle, lease=LEASE, attempts=ATTEMPTS)


async def confirm(
    database: Database, clock: Clock, key: SigningKey, client: Client, threads: Bulkhead, claim: Claim
) -> None:
    """Ask about a delivery and go on with it; what cannot be asked now is asked later. Raises Problem then."""
    try:
        question = await database.reads.run(partial(_question, database, key, claim.payload))
        told = None
        if question is not None:
            told = await threads.run(partial(_ask, client, question, clock.real()), long=True)
    except Unavailable:
        raise
    except Problem as problem:
        is_last = claim.attempt >= ATTEMPTS
        await database.writes.run(partial(_wait, database, claim.payload, problem.detail, is_last=is_last))
        if is_last:
            return  # the delivery says so, and is replayed by its own button
        raise
    await database.writes.run(partial(_settle, database, claim.payload, question, told))


def _question(database: Database, key: SigningKey, payload: Any) -> Question | None:
    with database.reading() as session:
        return confirmations.question(session, key, payload)


def _ask(client: Client, question: Question, now: datetime) -> bytes | None:
    return confirming.look_up(client, question.kind, question.access, question.external_id, now)


def _wait(database: Database, payload: Any, sentence: str, *, is_last: bool) -> None:
    with database.unit_of_work() as session:
        confirmations.wait(session, payload, sentence, is_last=is_last)


def _settle(database: Database, payload: Any, question: Question | None, told: bytes | None) -> None:
    with database.unit_of_work() as session:
        confirmations.settle(session, payload, question, told, registry.parse)
