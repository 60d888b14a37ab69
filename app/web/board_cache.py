"""The newest board of every week that somebody looks at, computed once per change."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlmodel import Session

from app.clock import Clock
from app.db.database import Database
from app.domain.calendar.days import next_midnight
from app.domain.view import Audience
from app.errors import Busy, Unavailable, WeekUnknown
from app.events import BEHIND_PAGES, Event
from app.live.retry import Retry
from app.live.timing import USUAL, Timing
from app.services import announcements, topics
from app.services.announcements import Line
from app.services.shifts import coverage
from app.services.standings import recent
from app.services.weeks import weeks
from app.services.weeks.weeks import WeekStamp
from app.web.board.latest import MOST, NO_LATEST, follow
from app.web.boards import BoardSnapshot, serve_frozen, serve_live, with_topics
from app.web.kept_week import KeptWeek, Source, source_of

Answer = TypeVar("Answer")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Current:
    """The current week, until there is news and at most `until` midnight in its zone."""

    slug: str
    generation: object
    until: datetime


class BoardCache:
    """Single-flight cache of the newest boards, one a week; stale if the database is away (ADR 5).

    News (a commit of ours, another process's commit, somebody's hint) only leaves a new mark. A board made before
    the newest news is checked against its week's version before it is served again, so a reader sees every write
    that was acknowledged before the request. A week's board is computed once, by whatever name and whoever asks for
    it, and by one at a time however many wait. While the database is away, the last board that was made is served.
    """

    def __init__(self, database: Database, clock: Clock, timing: Timing = USUAL) -> None:
        self._database, self._clock, self._timing = database, clock, timing
        self._generation = object()
        self._weeks: dict[str, KeptWeek] = {}
        self._current: _Current | None = None
        self._looking = asyncio.Lock()
        self._retry = Retry()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._absence, self._away_until = "", 0.0
        database.subscribe(self.notify)

    def notify(self, news: Event | None = None) -> None:
        """Mark every board as perhaps stale; safe to call from any thread."""
        if isinstance(news, BEHIND_PAGES):
            return  # somebody's signing in costs no board anything, nor does what a tool sends until it is processed
        if news is not None:
            self._away_until = 0.0  # a commit of ours: the database is back, and its readers are to see it
        self._generation = object()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    @property
    def generation(self) -> object:
        """A mark that is another one as soon as something may have changed."""
        return self._generation

    async def wait(self, timeout: float) -> None:
        """Wait until something may have changed, at most `timeout` seconds; for the one job that publishes boards."""
        self._loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._news.wait()
        self._news.clear()

    async def get(self, slug: str, audience: Audience) -> BoardSnapshot:
        """The board of a week as an audience may see it. Raises WeekUnknown."""
        return self.ready(slug, audience) or await self._check(await self._resolve(slug), audience)

    def ready(self, slug: str, audience: Audience) -> BoardSnapshot | None:
        """The board that needs no work before it is served, if there is one."""
        week = self._weeks.get(self._slug_known(slug) or "")
        return week.newest(self._generation, self._clock.game(), audience) if week is not None else None

    async def refresh(self) -> bool:
        """Bring every board that is kept up to date, so that viewers need not wait; whether there is a new one.

        A board that cannot be made harms no other: its failure is logged once a version, never raised, and it is left
        alone for a while, longer each time.
        """
        is_news = await self._look_again() if self._stale() else False
        for slug, week, audience in self._stale():
            is_news |= await self._renew(slug, week, audience)
        return is_news

    def _stale(self) -> list[tuple[str, KeptWeek, Audience]]:
        """The boards that are kept and not known to be the newest: the week, and for whom."""
        generation, now = self._generation, self._clock.game()
        return [
            (slug, week, audience)
            for slug, week in list(self._weeks.items())
            for audience in sorted(week.audiences)
            if week.newest(generation, now, audience) is None
        ]

    async def _look_again(self) -> bool:
        """Look which boards are still the newest; whether another week is the current one."""
        if not self._retry.is_due:
            return False
        before = self._current
        try:
            await self._read(self._look)
        except Unavailable:
            return False
        except Exception:
            if self._retry.fail("weeks", first=self._timing.retry_first, most=self._timing.retry_most):
                logger.exception("the weeks cannot be looked at")
            return False
        self._retry.succeed()
        return before is not None and (self._current is None or self._current.slug != before.slug)

    async def _renew(self, slug: str, week: KeptWeek, audience: Audience) -> bool:
        """Bring a board up to date if it is its turn; whether it is another one. A failure is noted, never raised."""
        if not week.retry.is_due:
            return False
        last = week.last(audience)
        try:
            return await self._check(slug, audience) is not last
        except WeekUnknown:
            return False
        except Exception:
            if week.retry.fail(week.tried, first=self._timing.retry_first, most=self._timing.retry_most):
                logger.exception("the board of week %s cannot be made", slug)
            return False

    def _slug_known(self, slug: str) -> str | None:
        """A week's slug, also where it goes by “current”; None where that takes a look at the database."""
        if slug != weeks.CURRENT:
            return slug
        current = self._current
        is_newest = (
            current is not None and current.generation is self._generation and self._clock.game() < current.until
        )
        return current.slug if current is not None and is_newest else None

    async def _resolve(self, slug: str) -> str:
        """A week's slug, also where it goes by “current”. Raises WeekUnknown while no week is current."""
        if (known := self._slug_known(slug)) is not None:
            return known
        async with self._looking:
            return self._slug_known(slug) or (await self._ask(self._current, self._find_current)).slug

    def _find_current(self) -> _Current:
        self._look()
        if self._current is None:
            raise WeekUnknown(weeks.CURRENT)
        return self._current

    def _look(self) -> None:
        """See in one query which kept boards are still the newest, and which week is current."""
        generation, now = self._generation, self._clock.game()
        with self._database.reading() as session:
            stamps, changes = weeks.stamps(session), topics.changes_by_week(session)
        for stamp in stamps:
            if (week := self._weeks.get(stamp.slug)) is not None:
                week.learn(stamp, generation, changes.get(stamp.id, 0))
        found = weeks.pick_current(stamps, now)
        self._current = _Current(found.slug, generation, next_midnight(now, found.zone)) if found else None

    async def _check(self, slug: str, audience: Audience) -> BoardSnapshot:
        week = self._weeks.setdefault(slug, KeptWeek())
        try:
            async with week.turn:
                if (snapshot := week.newest(self._generation, self._clock.game(), audience)) is not None:
                    return snapshot
                return await self._ask(week.last(audience), partial(self._make, slug, week, audience))
        except WeekUnknown:
            week.forget()
            raise
        finally:
            if not week.boards and self._weeks.get(slug) is week:
                del self._weeks[slug]

    def _make(self, slug: str, week: KeptWeek, audience: Audience) -> BoardSnapshot:
        generation, now = self._generation, self._clock.game()
        week.tried = None
        with self._database.reading() as session:
            stamp = weeks.stamp(session, slug)
            now = stamp.clock(now)
            changes = topics.changes(session, stamp.id)
            week.learn(stamp, generation, changes)
            source = week.tried = source_of(stamp, audience, changes)
            snapshot = week.made_from(source, now)
            if snapshot is None:
                snapshot = self._serve(session, stamp, week, source, now)
        week.keep(source, snapshot, audience)
        self._weeks.setdefault(slug, week)
        return snapshot

    def _serve(
        self, session: Session, stamp: WeekStamp, week: KeptWeek, source: Source, now: datetime
    ) -> BoardSnapshot:
        known = week.with_scores_of(source, now)
        if source.is_frozen:
            return self._serve_frozen(session, stamp, source, known, now)
        last = week.live()
        line = _announcement(session, last, source, now)
        is_same = last is not None and last.shifts.are_of(stamp, source.changes, now)
        shifts = last.shifts if last is not None and is_same else coverage.of_week(session, stamp, source.changes, now)
        before = last.latest if last is not None else NO_LATEST
        latest = follow(recent.follow(session, stamp, before.found, limit=MOST), before)
        if known is not None:
            return with_topics(known, shifts, latest, line)
        return serve_live(session, stamp, now, last, week.trail, shifts, latest, line)

    @staticmethod
    def _serve_frozen(
        session: Session, stamp: WeekStamp, source: Source, known: BoardSnapshot | None, now: datetime
    ) -> BoardSnapshot:
        row = weeks.find_by_id(session, stamp.id)
        shifts = coverage.of_frozen_week(session, row, source.changes, now)
        line = _announcement(session, known, source, now)
        if known is None:
            return serve_frozen(session, row, now, shifts, line)
        is_same = known.shifts._replace(edits=shifts.edits) == shifts and (known.announcement, known.look) == (
            line,
            source.look,
        )
        return known if is_same else with_topics(known, shifts, known.latest, line)

    async def _ask(self, last: Answer | None, work: Callable[[], Answer]) -> Answer:
        """Read from the database; while it is away, fall back to `last`. Raises Unavailable where there is none."""
        try:
            return await self._read(work)
        except Unavailable:
            if last is None:
                raise
            return last

    async def _read(self, work: Callable[[], Answer]) -> Answer:
        """Read from the database. Once it has not answered, nobody asks again for a moment: they would all wait."""
        if time.monotonic() < self._away_until:
            raise Unavailable(self._absence)
        try:
            return await self._database.reads.run(work)
        except Busy:
            raise
        except Unavailable as problem:
            self._absence, self._away_until = problem.detail, time.monotonic() + self._timing.away
            raise


def _announcement(session: Session, last: BoardSnapshot | None, source: Source, now: datetime) -> Line:
    """The announcement, read again only where it may differ from the one of the board before."""
    is_same = last is not None and last.shifts.version == source.changes and now < last.announcement.lasts_until
    return last.announcement if last is not None and is_same else announcements.current(session, now)
