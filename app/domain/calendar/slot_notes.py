"""Notes on slots: what an organizer should know of a pattern before shifts are made of it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Literal, NamedTuple

from app.domain.calendar.clock_times import Minutes, clock_text
from app.domain.calendar.slots import Pattern, Slot, is_dropped_rest

Reason = Literal["longer", "shorter", "skipped", "rest", "dropped"]
MOST_DAYS = 3
"""Days that a note names; of more it gives the first and the number."""


class SlotNote(NamedTuple):
    """A span of the day that comes out different from the pattern's, why, and the days on which it does.

    `minutes` are those that really pass: 0 for what is left out.
    """

    reason: Reason
    start: Minutes
    until: Minutes
    minutes: int
    days: tuple[date, ...]

    @property
    def sentence(self) -> str:
        """The note as organizers read it."""
        return f"{_days_text(self.days)}, {clock_text(self.start)}–{clock_text(self.until)} {self._what}"

    @property
    def _what(self) -> str:
        match self.reason:
            case "longer":
                return f"lasts {self.minutes} minutes: clocks go back."
            case "shorter":
                return f"lasts {self.minutes} minutes: clocks go forward."
            case "skipped":
                return "is left out: clocks skip it."
            case "rest":
                return f"lasts {self.minutes} minutes: that is all that remains."
            case "dropped":
                return "is left out: it’s too short for a shift."


def notes_on(slots: Iterable[Slot], pattern: Pattern) -> list[SlotNote]:
    """The notes on a pattern's slots, by the first day each is about; equal ones of several days are one."""
    days: defaultdict[tuple[Reason, Minutes, Minutes, int], list[date]] = defaultdict(list)
    for slot in slots:
        reason = _reason(slot, pattern)
        if reason is not None:
            minutes = 0 if reason == "dropped" else slot.minutes
            days[reason, slot.start, slot.until, minutes].append(slot.day)
    notes = [SlotNote(*what, tuple(when)) for what, when in days.items()]
    return sorted(notes, key=lambda note: (note.days[0], note.start))


def _reason(slot: Slot, pattern: Pattern) -> Reason | None:
    if is_dropped_rest(slot, pattern):
        return "dropped"
    if slot.minutes == 0:
        return "skipped"
    if slot.minutes != slot.clock_minutes:
        return "longer" if slot.minutes > slot.clock_minutes else "shorter"
    return "rest" if slot.clock_minutes < pattern.minutes else None


def _days_text(days: tuple[date, ...]) -> str:
    if len(days) > MOST_DAYS:
        return f"{_day_text(days[0])} and {len(days) - 1} more days"
    *others, last = map(_day_text, days)
    return f"{', '.join(others)} and {last}" if others else last


def _day_text(day: date) -> str:
    return f"{day:%a} {day.day} {day:%B}"
