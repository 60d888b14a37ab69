"""The daily backup: in a thread of its own, beside the requests, and never half of it under its name."""

import logging
import threading
from datetime import timedelta
from functools import partial

from app.bulkheads import Bulkhead
from app.clock import Clock
from app.config import Settings
from app.domain.wording import size
from app.jobs.worker import Job
from app.services.jobs import Claim
from app.services.operations import kept_backups
from app.services.operations.kept_backups import Plan

LEASE = timedelta(minutes=1)
"""Renewed while it is made, so that one whose server was killed is soon made by the next."""
LIMIT = timedelta(hours=2)
ATTEMPTS, BACKOFF = 6, timedelta(minutes=1)
"""Over two hours: a disk that is full may be cleared, a directory mounted again."""
PLACE_SECONDS = 5.0

logger = logging.getLogger(__name__)


def kinds(settings: Settings) -> set[str]:
    """The kind of the daily backup, where one is set up."""
    return set() if settings.backup_dir is None else {kept_backups.BACK_UP}


def jobs(settings: Settings, clock: Clock) -> list[Job]:
    """The job that makes a backup, where that is set up; done twice, there are two, of which the day keeps one."""
    if (plan := kept_backups.plan_of(settings)) is None:
        return []
    threads = Bulkhead("backup", threads=1, seconds=PLACE_SECONDS, sentence="Another backup is being made.")
    handle = partial(back_up, plan, clock, threads)
    return [Job(kept_backups.BACK_UP, handle, lease=LEASE, limit=LIMIT, attempts=ATTEMPTS, backoff=BACKOFF)]


async def back_up(plan: Plan, clock: Clock, threads: Bulkhead, _claim: Claim | None = None) -> None:
    """Make a backup, and remove those whose time is over. Raises Unavailable or Conflict.

    A server that ends gives it up at once; the next one makes it.
    """
    end = threading.Event()
    try:
        made = await threads.run(partial(kept_backups.make, plan, clock.real(), is_stopped=end.is_set), long=True)
    finally:
        end.set()
    logger.info(
        "backed up to %s (%s); removed %s older", made.copy.path, size(made.copy.bytes), len(made.removed) or "none"
    )
