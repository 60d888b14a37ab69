"""A week's entry in the cache: its newest known stamp, and the boards made of it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from app.domain.view import Audience
from app.live.retry import Retry
from app.services.weeks import weeks
from app.services.weeks.weeks import WeekStamp
from app.web.board.trail import Trail
from app.web.boards import BoardSnapshot
from app.web.http import branding


class Source(NamedTuple):
    """The cache key of a board: equal sources give equal boards, for as long as boards last.

    `changes` counts those of its topics, shifts among them, which are to be seen whether it is frozen or not; `edits`
    those behind a freeze that decide about them, such as its end: nobody signs up in a closed week. `look` is the
    version of the brand that its pages show.
    """

    week_id: int
    version: int
    is_frozen: bool
    changes: int = 0
    edits: int = 0
    look: int = 0

    def has_scores_of(self, another: "Source") -> bool:
        """Tell whether boards of these differ in nothing but topics."""
        return self[:3] == another[:3]


def source_of(stamp: WeekStamp, audience: Audience, changes: int = 0) -> Source:
    """The source of this audience's board: the public of a frozen week sees the version of the freeze."""
    look = branding.brand().version
    if audience == "public" and stamp.frozen_version is not None:
        return Source(
            stamp.id, stamp.frozen_version, is_frozen=True, changes=changes, edits=weeks.edits(stamp), look=look
        )
    return Source(stamp.id, stamp.version, is_frozen=False, changes=changes, look=look)


@dataclass(eq=False, slots=True)
class KeptWeek:
    """One board for everybody, and one more for the public while the week is frozen.

    Safe where a thread makes a board while the loop serves another: whatever comes late is known to be older.
    """

    stamp: WeekStamp | None = None
    changes: int = 0  # the newest known number of changes of its topics
    generation: object = None  # the news up to which the stamp is known to be the newest
    boards: dict[bool, tuple[Source, BoardSnapshot]] = field(default_factory=dict)  # by whether it is of a freeze
    audiences: set[Audience] = field(default_factory=set)  # who asked
    trail: Trail = field(default_factory=Trail)  # of the boards as the week stands
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    tried: Source | None = None  # what a board was last made from, or was to be made from
    retry: Retry = field(default_factory=Retry)

    def newest(self, generation: object, now: datetime, audience: Audience) -> BoardSnapshot | None:
        """The board that needs no look at the database before it is served."""
        if self.stamp is None or self.generation is not generation:
            return None
        snapshot = self.made_from(source_of(self.stamp, audience, self.changes), now)
        if snapshot is not None:
            self.audiences.add(audience)
        return snapshot

    def made_from(self, source: Source, now: datetime) -> BoardSnapshot | None:
        """The board of this source, whoever it was made for, if it is kept and still true."""
        known = self.boards.get(source.is_frozen)
        is_true = known is not None and known[0] == source and self._clock(now) < known[1].lasts_until
        return known[1] if known is not None and is_true else None

    def with_scores_of(self, source: Source, now: datetime) -> BoardSnapshot | None:
        """The board that differs from this source's in its topics alone, if it is kept and its day is not over."""
        known = self.boards.get(source.is_frozen)
        is_same = known is not None and known[0].has_scores_of(source) and self._clock(now) < known[1].until
        return known[1] if known is not None and is_same else None

    def _clock(self, now: datetime) -> datetime:
        return self.stamp.clock(now) if self.stamp is not None else now

    def live(self) -> BoardSnapshot | None:
        """The newest board that is kept of the week as it stands, which the next one begins with."""
        known = self.boards.get(False)
        return known[1] if known is not None else None

    def last(self, audience: Audience) -> BoardSnapshot | None:
        """The board this audience saw last, however old it is."""
        if self.stamp is None:
            return None
        known = self.boards.get(source_of(self.stamp, audience).is_frozen)
        return known[1] if known is not None else None

    def learn(self, stamp: WeekStamp, generation: object, changes: int = 0) -> None:
        """Take in what the database says, but nothing older than what is known, or a freeze would come undone."""
        is_other = self.stamp is None or self.stamp.id != stamp.id
        if is_other or (self.stamp is not None and self.stamp.version <= stamp.version and self.changes <= changes):
            self.stamp, self.changes, self.generation = stamp, changes, generation

    def keep(self, source: Source, snapshot: BoardSnapshot, audience: Audience) -> None:
        """Keep a board that was made, unless a newer one is here already."""
        known, _ = self.boards.get(source.is_frozen, (None, None))
        if known is None or known.week_id != source.week_id or known <= source:
            self.boards[source.is_frozen] = source, snapshot
        self.audiences.add(audience)
        self.retry.succeed()

    def forget(self) -> None:
        """Drop everything: there is no such week any more."""
        self.stamp = None
        self.boards.clear()
        self.audiences.clear()
