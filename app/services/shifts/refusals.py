"""Refusals about shifts in sentences: what is in the way, and what to do instead."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from app.domain.calendar.clock_times import clock_text
from app.domain.calendar.days import zone_or_utc
from app.domain.shifts.limits import LIFTED_BEFORE, is_early
from app.domain.shifts.model import Code, ShiftSettings
from app.domain.text.direction import apart
from app.domain.wording import listed
from app.errors import Conflict, NotAllowed, Problem, ShiftRefused
from app.services.weeks.weeks import AnyWeek

MOST_NAMED = 4  # of people; of more, three and how many others


class _Timed(Protocol):
    """A shift's time, in its row or beside a seat in it."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def local_date(self) -> date: ...
    @property
    def local_from(self) -> str: ...
    @property
    def local_until(self) -> str: ...
    @property
    def zone(self) -> str: ...


_SENTENCES: dict[Code, str] = {
    "week-not-open": "This week isn’t open. Ask an organizer to open it.",
    "cancelled": "This shift was cancelled. Choose another one.",
    "started": "This shift has started or is over. Ask an organizer if something about it is wrong.",
    "not-open-yet": "Signing up hasn’t opened yet.",
    "no-team": "Seats in this week are for teams. Join a team first.",
    "not-ready": "You’re not ready for a first shift yet. Finish your list at /me/ready, then sign up.",
    "overlap": "You have another shift at that time.",
    "full": "This shift is full. Join the waiting list.",
    "limit": "Your team has as many of these shifts as it may have for now. Leave some to others, or try later.",
    "too-late-to-leave": "Too late to leave. Offer your seat.",
    "too-early": "It is too early for this. Try again closer to the start of the shift.",
    "not-checked-in": "Check in first, then complete the shift.",
    "not-offered": "This seat isn’t offered to you.",
    "gone": "This seat is gone. Look at the shift again.",
    "stale": "Someone else changed this shift. Look at it again, then change it.",
    "seat-free": "This shift has a free seat. Sign up instead of waiting.",
}

_NOT_YOURS = "Organizers complete the shifts of this week. Tell one that you were there."


def sentence(code: Code) -> str:
    """The usual sentence of a refusal."""
    return _NOT_YOURS if code == "not-yours" else _SENTENCES[code]


def problem(code: Code, detail: str | None = None) -> Problem:
    """The problem of a code; `detail` says more than its usual sentence does."""
    if code == "not-yours":
        return NotAllowed(_NOT_YOURS)
    return ShiftRefused(code, detail or _SENTENCES[code])


def not_open_yet(opens_at: datetime, zone: ZoneInfo) -> Problem:
    """The problem with a seat before the moment at which signing up opens."""
    local = opens_at.astimezone(zone)
    return problem("not-open-yet", f"Signing up opens {local:%a} {local.day} {local:%b %H:%M %Z}.")


def limit_sentence(shift: _Timed, settings: ShiftSettings, zone: ZoneInfo) -> str:
    """The sentence of a limit: how many shifts a team may have for now, and from when this one is open to all."""
    told = []
    if settings.early_per_team is not None and is_early(shift.starts_at, settings, zone):
        told.append(f"{_count(settings.early_per_team)} before {clock_text(settings.early_before)}")
    if settings.first_round is not None:
        told.append(f"{_count(settings.first_round)} while another team has none")
    lifted = (shift.starts_at - LIFTED_BEFORE).astimezone(zone)
    moment = f"{lifted:%a} {lifted.day} {lifted:%b %H:%M %Z}"
    return f"A team may have {', and '.join(told)}. Open to yours from {moment}."


def _count(shifts: int) -> str:
    return "1 shift" if shifts == 1 else f"{shifts:,} shifts"


def full_for_organizer(free: int, people: int) -> Problem:
    """The problem with `people` seats where so few are `free`, for whoever can make the shift larger."""
    if free <= 0:
        return problem("full", "This shift is full. Give it more seats, or remove someone first.")
    are = "1 seat is" if free == 1 else f"{free} seats are"
    return problem("full", f"{are} free for {people} people. Give the shift more seats first.")


def full_for_team(free: int, people: int, *, is_theirs: bool) -> Problem:
    """The problem with `people` seats of a team where fewer, though some, are `free`.

    It is their own team's for who asks on a page; a program or command asks for others.
    """
    are = "1 seat is" if free == 1 else f"{free} seats are"
    if not is_theirs:
        return problem("full", f"{are} free, and the team needs {people}. Sign up one person, or choose another shift.")
    return problem("full", f"{are} free, and your team needs {people}. Take one for yourself, or choose another shift.")


def not_ready(names: Sequence[str]) -> Problem:
    """The problem with seats for several people of whom these are not ready for a first shift."""
    shown = [apart(name) for name in names]
    if len(shown) > MOST_NAMED:
        shown = [*shown[: MOST_NAMED - 1], f"{len(shown) - MOST_NAMED + 1} others"]
    who = listed(shown, "and")
    return problem("not-ready", f"Not ready for a first shift yet: {who}. The list to finish is at /me/ready.")


def deactivated(name: str) -> Problem:
    """The problem with a seat, or a place on a waiting list, for somebody who cannot sign in."""
    return Conflict(f"{apart(name)} is deactivated. Reactivate them first.")


def overlap(shift: _Timed, *, name: str | None = None) -> Problem:
    """The problem with a seat at the time of another shift, of whoever asks or of the person named."""
    return problem("overlap", overlap_sentence(shift, name=name))


def overlap_sentence(shift: _Timed, *, name: str | None = None) -> str:
    """The sentence of `overlap`."""
    whose = "your shift" if name is None else f"a shift of {apart(name)}:"
    return f"Overlaps {whose} {when(shift)}."


def when(shift: _Timed) -> str:
    """A shift's time as people say it within a week: "Mon 06:00–08:00 PST"."""
    return f"{shift.local_date:%a} {_hours(shift)}"


def dated(shift: _Timed) -> str:
    """A shift's time with its date, as whoever reads it elsewhere or later needs it: "Mon 30 Nov 06:00–08:00 PST"."""
    return f"{shift.local_date:%a} {shift.local_date.day} {shift.local_date:%b} {_hours(shift)}"


def when_in(week: AnyWeek, shift: _Timed) -> str:
    """A shift's time on a page of its week: with the date where the week has the same weekday twice."""
    return when(shift) if (week.ends - week.starts).days < 7 else dated(shift)


def _hours(shift: _Timed) -> str:
    start = shift.starts_at.astimezone(zone_or_utc(shift.zone))
    return f"{shift.local_from}–{shift.local_until} {start:%Z}"
