"""The gate of the ledger: whether a draft may enter a week now, and as which row."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from app.domain.calendar import day_bounds
from app.domain.draft import Draft, Reading
from app.domain.rules import Rules
from app.domain.rules.wording import listed
from app.errors import KindUnknown, OutsideWeek, PersonUnknown, Problem, WeekNotOpen
from app.models.columns import new_id
from app.services.players import Player
from app.services.validation import Flaws, as_problem
from app.services.weeks import AnyWeek

Row = dict[str, Any]
"""A new row of the ledger, by column."""

_OUR_COLUMNS = ("id", "week_id", "version", "person_id", "recorded_at", "recorded_by")
_DRAFT_COLUMNS = tuple(field.name for field in fields(Draft) if field.name != "person")
COLUMNS = (*_OUR_COLUMNS, *_DRAFT_COLUMNS)

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead of ours a reporting tool's clock may be; beyond, an activity is refused as one of the future."""

_bounds = lru_cache(maxsize=16)(day_bounds)


@dataclass(frozen=True, slots=True)
class Gate:
    """What decides whether a draft may enter a week's ledger now."""

    week: AnyWeek
    rules: Rules
    players: Mapping[str, Player]
    now: datetime

    def judge(self, reading: Reading) -> Draft | Problem:
        """The draft that may enter, or the problem that keeps it out."""
        if reading.draft is None:
            return as_problem(Flaws(reading.flaws, reading.more))
        return self.refusal(reading.draft) or reading.draft

    def refusal(self, draft: Draft) -> Problem | None:
        """The problem that keeps this draft out; None when it may enter."""
        if draft.kind not in self.rules.kind_by_name:
            return KindUnknown(
                f"“{draft.kind}” is no kind of activity here. The rules know {listed([*self.rules.kind_by_name])}."
            )
        if draft.person not in self.players:
            return PersonUnknown(draft.person)
        if self.week.state != "open":
            return WeekNotOpen(self.week.name, self.week.state)
        return self._untimely(draft.occurred_at)

    def _untimely(self, at: datetime) -> Problem | None:
        zone = self.week.zone
        start, end = _bounds(self.week.starts, self.week.ends, zone)
        if not start <= at < end:
            return OutsideWeek(
                f"{at.astimezone(zone):%Y-%m-%d %H:%M} lies outside week {self.week.name}, "
                f"which runs from {self.week.starts} to {self.week.ends} ({zone.key})."
            )
        if at > self.now + CLOCK_SKEW:
            return OutsideWeek("occurred_at lies in the future. Record an activity once it has happened.")
        return None

    def row(self, draft: Draft, by: str) -> Row:
        """The draft as a new row of the ledger, part of the week's next version."""
        return {
            **{name: getattr(draft, name) for name in _DRAFT_COLUMNS},
            "id": new_id(),
            "week_id": self.week.id,
            "version": self.week.version + 1,
            "person_id": self.players[draft.person].id,
            "recorded_at": self.now,
            "recorded_by": by,
        }
