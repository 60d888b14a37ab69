"""The forms with which organizers plan shifts: from a pattern, one by one, and how they work."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationInfo, field_validator

from app.domain.calendar.clock_times import MIDNIGHT_AFTER, Minutes, clock_text, parse_clock_time
from app.domain.calendar.days import moment_at
from app.domain.calendar.slots import Pattern
from app.errors import Malformed
from app.services.shifts import patterns, shifts
from app.services.shifts.shifts import LONGEST_LABEL, LONGEST_LINK, MAX_SEATS, ShiftFields
from app.web.http.fields import Day, MaxLength, a_day, a_time, says
from app.web.http.forms import Form, FormInvalid

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OWN = "own"
_CLOCK_TIME = re.compile(r"([0-9]{1,2}:[0-9]{2})(?::00)?", re.ASCII)  # browsers may add seconds, people leave out a 0
_NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)
_A_CLOCK_TIME = "Write a time as hours and minutes: 06:00."


def whole(text: str) -> int:
    """A whole number as people type it. Raises Malformed."""
    if not _NUMBER.fullmatch(text.strip()):
        raise Malformed("Write a whole number, such as 3.")
    return int(text)


def whole_or_none(text: str) -> int | None:
    """A whole number, or None for an empty text. Raises Malformed."""
    return whole(text) if text.strip() else None


def _clock_time(text: str) -> Minutes:
    match = _CLOCK_TIME.fullmatch(text.strip())
    minutes = parse_clock_time(match[1].zfill(5)) if match else None
    if minutes is None:
        raise Malformed(_A_CLOCK_TIME)
    return minutes


def _until(text: str) -> Minutes:
    """A time at which something ends: midnight is that after the day."""
    return _clock_time(text) or MIDNIGHT_AFTER


def _line(text: str) -> str:
    return shifts.check_line("This", text)


def _seats(text: str) -> int:
    seats = whole(text)
    if not 1 <= seats <= MAX_SEATS:
        raise Malformed(f"A shift has 1 to {MAX_SEATS:,} seats.")
    return seats


ClockTime = Annotated[Minutes, MaxLength(8), says(_clock_time)]
Until = Annotated[Minutes, MaxLength(8), says(_until)]
Seats = Annotated[int, MaxLength(6), says(_seats)]
Number = Annotated[int, MaxLength(6), says(whole)]
Line = Annotated[str, MaxLength(LONGEST_LABEL), says(_line)]
Link = Annotated[str | None, MaxLength(LONGEST_LINK), says(shifts.check_link)]


class _FieldsForm(Form):
    """The fields that every shift has besides its time."""

    seats: Seats
    needed: Number
    label: Line = ""
    place: Line = ""
    link: Link = ""

    @field_validator("needed")
    @classmethod
    def _fits_into_the_seats(cls, needed: int, info: ValidationInfo) -> int:
        if needed > info.data.get("seats", needed):
            raise ValueError("No more people can be needed than there are seats.")
        return needed

    @property
    def fields(self) -> ShiftFields:
        """These fields as services take them."""
        return ShiftFields(self.seats, self.needed, self.label, self.place, self.link or None)


class PatternForm(_FieldsForm):
    """Shifts from a ready pattern, or from an own one, whose fields are read for that alone."""

    pattern: Literal["assembly-week", "wednesday", "own"] = "assembly-week"
    days: tuple[str, ...] = Field(default=(), validate_default=True)
    start: ClockTime = Field(default="06:00", validate_default=True)
    until: Until = Field(default="18:00", validate_default=True)
    minutes: Number = Field(default="120", validate_default=True)
    rest: Literal["short", "drop"] = "short"
    first: Day
    last: Day
    step: Literal["preview", "make"] = "preview"

    @field_validator("days", "start", "until", "minutes", mode="before")
    @classmethod
    def _counts_for_an_own_pattern(cls, value: Any, info: ValidationInfo) -> Any:
        is_own = info.data.get("pattern") == OWN
        return value if is_own else cls.model_fields[str(info.field_name)].default

    @field_validator("days")
    @classmethod
    def _are_weekdays(cls, days: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("pattern") == OWN and (not days or not set(days) <= set(WEEKDAYS)):
            raise ValueError("Choose at least one day.")
        return days

    @field_validator("until")
    @classmethod
    def _comes_after_the_start(cls, until: Minutes, info: ValidationInfo) -> Minutes:
        if until <= info.data.get("start", 0):
            raise ValueError("The last shift of a day must end after the first one starts. 00:00 is midnight.")
        return until

    @field_validator("minutes")
    @classmethod
    def _are_a_shift(cls, minutes: int) -> int:
        if minutes not in shifts.MINUTES:
            raise ValueError(f"A shift lasts {shifts.MINUTES.start} to {shifts.MINUTES.stop - 1:,} minutes.")
        return minutes

    @property
    def own(self) -> Pattern:
        """The pattern that the fields describe."""
        weekdays = frozenset(WEEKDAYS.index(day) for day in self.days)
        return Pattern(weekdays, self.start, self.until, self.minutes, self.rest)


class ShiftForm(_FieldsForm):
    """One shift, with its day and times as the week's clocks show them."""

    date: Day
    start: ClockTime
    until: Until

    @field_validator("until")
    @classmethod
    def _comes_after_the_start(cls, until: Minutes, info: ValidationInfo) -> Minutes:
        if until <= info.data.get("start", 0):
            raise ValueError("A shift must end after it starts, on the same day. 00:00 is midnight.")
        return until


class SettingsForm(Form):
    """The settings of a week's shifts; an empty day opens signing up at once, an empty limit is none."""

    players: Literal["teams", "anyone"]
    opens_day: Annotated[date | None, a_day("Write a day as year-month-day: 2026-03-09.")] = None
    opens_time: Annotated[time | None, a_time(_A_CLOCK_TIME)] = None
    leave_until_h: Number
    completes: Literal["itself", "person", "organizer"]
    approve_covers: Literal["", "yes"] = ""
    early_before: ClockTime
    early_per_team: Annotated[int | None, MaxLength(6), says(whole_or_none)] = None
    first_round: Annotated[int | None, MaxLength(6), says(whole_or_none)] = None

    @field_validator("opens_day", "opens_time", mode="before")
    @classmethod
    def _may_be_empty(cls, text: Any) -> Any:
        return text or None

    def changes(self, zone: ZoneInfo) -> dict[str, Any]:
        """The settings by the names that services know. Raises FormInvalid for half a moment, or one that never is."""
        return {
            "needs_team": self.players == "teams",
            "opens_at": self._opens_at(zone),
            "leave_until_h": self.leave_until_h,
            "completes": self.completes,
            "approve_covers": self.approve_covers == "yes",
            "early_before": clock_text(self.early_before),
            "early_per_team": self.early_per_team,
            "first_round": self.first_round,
        }

    def _opens_at(self, zone: ZoneInfo) -> datetime | None:
        if self.opens_day is None and self.opens_time is None:
            return None
        if self.opens_day is None:
            raise FormInvalid({"opens_day": "Choose the day as well, or leave both empty."})
        opens_at = moment_at(self.opens_day, self.opens_time or time(), zone)
        if opens_at is None:
            raise FormInvalid({"opens_time": "Clocks skip this time on that day. Choose another one."})
        return opens_at


def ready_choices() -> Iterable[tuple[str, str, str]]:
    """The patterns to choose from: name, title, and what they make."""
    return (
        (patterns.ASSEMBLY, "Assembly Week", "Monday to Friday, 06:00–18:00, shifts of 2 hours."),
        (patterns.WEDNESDAY, "Wednesday rotation", "Every Wednesday, 07:00–18:00, shifts of 2 hours."),
        (OWN, "Your own pattern", "Choose the days, the hours and how long a shift lasts."),
    )
