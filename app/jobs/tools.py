"""Tools that are asked by jobs: what they were not heard of (backfills), and whether a delivery is true."""

from collections.abc import Sequence
from typing import Final

from app.clock import Clock
from app.db.database import Database
from app.jobs import backfill, confirm
from app.jobs.worker import Job
from app.services.operations.secrets import SigningKey

KINDS: Final = (backfill.FETCH, confirm.CONFIRM)
compare = backfill.compare


def jobs(database: Database, clock: Clock, key: SigningKey, networks: Sequence[str]) -> list[Job]:
    """The jobs that ask tools, at public addresses and in these networks."""
    return [backfill.job(database, clock, key, networks), confirm.job(database, clock, key, networks)]
