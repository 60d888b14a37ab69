"""Summaries kept ready: the story is told once per change of the week, each chart drawn once per story."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from app.clock import Clock
from app.db.database import Database
from app.domain.story import PastWeek
from app.domain.view import Audience
from app.errors import NotFound, Unavailable
from app.models import Week
from app.services.standings import stories
from app.services.weeks import weeks
from app.web.board_cache import BoardCache
from app.web.boards import BoardSnapshot, serve
from app.web.charts import CHARTS, ChartData, ChartTheme, captions, upto_text
from app.web.charts.card import card_svg, needs_system_fonts
from app.web.charts.chart_renderer import chart_renderer
from app.web.http import render
from app.web.http.representations import CachedResponse

VARY = "Authorization, Cookie"
LONG_SECONDS, RESTS = 1.0, 10

Stamp = tuple[tuple[int, int], ...]
"""The ids and versions of the week and of those it is compared with."""


@dataclass(frozen=True)
class Summary:
    """One week's summary as everybody of one audience gets it, until something changes.

    `share` is the address of the card's site ("" where none is known), None where only some may see the board.
    """

    snapshot: BoardSnapshot
    data: ChartData
    share: str | None
    drawn: dict[str, CachedResponse] = field(default_factory=dict, compare=False)

    @cached_property
    def mark(self) -> str:
        """A key that differs whenever what is shown differs."""
        content = repr((self.snapshot.mark, self.data.story)).encode()
        return f"{self.snapshot.board.version}-{sha256(content).hexdigest()[:16]}"

    @cached_property
    def page(self) -> CachedResponse:
        """The page."""
        body = render.render(
            "summary/index.html",
            board=self.snapshot.board,
            kinds=self.snapshot.rules.kind_by_name,
            zone=self.snapshot.zone,
            over=self.snapshot.over,
            data=self.data,
            story=self.data.story,
            says=captions(self.data),
            upto_text=upto_text,
            edition=self.mark,
            share=self.share,
        )
        return CachedResponse(body, f'"{self.mark}u"', "text/html; charset=utf-8", f"{render.VARY}, {VARY}")

    def draw(self, name: str, theme: ChartTheme) -> CachedResponse:
        """A chart as SVG; slow. Raises NotFound for one there is not, Unavailable where nothing can be drawn."""
        chart = CHARTS.get(name)
        spec = chart(self.data, theme) if chart else None
        if spec is None:
            raise NotFound("The summary has no such chart.")
        body = chart_renderer().svg(spec).encode()
        return CachedResponse(body, f'"{self.mark}-{name}-{theme.theme}-{theme.size}"', "image/svg+xml", VARY)

    def draw_card(self) -> CachedResponse:
        """The share card as PNG; slow. Raises Unavailable."""
        svg = card_svg(self.data)
        body = chart_renderer(system_fonts=needs_system_fonts(svg)).png(svg)
        return CachedResponse(body, f'"{self.mark}-card"', "image/png", VARY)


@dataclass(frozen=True, slots=True)
class _Kept:
    summary: Summary
    stamp: Stamp
    generation: object
    rests_until: float = 0.0  # on the monotonic clock


class Summaries:
    """Keeps the newest summary of every week that somebody looks at.

    As fresh as boards are, by the same news; but a story that took long to tell, in a week of very many activities,
    rests for ten times as long before it is told anew. One story is told at a time and one chart drawn, however many
    wait.
    """

    def __init__(self, database: Database, clock: Clock, boards: BoardCache, share: str | None) -> None:
        self._database = database
        self._clock = clock
        self._boards = boards
        self._share = share
        self._kept: dict[tuple[str, Audience], _Kept] = {}
        self._telling = asyncio.Lock()
        self._drawing = asyncio.Lock()

    async def get(self, slug: str, audience: Audience) -> Summary:
        """A week's summary for one audience. Raises WeekUnknown."""
        if (summary := self._fresh(slug, audience)) is not None:
            return summary
        async with self._telling:
            if (summary := self._fresh(slug, audience)) is not None:
                return summary
            try:
                return await self._database.reads.run(self._load, slug, audience, long=True)
            except Unavailable:
                if (kept := self._kept.get((slug, audience))) is None:
                    raise
                return kept.summary

    async def chart(self, summary: Summary, name: str, theme: ChartTheme) -> CachedResponse:
        """A chart of a summary. Raises NotFound or Unavailable."""
        return await self._drawn(summary, f"{name}-{theme.theme}-{theme.size}", lambda: summary.draw(name, theme))

    async def card(self, summary: Summary) -> CachedResponse:
        """The share card of a summary. Raises Unavailable."""
        return await self._drawn(summary, "card", summary.draw_card)

    async def _drawn(self, summary: Summary, key: str, draw: Callable[[], CachedResponse]) -> CachedResponse:
        if key not in summary.drawn:
            async with self._drawing:
                if key not in summary.drawn:
                    summary.drawn[key] = await run_in_threadpool(draw)
        return summary.drawn[key]

    def _fresh(self, slug: str, audience: Audience) -> Summary | None:
        kept = self._kept.get((slug, audience))
        if kept is None or self._clock.game() >= kept.summary.snapshot.until:
            return None
        is_new = kept.generation is self._boards.generation or time.monotonic() < kept.rests_until
        return kept.summary if is_new else None

    def _load(self, slug: str, audience: Audience) -> Summary:
        generation, now, begun = self._boards.generation, self._clock.game(), time.monotonic()
        with self._database.reading() as session:
            week = weeks.find(session, slug, now)
            past = stories.earlier(session, week, audience)
            stamp = tuple((each.id, each.version) for each in (week, *past))
            kept = self._kept.get((slug, audience))
            if kept is None or kept.stamp != stamp or now >= kept.summary.snapshot.until:
                looked_back = self._look_back(session, past, stamp, kept)
                snapshot = serve(session, week, now, audience)
                story = stories.of_week(session, week, weeks.view_of(week, audience), past=looked_back)
                data = ChartData(snapshot.board, story, snapshot.rules.kinds, snapshot.zone, snapshot.over)
                summary = Summary(snapshot, data, self._share)
                # What looks alike stays what it is, drawings and all: so does a frozen week, whatever goes on behind.
                is_same = kept is not None and kept.summary.mark == summary.mark and now < kept.summary.snapshot.until
                kept = _Kept(kept.summary if kept is not None and is_same else summary, stamp, generation)
        ended = time.monotonic()
        rest = RESTS * (ended - begun) if ended - begun > LONG_SECONDS else 0.0
        self._kept[slug, audience] = _Kept(kept.summary, stamp, generation, ended + rest)
        return kept.summary

    def _look_back(self, session: Session, past: list[Week], stamp: Stamp, kept: _Kept | None) -> tuple[PastWeek, ...]:
        """Totals of the weeks before, counted again only where one of them has changed."""
        if kept is not None and kept.stamp[1:] == stamp[1:]:
            return kept.summary.data.story.past
        return stories.look_back(session, past)
