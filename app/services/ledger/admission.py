"""Admission to the ledger: whether something may enter a week now, what it repeats, and as which row it enters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from app.domain.calendar.days import day_bounds
from app.domain.draft import OUR_SOURCES, Draft, Key, PersonId, Reading
from app.domain.rules import Rules
from app.domain.rules.wording import closest, listed
from app.domain.text.direction import apart
from app.errors import KindUnknown, NotFound, OutsideWeek, PersonUnknown, Problem, SourceReserved, WeekNotOpen
from app.models.columns import new_id
from app.services.ledger.activities import ActivityView
from app.services.people.week_members import Player
from app.services.validation import Flaws, as_problem
from app.services.weeks.weeks import AnyWeek

Row = dict[str, Any]
"""A new row of the ledger, by column."""

_OUR_COLUMNS = ("id", "week_id", "version", "person_id", "recorded_at", "recorded_by")
_DRAFT_COLUMNS = tuple(each.name for each in fields(Draft) if each.name != "person")
COLUMNS = (*_OUR_COLUMNS, *_DRAFT_COLUMNS)

NOBODY = "There’s no person with that id. It may have changed; look again."
CLOCK_SKEW = timedelta(minutes=5)
"""Tolerance for a reporting tool's clock ahead of ours; beyond, an activity is refused as one of the future."""

_bounds = lru_cache(maxsize=16)(day_bounds)


class Recorded(NamedTuple):
    """An entry of the ledger by its id and key, and whether it was there before.

    `activity` is the entry as who sent it may see it; None where they may not, and where nobody asked for it.
    """

    id: str
    key: Key
    repeated: bool
    activity: ActivityView | None = None


@dataclass(slots=True)
class Admission:
    """The admission check of a week's ledger at one moment, and the rows it let in.

    `ids` are those of the activities that are there already, by key, and those that were let in; `fresh` are the rows
    of the latter. `clocked` are response times that the clocks of tickets say; they beat given ones. `make_id` makes
    the id of a new row.
    """

    week: AnyWeek
    rules: Rules
    players: Mapping[str | PersonId, Player]
    ids: dict[Key, str]
    now: datetime
    clocked: Mapping[Key, int | None] = field(default_factory=dict)
    fresh: dict[Key, Row] = field(default_factory=dict)
    make_id: Callable[[], str] = new_id

    def admit(self, reading: Reading, recorded_by: str) -> Recorded | Problem:
        """Let in what was read, or say why not; a repeat is recognised before anything else is looked at."""
        if reading.key is not None and reading.key in self.ids:
            return Recorded(self.ids[reading.key], reading.key, repeated=True)
        draft = reading.draft
        if draft is None:
            return as_problem(Flaws(reading.flaws, reading.more))
        if problem := self.refusal(draft):
            return problem
        row = self.row(draft, recorded_by)
        self.fresh[draft.key], self.ids[draft.key] = row, row["id"]
        return Recorded(row["id"], draft.key, repeated=False)

    def refusal(self, draft: Draft) -> Problem | None:
        """The problem that keeps this draft out; None when it may enter."""
        if draft.kind not in self.rules.kind_by_name:
            return self._unknown_kind(draft.kind)
        if draft.source in OUR_SOURCES:
            return SourceReserved(draft.source)
        if draft.person not in self.players:
            return PersonUnknown(draft.person) if isinstance(draft.person, str) else NotFound(NOBODY)
        if self.week.state != "open":
            return WeekNotOpen(self.week.name, self.week.state)
        return self._untimely(draft.occurred_at)

    def _unknown_kind(self, kind: str) -> KindUnknown:
        known = [*self.rules.kind_by_name]
        meant = closest(kind, known)
        hint = f" Did you mean “{meant}”?" if meant else ""
        return KindUnknown(f"“{kind}” isn’t a kind of activity here. The rules know {listed(known)}.{hint}")

    def _untimely(self, at: datetime) -> Problem | None:
        zone = self.week.zone
        start, end = _bounds(self.week.starts, self.week.ends, zone)
        if not start <= at < end:
            return OutsideWeek(
                f"{at.astimezone(zone):%Y-%m-%d %H:%M} is outside week {apart(self.week.name)}, "
                f"which runs from {self.week.starts} to {self.week.ends} ({zone.key})."
            )
        if at > self.now + CLOCK_SKEW:
            return OutsideWeek("occurred_at is in the future. Record an activity once it has happened.")
        return None

    def row(self, draft: Draft, recorded_by: str) -> Row:
        """The draft as a new row of the ledger, part of the week's next version."""
        return {
            **{name: getattr(draft, name) for name in _DRAFT_COLUMNS},
            "id": self.make_id(),
            "week_id": self.week.id,
            "version": self.week.version + 1,
            "person_id": self.players[draft.person].id,
            "recorded_at": self.now,
            "recorded_by": recorded_by,
            "response_seconds": self.clocked.get(draft.key, draft.response_seconds),
        }
