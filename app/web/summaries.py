"""Summaries kept ready: the story is told once per change of the week, each chart drawn once per story."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
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
from app.services import appearances, guestbook
from app.services.guestbook import Quote
from app.services.standings import stories
from app.services.week_metrics import week_metrics
from app.services.weeks import weeks
from app.web.board_cache import BoardCache
from app.web.boards import BoardSnapshot, serve
from app.web.charts import CHARTS, ChartData, ChartTheme, captions, upto_text
from app.web.charts.card import card_svg
from app.web.charts.chart_renderer import chart_renderer
from app.web.charts.undrawn import undrawn_svg
from app.web.http import branding, render
from app.web.http.branding import Brand
from app.web.http.representations import CachedResponse

logger = logging.getLogger(__name__)

VARY = "Authorization, Cookie"
LONG_SECONDS, RESTS = 1.0, 10
QUOTES, LONGEST_QUOTE = 6, 400  # characters

Stamp = tuple[tuple[int, int], ...]
"""The ids and versions of the week and of those it is compared with."""
Life = tuple[str, int | None]
"""The week's state and the version at which it is frozen: what sentences say of it holds for no other."""


@dataclass(frozen=True)
class Summary:
    """One week's summary as everybody of one audience gets it, until something changes.

    `share` is the address of the card's site ("" where none is known), None where only some may see the board; `look`
    is the version of the brand on its page, `answered` the line about customers ("" where too little is known).
    """

    snapshot: BoardSnapshot
    data: ChartData
    share: str | None
    answered: str = ""
    quotes: tuple[Quote, ...] = ()
    look: int = field(default_factory=lambda: branding.brand().version)
    drawn: dict[str, CachedResponse] = field(default_factory=dict, compare=False)

    @cached_property
    def mark(self) -> str:
        """A key that differs whenever what is drawn differs."""
        content = repr((self.snapshot.mark, self.data.story, self.answered)).encode()
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
            is_hidden=self.snapshot.is_hidden,
            data=self.data,
            story=self.data.story,
            says=captions(self.data),
            upto_text=upto_text,
            edition=f"{self.mark}-{self.look}" if self.look else self.mark,
            share=self.share,
            answered=self.answered,
            quotes=self.quotes,
        )
        quoted = sha256(repr(self.quotes).encode(errors="surrogatepass")).hexdigest()[:8] if self.quotes else ""
        looks = f"-{self.look}" if self.look else ""
        return CachedResponse(
            body, f'"{self.mark}{quoted}{looks}u"', "text/html; charset=utf-8", f"{render.VARY}, {VARY}"
        )

    def quoting(self, quotes: Sequence[Quote]) -> "Summary":
        """The same with these quotes, as pages look now; itself where it is so already."""
        shown = tuple(quotes), branding.brand().version
        return self if shown == (self.quotes, self.look) else replace(self, quotes=shown[0], look=shown[1])

    def draw(self, name: str, theme: ChartTheme) -> CachedResponse:
        """A chart as SVG; slow. Raises NotFound for one there is not, Unavailable where nothing can be drawn."""
        chart = CHARTS.get(name)
        spec = chart(self.data, theme) if chart else None
        if spec is None:
            raise NotFound("There’s no such chart.")
        try:
            body = chart_renderer().svg(spec).encode()
        except ValueError:
            logger.exception("the chart %s could not be drawn", name)
            body = undrawn_svg(theme)
        return CachedResponse(body, f'"{self.mark}-{name}-{theme.theme}-{theme.size}"', "image/svg+xml", VARY)

    def draw_card(self, brand: Brand, logo: bytes | None) -> CachedResponse:
        """The share card as PNG, with the logo of this brand; slow. Raises Unavailable."""
        own = chart_renderer()
        is_easy = all(map(own.draws, set(card_svg(self.data, brand=brand))))
        renderer = own if is_easy else chart_renderer(system_fonts=True)
        body = renderer.png(card_svg(self.data, renderer.draws, brand, logo))
        return CachedResponse(body, f'"{self.mark}-{brand.version}-card"', "image/png", VARY)


@dataclass(frozen=True, slots=True)
class _Kept:
    summary: Summary
    stamp: Stamp
    generation: object  # the news up to which the story is known to be the newest
    quoted: object  # the same of the quotes, which never rest
    life: Life  # a story rests only while the week is what it was
    rests_until: float = 0.0  # on the monotonic clock


class Summaries:
    """Keeps the newest summary of every week that somebody looks at.

    As fresh as boards are, by the same news; but a story that took long to tell, in a week of very many activities,
    rests for ten times as long before it is told anew, unless the week
    was opened, closed, frozen or revealed since. Quotes never do: one that is withdrawn is gone. One story is
    told at a time and one chart drawn, however many wait.
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
        brand = branding.brand()
        key = f"card-{brand.version}"
        logo = await self._database.reads.run(self._logo, brand) if brand.logo and key not in summary.drawn else None
        return await self._drawn(summary, key, lambda: summary.draw_card(brand, logo))

    def _logo(self, brand: Brand) -> bytes | None:
        if brand.logo is None:
            return None
        with self._database.reading() as session:
            return appearances.logo_png(session, brand.logo.sha256)

    async def _drawn(self, summary: Summary, key: str, draw: Callable[[], CachedResponse]) -> CachedResponse:
        if key not in summary.drawn:
            async with self._drawing:
                if key not in summary.drawn:
                    summary.drawn[key] = await run_in_threadpool(draw)
        return summary.drawn[key]

    def _fresh(self, slug: str, audience: Audience) -> Summary | None:
        kept = self._kept.get((slug, audience))
        if kept is None or kept.quoted is not self._boards.generation or self._is_over(kept):
            return None
        return kept.summary if kept.generation is self._boards.generation or _rests(kept) else None

    def _is_over(self, kept: _Kept) -> bool:
        return self._clock.game() >= kept.summary.snapshot.until

    def _load(self, slug: str, audience: Audience) -> Summary:
        generation, now, begun = self._boards.generation, self._clock.game(), time.monotonic()
        known = self._kept.get((slug, audience))
        with self._database.reading() as session:
            week = weeks.find(session, slug, now)
            quotes = guestbook.quotes(session, week, weeks.view_of(week, audience), limit=QUOTES, longest=LONGEST_QUOTE)
            if known is not None and _rests(known) and known.life == _life(week) and not self._is_over(known):
                kept = replace(known, quoted=generation)
            else:
                kept = self._told(session, week, audience, known, generation)
        ended = time.monotonic()
        rest = RESTS * (ended - begun) if ended - begun > LONG_SECONDS else 0.0
        kept = replace(kept, summary=kept.summary.quoting(quotes), rests_until=max(kept.rests_until, ended + rest))
        self._kept[slug, audience] = kept
        return kept.summary

    def _told(self, session: Session, week: Week, audience: Audience, known: _Kept | None, generation: object) -> _Kept:
        """The summary of a week as it stands; told anew where the week or one before it has changed."""
        now = week.clock(self._clock.game())
        past = stories.earlier(session, week, audience)
        stamp = tuple((each.id, each.version) for each in (week, *past))
        if known is not None and known.stamp == stamp and now < known.summary.snapshot.until:
            return replace(known, generation=generation, quoted=generation)
        looked_back = self._look_back(session, past, stamp, known)
        snapshot = serve(session, week, now, audience)
        story = stories.of_week(session, week, weeks.view_of(week, audience), past=looked_back)
        data = ChartData(snapshot.board, story, snapshot.rules.kinds, snapshot.zone, snapshot.over)
        answered = week_metrics.answered(session, week, weeks.view_of(week, audience), now)
        summary = Summary(snapshot, data, self._share, answered)
        # What looks alike stays what it is, drawings and all: so does a frozen week, whatever goes on behind.
        is_same = known is not None and known.summary.mark == summary.mark and now < known.summary.snapshot.until
        told = known.summary if known is not None and is_same else summary
        return _Kept(told, stamp, generation, generation, _life(week))

    def _look_back(self, session: Session, past: list[Week], stamp: Stamp, kept: _Kept | None) -> tuple[PastWeek, ...]:
        """Totals of the weeks before, counted again only where one of them has changed."""
        if kept is not None and kept.stamp[1:] == stamp[1:]:
            return kept.summary.data.story.past
        return stories.look_back(session, past)


def _life(week: Week) -> Life:
    return week.state, week.frozen_version


def _rests(kept: _Kept) -> bool:
    return time.monotonic() < kept.rests_until
