"""Seat lists: the shared part of every shift of a week, made once per change and sent as what has changed."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import NamedTuple

from sqlmodel import Session

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Scope
from app.domain.shifts.limits import Slots, first_round_waits_for
from app.domain.shifts.model import ShiftSettings
from app.domain.view import Audience
from app.events import BEHIND_PAGES, Event
from app.live.fragments import FragmentList, Item, Position
from app.live.messages import Parts
from app.models import Week
from app.services import announcements, topics
from app.services.announcements import Line
from app.services.shifts import choices, listing
from app.services.shifts.listing import ShiftItem
from app.services.shifts.seat_queries import deactivated
from app.services.shifts.settings import settings_of
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.board.rows import one_line
from app.web.http import render
from app.web.seats.shown import seats_html

AS_OF = "shifts-as-of"
"""The part that ends every message."""
ANNOUNCEMENT = "announcement"
"""The part of what organizers have to say to everyone, which is there without anything, too."""


class SeatsTopic(NamedTuple):
    """The seats of one week's shifts, for one audience; `shows_everyone`: visitors see fewer names."""

    slug: str
    audience: Audience
    shows_everyone: bool
    needs: Scope | None
    name: str = "shifts"

    def version_key(self, seats: "SeatList", /) -> str:
        """A key of the message: equal keys mean equal bytes."""
        return str(seats.fragments.position)

    def render(self, seats: "SeatList", /) -> Parts:
        """Render the message: a part for each shift that has changed, or for each there is."""
        return Parts(seats.fragments, lambda: seats.fragments.everything)


class SeatsVersion(NamedTuple):
    """The versions that seats were read at: equal ones give equal seats. `edits` are those of the week.

    `announced` is that of the announcement, which stands above them.
    """

    week_id: int
    edits: int
    shifts: int
    announced: int


@dataclass(frozen=True, slots=True)
class SeatList:
    """The seats of a week at a version, as HTML in parts; `shown` has each shift's with what it was made of.

    `until` is the moment at which the announcement above them goes by itself.
    """

    version: SeatsVersion
    until: datetime
    fragments: FragmentList
    shown: Mapping[str, tuple[Hashable, Item]]


@dataclass(eq=False, slots=True)
class _Kept:
    """A week's newest list for an audience, and the news up to which it is known to be the newest."""

    seats: SeatList | None = None
    generation: object = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


_Key = tuple[str, Audience, bool]


class SeatLists:
    """A cache of the newest seats of weeks that somebody watches; by one at a time made from the one before."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._generation = object()
        self._kept: dict[_Key, _Kept] = {}
        database.subscribe(self.notify)

    def notify(self, news: Event | None = None) -> None:
        """Mark every list as perhaps stale; safe to call from any thread."""
        if not isinstance(news, BEHIND_PAGES):
            self._generation = object()

    async def get(self, slug: str, audience: Audience, *, shows_everyone: bool) -> SeatList:
        """The seats of a week as an audience may see them. Raises WeekUnknown, or Unavailable."""
        key = slug, audience, shows_everyone
        kept = self._kept.setdefault(key, _Kept())
        if (seats := self._newest(kept)) is not None:
            return seats
        try:
            async with kept.turn:
                if (seats := self._newest(kept)) is not None:
                    return seats
                return await self._database.reads.run(self._make, kept, key)
        finally:
            if kept.seats is None:
                self._kept.pop(key, None)

    def position(self, session: Session, week: Week, audience: Audience, *, shows_everyone: bool) -> Position | None:
        """The position of a page made with this session, if somebody watches that state; None asks for everything."""
        kept = self._kept.get((week.slug, audience, shows_everyone))
        if kept is None or kept.seats is None:
            return None
        return kept.seats.fragments.position if kept.seats.version == _version(session, week) else None

    def _newest(self, kept: _Kept) -> SeatList | None:
        is_newest = kept.generation is self._generation
        is_true = kept.seats is not None and self._clock.game() < kept.seats.until
        return kept.seats if is_newest and is_true else None

    def _make(self, kept: _Kept, key: _Key) -> SeatList:
        slug, audience, shows_everyone = key
        generation, known, now = self._generation, kept.seats, self._clock.game()
        with self._database.reading() as session:
            week = weeks.admitted(session, slug)
            version = _version(session, week)
            if known is None or known.version != version or now >= known.until:
                items = listing.of_week(session, week, weeks.view_of(week, audience))
                settings = settings_of(session, week)
                # whom limits hold back depends on everybody's seats; without limits nobody asks
                joins = teams.joins(session, week) if settings.has_limits else {}
                crowd = choices.crowd_of(items, joins, deactivated(session) if joins else ())
                as_of = as_of_html(calendar_mark(week, settings, items, crowd.slots))
                line = announcements.current(session, now)
                known = _follow(known, version, items, as_of, line, shows_everyone=shows_everyone)
        kept.seats, kept.generation = known, generation
        return known


def _version(session: Session, week: Week) -> SeatsVersion:
    shifts, announced = topics.version(session, week.id, "shifts"), announcements.kept(session).version
    return SeatsVersion(week.id, weeks.edits(week), shifts, announced)


def _follow(
    known: SeatList | None, version: SeatsVersion, items: list[ShiftItem], as_of: bytes, line: Line,
    *, shows_everyone: bool,
) -> SeatList:  # fmt: skip
    """The list of these items; what is shown as before is not made again."""
    before = known.shown if known is not None else {}
    shown: dict[str, tuple[Hashable, Item]] = {}
    for item in items:
        content, same = _content(item), before.get(item.shift.id)
        is_same = same is not None and same[0] == content
        shown[item.shift.id] = same if same is not None and is_same else (content, _fragment(item, shows_everyone))
    fragments = known.fragments if known is not None else FragmentList(token_hex(8), closing=AS_OF)
    parts = {shift_id: fragment for shift_id, (_, fragment) in shown.items()}
    said = one_line(render.render("components/_announcement.html", line=line))
    ends = {ANNOUNCEMENT: {ANNOUNCEMENT: said}, AS_OF: {AS_OF: as_of}}
    return SeatList(version, line.lasts_until, fragments.update({**parts, **ends}), shown)


def _content(item: ShiftItem) -> Hashable:
    """The values that templates/shifts/_seats.html depends on."""
    return item.shift.seats, item.shift.needed, item.is_cancelled, item.seats, item.waiters


def _fragment(item: ShiftItem, shows_everyone: bool) -> Item:
    return {f"seats-{item.shift.id}": one_line(seats_html(item, shows_everyone=shows_everyone))}


def as_of_html(mark: str) -> bytes:
    """The part that ends every message; a page whose own mark differs loads again."""
    return one_line(render.render("shifts/_seats_as_of.html", shifts=mark))


def calendar_mark(week: Week, settings: ShiftSettings, items: Sequence[ShiftItem], slots: Slots) -> str:
    """A mark of what a page shows besides seats: which shifts there are, when and where, and how signing up stands."""
    facts = [
        (shift.id, shift.starts_at, shift.ends_at, shift.label, shift.place, shift.link, shift.needed)
        for shift in (item.shift for item in items)
    ]
    stands = (week.state, week.frozen_at, settings, first_round_waits_for(slots, settings))
    return sha256(repr((stands, facts)).encode()).hexdigest()[:12]
