"""Timed work beside the requests: hear of other processes' commits, follow the rules file."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import anyio
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app import bulkheads
from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.domain.actor import Act
from app.domain.look import Look
from app.domain.screens.wall import Wall
from app.errors import Problem
from app.live.timing import Timing
from app.services import appearances
from app.services.displays import plans
from app.services.intake import outages
from app.services.operations import startup
from app.services.rules import rule_sets

QUIET_SECONDS = 60.0  # between two lines that say the same of one job: an outage is no reason to fill a disk

CHOICE_SECONDS = 0.5  # between two looks at what organizers chose: screens follow another server within a second

logger = logging.getLogger(__name__)


async def follow_commits(database: Database, notify: Callable[[], None], *, look: float, reread: float) -> None:
    """Notice what other processes commit.

    SQLite tells by a number that is cheap to look at, every `look` seconds; besides, versions are read again every
    `reread` seconds, so that a lost hint costs so long and nothing else.
    """
    seen: int | None = None
    waited = 0.0
    while True:
        mark = await run_in_threadpool(database.change_mark)
        waited += look
        if mark != seen or waited >= reread:
            seen, waited = mark, 0.0
            notify()
        await asyncio.sleep(look)


async def follow_hints(database: Database, notify: Callable[[], None]) -> None:
    """Hear of other processes' commits on PostgreSQL as they happen, for as long as the connection lasts."""
    async for _hint in database.hints():
        notify()


Followed = TypeVar("Followed")
FollowedContra = TypeVar("FollowedContra", contravariant=True)


class Follower(Protocol[FollowedContra]):
    """Whatever shows what organizers chose; `heard` counts what it was told by itself."""

    heard: int

    def follow(self, chosen: FollowedContra, heard: int, /) -> bool:
        """Show this, unless more was heard since; tell whether it is news."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[Followed]):
    """Something that organizers chose: how it is read, and who shows it."""

    read: Callable[[Session], Followed]
    follower: Follower[Followed]


async def follow_choices(
    database: Database,
    choices: Sequence[Choice[Any]],
    notify: Callable[[], None],
    hint: asyncio.Event,
    *,
    reread: float,
) -> None:
    """Read again what organizers chose, on whichever server or by whatever command they did.

    At a `hint` that something was committed, at most once in `CHOICE_SECONDS`, and every `reread` seconds anyway.
    """

    def look() -> list[Any]:
        with database.reading() as session:
            return [choice.read(session) for choice in choices]

    while True:
        hint.clear()
        heard = [choice.follower.heard for choice in choices]
        found = await database.reads.run(look)
        followed = zip(choices, found, heard, strict=True)
        news = [choice.follower.follow(chosen, since) for choice, chosen, since in followed]
        if any(news):
            notify()
        await asyncio.sleep(min(CHOICE_SECONDS, reread))
        with suppress(TimeoutError):
            async with asyncio.timeout(reread):
                await hint.wait()


def following(
    database: Database,
    displays: Follower[Wall],
    pages: Follower[Look],
    notify: Callable[[], None],
    timing: Timing,
) -> list[Callable[[], Awaitable[None]]]:
    """The work of hearing what other processes do: their commits, and what displays and pages are to look like."""
    hint = asyncio.Event()

    def notice() -> None:
        notify()
        hint.set()

    choices = Choice(plans.wall, displays), Choice(appearances.current, pages)
    work: list[Callable[[], Awaitable[None]]] = [
        partial(follow_commits, database, notice, look=timing.look, reread=timing.reread),
        partial(follow_choices, database, choices, notify, hint, reread=timing.reread),
    ]
    return work if database.on_sqlite else [*work, partial(follow_hints, database, notice)]


async def follow_rules_file(database: Database, settings: Settings, clock: Clock, *, look: float) -> None:
    """Make each new content of the rules file a version, or refuse it; waits for editors that save in two steps.

    A content counts that two looks, `look` seconds apart, have found.
    """
    taken = before = None
    while True:
        text = await run_in_threadpool(startup.read_text, settings.rules_path)
        if text is not None and text != taken and text == before:
            await database.writes.run(take_rules_file, database, text, clock.game(), long=True)
            taken = text
        before = text
        await asyncio.sleep(look)


def take_rules_file(database: Database, text: str, now: datetime) -> None:
    """Read the file's content into the database and say in the log what became of it."""
    with database.unit_of_work() as session:
        rule_set = rule_sets.read_file(session, text, Act(startup.RULES_FILE_READER, now))
        errors = rule_sets.file_errors(session)
    if rule_set is not None:
        logger.info("rules file: version %s is active", rule_set.id)
    for error in errors:
        logger.warning("rules file refused: line %s: %s", error["line"], error["message"])


async def keep_heartbeat(database: Database, clock: Clock) -> None:
    """Say every `outages.BEAT_SECONDS` that a server runs, so that the next one knows for how long none did."""

    def beat() -> None:
        with database.unit_of_work() as session:
            outage = outages.beat(session, clock.real())
        if outage is not None:
            logger.info("no server ran from %s to %s", outage.began_at.isoformat(), outage.ended_at.isoformat())

    while True:
        await database.writes.run(beat)
        await asyncio.sleep(outages.BEAT_SECONDS)


@asynccontextmanager
async def running(*jobs: Callable[[], Awaitable[None]], retry: float) -> AsyncIterator[None]:
    """Run jobs for as long as the block lasts; a failing one is logged and started again after `retry` seconds.

    At the end a step that a thread is busy with is waited for, so that the database can be let go of.
    """
    async with anyio.create_task_group() as group:
        for job in jobs:
            group.start_soon(_keep_going, job, retry)
        try:
            yield
        finally:
            group.cancel_scope.cancel()


async def _keep_going(job: Callable[[], Awaitable[None]], retry: float) -> None:
    bulkheads.begin_job()
    logged: dict[str, float] = {}
    while True:
        try:
            await job()
        except Problem as problem:
            now = time.monotonic()
            if now - logged.get(problem.detail, -QUIET_SECONDS) >= QUIET_SECONDS:
                recent = {detail: at for detail, at in logged.items() if now - at < QUIET_SECONDS}
                logged = {**recent, problem.detail: now}
                logger.warning("%s", problem.detail)
        except Exception:
            logger.exception("a job failed and starts again")
        await asyncio.sleep(retry)
