"""The values shifts are judged by: the settings of a week, a shift, a seat in it, and refusals."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.domain.calendar.clock_times import Minutes

SeatState = Literal["signed_up", "checked_in", "completed", "no_show", "cancelled", "covered"]
LIVE: tuple[SeatState, ...] = ("signed_up", "checked_in", "completed")
"""The states in which a person has a seat."""

STANDING = ("open", "pending")
"""The states in which the offer of a seat stands."""

Completes = Literal["itself", "person", "organizer"]

Code = Literal[
    "week-not-open", "cancelled", "started", "not-open-yet", "no-team", "not-ready", "overlap", "full", "limit",
    "too-late-to-leave", "too-early", "not-checked-in", "not-offered", "gone", "stale", "seat-free", "not-yours",
]  # fmt: skip
"""The reasons for refusals, as programs get them. `not-yours` alone is about rights, so a 403."""


@dataclass(frozen=True, slots=True)
class ShiftSettings:
    """The settings of a week's shifts. Limits are off where None; `leave_until` is the time before a shift's start."""

    needs_team: bool = True
    require_ready: bool = False
    opens_at: datetime | None = None
    leave_until: timedelta = timedelta(hours=12)
    completes: Completes = "itself"
    early_before: Minutes = 7 * 60
    early_per_team: int | None = None
    first_round: int | None = None
    approve_covers: bool = False

    @property
    def has_limits(self) -> bool:
        """True if a team may not have as many slots as it likes."""
        return self.early_per_team is not None or self.first_round is not None


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """One shift as its row has it, in an open week or not; `taken` counts live seats."""

    starts_at: datetime
    ends_at: datetime
    seats: int
    taken: int
    is_cancelled: bool = False
    is_week_open: bool = True


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's seat; `promoted` if it came from the waiting list."""

    state: SeatState
    signed_up_at: datetime
    promoted: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to somebody's wish: the state a seat gets, or why not; neither where it is so already."""

    to: SeatState | None = None
    refusal: Code | None = None


REPEAT = Verdict()
