"""The projector: turns a week's public board into the display's picture, once per change, for every screen."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import ClassVar

from app.clock import Clock
from app.db.database import Database
from app.domain.calendar.days import day_bounds
from app.domain.draft import BY_HAND, OUR_SOURCES
from app.domain.screens.wall import ALL, Plan, Wall
from app.domain.source_staleness import stale_from
from app.domain.standings.highlights import Highlight, highlights
from app.errors import Malformed
from app.events import Event, WallChanged
from app.live.messages import event
from app.models import Week
from app.services.standings import recent
from app.services.standings.recent import SourceActivity
from app.services.weeks import weeks
from app.web.boards import BoardSnapshot
from app.web.http import render
from app.web.scenes import RotationItem, rotation, rotation_of, turns_for
from app.web.scenes.painting import Painted, Painter
from app.web.scenes.scene import SceneContext

MAX_PICTURES = 32
"""Plans whose pictures of one board are kept; more than any office has."""
MAX_NEWS = 8
"""Newsflashes kept for a screen that was away for a moment; beyond that they are no news."""
TALKATIVE = 5
"""Activities after which a source is missed when it falls silent: one that reported once or twice was being tried."""
_PEOPLE = OUR_SOURCES | {BY_HAND}
"""Sources that no tool reports under: a gap between two shifts is no silence."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A source with when it was last heard from, and from when on that is too long ago (UTC)."""

    source: str
    last: datetime
    stale_from: datetime


class DisplayRenderer:
    """The display's view of a board, for `Streams`: it remembers the board before, and so knows what is news.

    Safe to call from several threads. A board that was painted already costs nothing, however many screens follow the
    same plan. `setting` says which scenes there are for as long as no organizer has chosen others.
    """

    def __init__(self, database: Database, clock: Clock, setting: Sequence[str]) -> None:
        self._database, self._clock = database, clock
        self._setting = rotation(setting)
        self._wall, self.heard, self._hearing = Wall(), 0, Lock()
        self._lock, self._painter = Lock(), Painter()
        self._served: BoardSnapshot | None = None
        self._base = ""
        self._pictures: dict[str, bytes] = {}
        self._news: deque[Highlight] = deque(maxlen=MAX_NEWS)
        self._heard: dict[str, SourceActivity] = {}

    @property
    def setting(self) -> tuple[RotationItem, ...]:
        """The turns of the setting."""
        return self._setting

    @property
    def wall(self) -> Wall:
        """Everything organizers chose, as far as this server has heard."""
        return self._wall

    def notify(self, news: Event) -> None:
        """Take up what an organizer has chosen on this server; safe to call from any thread."""
        if isinstance(news, WallChanged):
            with self._hearing:
                self._wall, self.heard = news.wall, self.heard + 1

    def follow(self, wall: Wall, heard: int) -> bool:
        """Show what this wall says, unless more was `heard` since it was asked for; tell whether it is news."""
        with self._hearing:
            if heard != self.heard or wall == self._wall:
                return False
            self._wall = wall
        return True

    def turns(self, plan: Plan) -> tuple[RotationItem, ...]:
        """The turns of a plan; those of the setting where it has none, or its scenes fit those there are no more."""
        try:
            return rotation_of(plan.scenes) if plan.scenes else self._setting
        except Malformed:
            return self._setting

    def version_key(self, snapshot: BoardSnapshot, screen: str = ALL) -> str:
        """A key that differs whenever the picture does: by the board, its shifts or what was chosen for the screen."""
        mark = _mark(snapshot, self._wall.plan(screen), self._wall)
        return self._painter.key_of(mark, self._clock.real())

    def picture(self, snapshot: BoardSnapshot, screen: str = ALL) -> bytes:
        """The picture of a public board as a screen shows it, as HTML."""
        with self._lock:
            wall, base = self._wall, _base_of(snapshot)
            plan = wall.plan(screen)
            if base != self._base:
                self._painter.forget()
            mark = _mark(snapshot, plan, wall)
            key = self._painter.key_of(mark, self._clock.real())
            if base == self._base and key in self._pictures:
                return self._pictures[key]
            news = self._news if base == self._base else self._fresh_news(snapshot)
            painted, picture = self._paint(snapshot, news, plan, wall, key)
            self._painter.note(mark, painted)
            if base != self._base or len(self._pictures) >= MAX_PICTURES:
                self._pictures.clear()
            self._pictures[key] = picture
            self._served, self._news, self._base = snapshot, news, base
            return picture

    def preview(self, snapshot: BoardSnapshot, now: datetime) -> bytes:
        """The picture of a board of any week at some moment, as a screen for all would show it; no screen is told."""
        wall = self._wall
        plan = replace(wall.plan(ALL), shown="", is_paused=False)
        return self._paint(snapshot, (), plan, wall, "", now)[1]

    def _fresh_news(self, snapshot: BoardSnapshot) -> deque[Highlight]:
        """The news so far and what this board adds; another week begins without any, and so does a freeze."""
        before = self._served
        if before is None or before.board.week != snapshot.board.week or snapshot.board.frozen:
            return deque(maxlen=MAX_NEWS)
        news = self._news.copy()
        if before.rules == snapshot.rules:
            told = {highlight.id for highlight in news}
            found = highlights(before.board, snapshot.board, snapshot.rules)
            news.extend(highlight for highlight in reversed(found) if highlight.id not in told)
        return news

    def _paint(
        self, snapshot: BoardSnapshot, news: Sequence[Highlight], plan: Plan, wall: Wall, mark: str,
        at: datetime | None = None,
    ) -> tuple[Painted, bytes]:  # fmt: skip
        board = snapshot.board
        with self._database.reading() as session:
            now = at or self._clock.game()
            week = weeks.find(session, board.week, now)
            begins, ends = day_bounds(week.starts, week.ends, snapshot.zone)
            context = SceneContext(
                board, snapshot.rules, snapshot.zone, week, session, now, snapshot.shifts, wall.messages,
                is_large=plan.size == "large",
            )  # fmt: skip
            painted = self._painter.paint(
                context, turns_for(board.state, self.turns(plan)), plan,
                kinds=snapshot.rules.kind_by_name, tones=render.tones(board.standings), zone=snapshot.zone,
            )  # fmt: skip
            is_quiet = at is not None or board.frozen or board.state == "closed"
            silences = [] if is_quiet else self._silences(context)
        return painted, render.render(
            "display/_view.html", board=board, announcement=snapshot.announcement.text, zone=snapshot.zone, mark=mark,
            plan=plan, painted=painted, news=list(reversed(news)), silences=silences, begins=begins, ends=ends,
        )  # fmt: skip

    def _silences(self, context: SceneContext) -> list[Silence]:
        """The moments at which tools that report regularly will have been silent for too long."""
        self._listen(context)
        tools = [each for each in self._heard.values() if each.source not in _PEOPLE]
        regular = [each for each in tools if each.activities >= TALKATIVE]
        moments = (
            (each, _stale_from(each, context.week, context)) for each in sorted(regular, key=lambda each: each.source)
        )
        return [Silence(each.source, each.last, at) for each, at in moments if at is not None]

    def _listen(self, context: SceneContext) -> None:
        """Count what came since the last time, so that a long ledger is read once and not at every change."""
        if self._served is None or self._served.board.week != context.board.week:
            self._heard = {}
        after = max((activity.seq for activity in self._heard.values()), default=0)
        for new in recent.source_activity(context.session, context.week, after=after):
            old = self._heard.get(new.source, SourceActivity(new.source, 0, new.last, 0))
            self._heard[new.source] = SourceActivity(
                new.source, old.activities + new.activities, max(old.last, new.last), new.seq
            )


def _base_of(snapshot: BoardSnapshot) -> str:
    """A key of everything a picture shows of a board."""
    shifts = snapshot.shifts
    return repr((snapshot.mark, shifts.version, shifts.coverage, shifts.since, snapshot.announcement.text))


def _mark(snapshot: BoardSnapshot, plan: Plan, wall: Wall) -> str:
    facts = repr((_base_of(snapshot), plan, wall.scenes, wall.messages)).encode(errors="surrogatepass")
    return f"{snapshot.mark}-{sha256(facts).hexdigest()[:16]}"


def _stale_from(source_activity: SourceActivity, week: Week, context: SceneContext) -> datetime | None:
    return stale_from(source_activity.last, week.starts, week.ends, context.zone)


@dataclass(frozen=True, slots=True)
class ScreenRenderer:
    """One screen's view of a board, for its stream."""

    renderer: DisplayRenderer
    screen: str
    name: ClassVar[str] = "display"

    def version_key(self, snapshot: BoardSnapshot) -> str:
        """A key that differs whenever the screen's picture does."""
        return self.renderer.version_key(snapshot, self.screen)

    def __call__(self, snapshot: BoardSnapshot) -> bytes:
        """The picture as one message of a stream, unnamed so that htmx swaps it in."""
        return event(snapshot.version, self.renderer.picture(snapshot, self.screen))
