"""Boards kept ready as bytes: computed once per change, then served without a query."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app import __version__
from app.db import Database
from app.domain.board import Board
from app.domain.calendar import ONE_DAY, first_moment, local_day
from app.domain.rules import Rules
from app.errors import Unavailable, WeekUnknown
from app.events import Event
from app.models import Week
from app.services import boards, rule_sets, weeks
from app.web import render
from app.web.clock import Clock
from app.web.documents import board_document

AWAY_SECONDS = 1.0


class Representation:
    """Bytes with their ETag, as two ready-made responses: all of it, or "you have it already"."""

    def __init__(self, body: bytes, etag: str, media_type: str, vary: str) -> None:
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": vary}
        self.body = body
        self._etag = etag
        self._whole = Response(body, media_type=media_type, headers=headers)
        self._same = Response(status_code=304, headers=headers)

    def answer(self, request: Request) -> Response:
        """The whole for who has none or another version, else 304."""
        given = request.headers.get("if-none-match")
        return self._same if given is not None and self._is_in(given) else self._whole

    def _is_in(self, given: str) -> bool:
        return given == "*" or self._etag in (each.strip().removeprefix("W/") for each in given.split(","))


@dataclass(frozen=True)
class Served:
    """One week's board as everybody of one audience gets it, until something changes or `until` (local midnight)."""

    board: Board
    rules: Rules
    zone: ZoneInfo
    until: datetime
    over: bool

    @cached_property
    def json(self) -> Representation:
        """The leaderboard of the API."""
        body = json.dumps(board_document(self.board), ensure_ascii=False, separators=(",", ":")).encode()
        return Representation(body, f'"{self.mark}"', "application/json", "Authorization")

    @cached_property
    def page(self) -> Representation:
        """The board's page."""
        return self._html("board/index.html", "p", stream=f"/weeks/{self.board.week}/live")

    @cached_property
    def preview(self) -> Representation:
        """The board's page as organizers look at it with everybody's eyes: it follows the stream of everybody."""
        return self._html("board/index.html", "v", stream=f"/weeks/{self.board.week}/live?as=public")

    @cached_property
    def partial(self) -> Representation:
        """The part of the page that changes."""
        return self._html("board/_standings.html", "s")

    @cached_property
    def mark(self) -> str:
        """Differs whenever what is shown differs; made from content, so that a restored database cannot repeat it."""
        content = repr((self.board, self.over, __version__)).encode()
        return f"{self.board.version}-{sha256(content).hexdigest()[:16]}"

    def _html(self, template: str, letter: str, **more: str) -> Representation:
        body = render.render(
            template,
            board=self.board,
            kinds=self.rules.kind_by_name,
            zone=self.zone,
            over=self.over,
            **more,
        )
        vary = f"{render.VARY}, Authorization, Cookie"
        return Representation(body, f'"{self.mark}{letter}"', "text/html; charset=utf-8", vary)


@dataclass(frozen=True, slots=True)
class _Kept:
    served: Served
    stamp: tuple[int, int | None]  # the week's id and version it was made from
    heard: object


class BoardKeeper:
    """Keeps the newest board of every week that somebody looks at.

    News (a commit of ours, another process's commit, somebody's hint) only leaves a new mark. A board made before
    the newest news is checked against its week's version before it is served again, so a reader sees every write
    that was acknowledged before the request. One board is computed at a time, however many wait for it. While the
    database is away, the last board that was made is served.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._heard = object()
        self._kept: dict[tuple[str, bool], _Kept] = {}
        self._computing = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._away_until = 0.0
        database.subscribe(self.hear)

    def hear(self, _news: Event | None = None) -> None:
        """Something may have changed; safe to call from any thread."""
        self._heard = object()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)

    @property
    def heard(self) -> object:
        """A mark that is another one as soon as something may have changed."""
        return self._heard

    async def news(self, timeout: float) -> None:
        """Wait until something may have changed, at most `timeout` seconds; for the one job that publishes boards."""
        self._loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._news.wait()
        self._news.clear()

    async def public(self, slug: str) -> Served:
        """The board everybody may see. Raises WeekUnknown."""
        return self.ready(slug, public=True) or await self._check((slug, True))

    async def organizers(self, slug: str) -> Served:
        """The board as it stands, frozen or not. Raises WeekUnknown."""
        return self.ready(slug, public=False) or await self._check((slug, False))

    def ready(self, slug: str, *, public: bool) -> Served | None:
        """The board that needs no work before it is served, if there is one."""
        return self._fresh((slug, public))

    async def refresh(self) -> bool:
        """Bring every board that is kept up to date, so that viewers need not wait; whether there is a new one."""
        is_news = False
        for key, kept in list(self._kept.items()):
            if self._fresh(key) is None:
                try:
                    is_news |= await self._check(key) is not kept.served
                except WeekUnknown:
                    self._kept.pop(key, None)
        return is_news

    def _fresh(self, key: tuple[str, bool]) -> Served | None:
        kept = self._kept.get(key)
        if kept is None or kept.heard is not self._heard or self._clock() >= kept.served.until:
            return None
        return kept.served

    async def _check(self, key: tuple[str, bool]) -> Served:
        async with self._computing:
            if (served := self._fresh(key)) is not None:
                return served
            last = self._kept.get(key)
            if last is not None and time.monotonic() < self._away_until:
                return last.served
            try:
                return await run_in_threadpool(self._load, key)
            except Unavailable:
                self._away_until = time.monotonic() + AWAY_SECONDS
                if last is None:
                    raise
                return last.served

    def _load(self, key: tuple[str, bool]) -> Served:
        heard, now = self._heard, self._clock()
        slug, is_public = key
        with self._database.reading() as session:
            kept = self._kept.get(key)
            if kept is None or now >= kept.served.until or not self._is_current(session, kept, slug, now):
                week = weeks.find(session, slug, now)
                served = serve(session, week, now, public=is_public)
                kept = _Kept(served, (week.id, week.version), heard)
        self._kept[key] = _Kept(kept.served, kept.stamp, heard)
        return kept.served

    @staticmethod
    def _is_current(session: Session, kept: _Kept, slug: str, now: datetime) -> bool:
        week_id, version = kept.stamp
        is_same = slug != weeks.CURRENT or weeks.find(session, slug, now).id == week_id
        return is_same and weeks.version_of(session, week_id) == version


def serve(session: Session, week: Week, now: datetime, *, public: bool) -> Served:
    """A week's board for one audience, made now."""
    board = boards.public(session, week, now) if public else boards.live(session, week, now)
    rules = rule_sets.rules_numbered(session, week.frozen_rule_set_id if board.frozen else week.rule_set_id)
    zone = week.zone
    over = board.state == "closed" or local_day(board.as_of, zone) > week.ends
    return Served(board, rules, zone, until=first_moment(local_day(now, zone) + ONE_DAY, zone), over=over)
