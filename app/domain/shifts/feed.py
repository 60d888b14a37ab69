"""Entries of a calendar feed: one for each shift of a person or team, with what calendars need to keep it in step."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.shifts.model import SeatState

KEPT = timedelta(days=366)
"""The time a past shift stays in its feeds."""
GONE: frozenset[SeatState] = frozenset({"cancelled", "covered"})
"""The states of a seat whose holder need not come any more."""


@dataclass(frozen=True, slots=True)
class FeedSeat:
    """A seat as a feed needs it: its state, who holds it, how often and when it changed (UTC)."""

    state: SeatState
    name: str
    changes: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FeedShift:
    """A shift as a feed shows it; moments in UTC. `when` is its local time with the zone.

    `edits` counts its edits, the last of which was at `changed_at`; `path` leads to its page.
    """

    id: str
    week: str
    label: str
    place: str
    link: str
    path: str
    starts_at: datetime
    ends_at: datetime
    when: str
    created_at: datetime
    changed_at: datetime
    edits: int


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An event of a feed; its page is at `path`.

    `sequence` grows with each change of its shift or seats, the last of which was at `changed_at` (UTC).
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime
    summary: str
    description: str
    location: str
    path: str
    is_cancelled: bool


def entry(
    shift: FeedShift, seats: Sequence[FeedSeat], subject_id: str, now: datetime, *, team: str = ""
) -> FeedEntry | None:
    """The event of a shift for the person or team of an id, with all seats that were ever theirs there.

    None where there is nothing to tell: no seat, all of them gone and the shift over, or the shift long past. The
    identity depends on shift and subject alone, so that a seat taken again is the same event.
    """
    live = [seat for seat in seats if seat.state not in GONE]
    if not seats or shift.ends_at <= (now - KEPT if live else now):
        return None
    names = sorted({seat.name for seat in live}, key=str.casefold) if team else []
    title = f"{shift.label or 'Support shift'} · {team or shift.week}"
    return FeedEntry(
        uid=f"{shift.id}-{subject_id}@assembly-week",
        sequence=shift.edits + sum(seat.changes for seat in seats) - 1,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        created_at=shift.created_at,
        changed_at=max(shift.changed_at, *(seat.changed_at for seat in seats)),
        summary=title if live else f"Cancelled: {title}",
        description="\n".join(_lines(shift, names)),
        location=shift.place,
        path=shift.path,
        is_cancelled=not live,
    )


def _lines(shift: FeedShift, names: Sequence[str]) -> list[str]:
    about = [shift.when, shift.week, f"On shift: {', '.join(names)}" if names else "", shift.link]
    return [line for line in about if line]


def clean(text: str) -> str:
    """A text without NUL, control characters and lone surrogates, which calendars choke on; lines stay."""
    return "".join(each for each in text if each == "\n" or unicodedata.category(each) not in {"Cc", "Cs"})
