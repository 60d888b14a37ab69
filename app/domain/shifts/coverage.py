"""Coverage: how many shifts of a week have the people they need, in a line that is true whenever it is read."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from app.domain.shifts.limits import is_early
from app.domain.shifts.model import ShiftSettings


class CoverageShift(NamedTuple):
    """A shift that is not cancelled, with its live seats and the number of them it needs."""

    starts_at: datetime
    ends_at: datetime
    needed: int
    live: int

    @property
    def is_covered(self) -> bool:
        """True with as many people as it needs."""
        return self.live >= self.needed


class Coverage(NamedTuple):
    """The shifts of a week in numbers: `early_open` are early ones that lack people and have not started."""

    shifts: int
    covered: int
    early_open: int
    is_over: bool


def coverage(shifts: Iterable[CoverageShift], settings: ShiftSettings, zone: ZoneInfo, now: datetime) -> Coverage:
    """Count the shifts of a week; cancelled ones do not count, so they are not to be given."""
    listed = list(shifts)
    lacking = [shift for shift in listed if not shift.is_covered]
    return Coverage(
        len(listed),
        len(listed) - len(lacking),
        sum(shift.starts_at > now and is_early(shift.starts_at, settings, zone) for shift in lacking),
        all(shift.ends_at <= now for shift in listed),
    )


def sentence(numbers: Coverage, state: Literal["draft", "open", "closed"]) -> str:
    """The line about coverage in a week of this state: “14 of 30 shifts covered, 3 early ones open”; empty without any.

    In a draft nobody can sign up yet, and what is over is told as such.
    """
    total, covered = numbers.shifts, numbers.covered
    if total == 0:
        return ""
    if state == "draft":
        return f"{_shifts(total)} planned"
    if state == "closed" or numbers.is_over:
        return _past(total, covered)
    if covered == total:
        return "The one shift is covered" if total == 1 else f"All {_shifts(total)} covered"
    early = {0: "", 1: ", 1 early one open"}.get(numbers.early_open, f", {numbers.early_open} early ones open")
    return f"{covered} of {_shifts(total)} covered{early}"


def _past(total: int, covered: int) -> str:
    if total == 1:
        return f"The one shift {'was' if covered else 'wasn’t'} covered"
    return f"All {total} shifts were covered" if covered == total else f"{covered} of {total} shifts were covered"


def _shifts(number: int) -> str:
    return f"{number} {'shift' if number == 1 else 'shifts'}"
