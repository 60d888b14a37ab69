"""The projector: turns a week's public board into the display's picture, once per change, for every screen."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import cast

from app.clock import Clock
from app.db.database import Database
from app.domain.calendar.days import day_bounds
from app.domain.draft import BY_HAND, OUR_SOURCES
from app.domain.source_staleness import stale_from
from app.domain.standings.highlights import Highlight, highlights
from app.errors import Malformed
from app.events import Event, RotationChanged
from app.live.messages import event
from app.models import Week
from app.services.standings import recent
from app.services.standings.recent import SourceActivity
from app.services.weeks import weeks
from app.web.boards import BoardSnapshot
from app.web.http import render
from app.web.scenes import RotationItem, rotation, rotation_of, scenes_text, turns_for
from app.web.scenes.scene import SceneContext

MAX_NEWS = 8
"""Newsflashes kept for a screen that was away for a moment; beyond that they are no news."""
TALKATIVE = 5
"""Activities after which a source is missed when it falls silent: one that reported once or twice was being tried."""
_PEOPLE = OUR_SOURCES | {BY_HAND}
"""Sources that no tool reports under: a gap between two shifts is no silence."""


PAGE_SECONDS = 8
"""A page of a scene that has several stays for this long at least; else they share the turn's seconds."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A turn, or a page of it, with what its scene has to say; `key` tells it from all others."""

    turn: RotationItem
    it: Mapping[str, object]
    seconds: int
    key: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A source with when it was last heard from, and from when on that is too long ago (UTC)."""

    source: str
    last: datetime
    stale_from: datetime


def _pages(turn: RotationItem, mapping: Mapping[str, object]) -> list[Shown]:
    """The pages of a turn; most scenes have one."""
    pages = cast("list[Mapping[str, object]]", mapping.get("pages", [mapping]))
    seconds = turn.seconds if len(pages) == 1 else max(turn.seconds // len(pages), PAGE_SECONDS)
    names = [turn.scene.name, *(f"{turn.scene.name}-{number}" for number in range(2, len(pages) + 1))]
    return [Shown(turn, page, seconds, name) for name, page in zip(names, pages, strict=True)]


class DisplayRenderer:
    """The display's view of a board, for `Streams`: it remembers the board before, and so knows what is news.

    Safe to call from several threads. A board that was painted already costs nothing. `setting` says which scenes
    there are for as long as no organizer has chosen others.
    """

    name = "display"

    def __init__(self, database: Database, clock: Clock, setting: Sequence[str]) -> None:
        self._database, self._clock = database, clock
        self._setting = self._turns = rotation(setting)
        self._lock = Lock()
        self._served: BoardSnapshot | None = None
        self._painted = ""
        self._picture = b""
        self._news: deque[Highlight] = deque(maxlen=MAX_NEWS)
        self._heard: dict[str, SourceActivity] = {}

    @property
    def setting(self) -> tuple[RotationItem, ...]:
        """The turns of the setting."""
        return self._setting

    def notify(self, news: Event) -> None:
        """Take up what an organizer has chosen on this server; safe to call from any thread."""
        if isinstance(news, RotationChanged):
            self.choose(news.scenes)

    def choose(self, scenes: str) -> None:
        """Show these scenes from now on; those of the setting where it is empty or fits no scenes there are."""
        try:
            self._turns = rotation_of(scenes) if scenes else self._setting
        except Malformed:
            self._turns = self._setting

    def version_key(self, snapshot: BoardSnapshot) -> str:
        """A key that differs whenever the picture does: by the board, its shifts or the scenes chosen for it."""
        return _mark(snapshot, self._turns)

    def __call__(self, snapshot: BoardSnapshot) -> bytes:
        """The picture as one message of a stream, unnamed so that htmx swaps it in."""
        return event(snapshot.version, self.picture(snapshot))

    def picture(self, snapshot: BoardSnapshot) -> bytes:
        """The picture of a public board, as HTML."""
        with self._lock:
            turns = self._turns
            mark = _mark(snapshot, turns)
            if self._painted != mark:
                news = self._fresh_news(snapshot)
                self._picture = self._paint(snapshot, news, turns)
                self._served, self._news, self._painted = snapshot, news, mark
            return self._picture

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

    def _paint(self, snapshot: BoardSnapshot, news: Sequence[Highlight], turns: Sequence[RotationItem]) -> bytes:
        board = snapshot.board
        with self._database.reading() as session:
            now = self._clock.game()
            week = weeks.find(session, board.week, now)
            context = SceneContext(board, snapshot.rules, snapshot.zone, week, session, now, snapshot.shifts)
            told = [(turn, turn.scene.build_context(context)) for turn in turns_for(board.state, turns)]
            silences = [] if board.frozen or board.state == "closed" else self._silences(context)
        begins, ends = day_bounds(week.starts, week.ends, snapshot.zone)
        return render.render(
            "display/_view.html",
            board=board,
            kinds=snapshot.rules.kind_by_name,
            tones=render.tones(board.standings),
            zone=snapshot.zone,
            mark=_mark(snapshot, turns),
            shown=[each for turn, mapping in told if mapping is not None for each in _pages(turn, mapping)],
            news=list(reversed(news)),
            silences=silences,
            begins=begins,
            ends=ends,
        )

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


def _mark(snapshot: BoardSnapshot, turns: Sequence[RotationItem]) -> str:
    more = repr((scenes_text(turns), snapshot.shifts.version, snapshot.shifts.coverage, snapshot.shifts.since))
    return f"{snapshot.mark}-{sha256(more.encode()).hexdigest()[:8]}"


def _stale_from(source_activity: SourceActivity, week: Week, context: SceneContext) -> datetime | None:
    return stale_from(source_activity.last, week.starts, week.ends, context.zone)
