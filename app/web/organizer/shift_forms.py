"""The forms with which organizers plan shifts: from a pattern, one by one, and how they work."""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from app.domain.calendar.clock_times import MIDNIGHT_AFTER, Minutes, parse_clock_time
from app.domain.calendar.slots import Pattern
from app.domain.text import names
from app.errors import Malformed
from app.services import reasons
from app.services.access import accounts
from app.services.shifts import patterns, shifts
from app.services.shifts.editing import ShiftChanges
from app.services.shifts.shifts import LONGEST_LABEL, LONGEST_LINK, MAX_SEATS, ShiftFields
from app.web.http.fields import Day, Email, MaxLength, Reason, optional, says
from app.web.http.forms import Form

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OWN = "own"
ENDS_BEFORE = "A shift must end after it starts, on the same day. 00:00 is midnight."
_CLOCK_TIME = re.compile(r"([0-9]{1,2}:[0-9]{2})(?::00)?", re.ASCII)  # browsers may add seconds, people leave out a 0
_NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)
A_CLOCK_TIME = "Write a time as hours and minutes: 06:00."


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
        raise Malformed(A_CLOCK_TIME)
    return minutes


def _until(text: str) -> Minutes:
    """A time at which something ends: midnight is that after the day."""
    return _clock_time(text) or MIDNIGHT_AFTER


def _line(text: str) -> str:
    text = names.tidy(text)
    if text and (flaw := names.flaw(text, LONGEST_LABEL)):
        raise Malformed(f"This {flaw}.")
    return text


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


class _TimedForm(_FieldsForm):
    """One shift, with its day and times as the week's clocks show them."""

    date: Day
    start: ClockTime
    until: Until


class ShiftForm(_TimedForm):
    """A shift to be made."""

    @field_validator("until")
    @classmethod
    def _comes_after_the_start(cls, until: Minutes, info: ValidationInfo) -> Minutes:
        if until <= info.data.get("start", 0):
            raise ValueError(ENDS_BEFORE)
        return until


def ready_choices() -> Iterable[tuple[str, str, str]]:
    """The patterns to choose from: name, title, and what they make."""
    return (
        (patterns.ASSEMBLY, "Assembly Week", "Monday to Friday, 06:00–18:00, shifts of 2 hours."),
        (patterns.WEDNESDAY, "Wednesday rotation", "Every Wednesday, 07:00–18:00, shifts of 2 hours."),
        (OWN, "Your own pattern", "Choose the days, the hours and how long a shift lasts."),
    )


def _seats_or_none(text: str) -> int | None:
    return _seats(text) if text.strip() else None


SeatsOrSame = Annotated[int | None, MaxLength(6), says(_seats_or_none)]
NumberOrSame = Annotated[int | None, MaxLength(6), says(whole_or_none)]
EmailOrNone = Annotated[Email, optional(accounts.check_email)]
OptionalReason = Annotated[str, MaxLength(reasons.LONGEST), says(reasons.welcome)]


class ManyForm(Form):
    """Changes of several shifts: an empty field leaves theirs as it is.

    Shifts are chosen one by one (`id:version`) or by the day (`day:sum of its shifts’ versions`).
    """

    shifts: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    seats: SeatsOrSame = None
    needed: NumberOrSame = None
    label: Line = ""
    place: Line = ""
    link: Link = None
    reason: OptionalReason = ""
    step: Literal["change", "cancel"] = "change"

    @property
    def changes(self) -> ShiftChanges:
        """The changes as services take them."""
        return ShiftChanges(self.seats, self.needed, self.label or None, self.place or None, self.link or None)


class EditForm(_TimedForm):
    """A shift as somebody wants it, who looked at a `version`; a reason is asked for where its times change.

    It may end on the next day, as programs can make it; only other times than that have to be of one day.
    """

    version: Number
    reason: OptionalReason = ""


class ReasonForm(Form):
    """A reason why."""

    reason: Reason


class SignUpForm(Form):
    """Somebody, or a whole team, to be put on a shift."""

    email: EmailOrNone = ""
    team: str = ""
    reason: Reason


class SeatForm(Form):
    """The state that a seat should have, or who takes it over, and why."""

    to: Literal["checked_in", "completed", "no_show", "cancelled", "handed_over"]
    email: EmailOrNone = ""
    reason: Reason


class ApprovalForm(Form):
    """The decision about a cover; a reason is welcome."""

    approve: Literal["yes", "no"]
    reason: OptionalReason = ""


class OfferForm(Form):
    """Whom a seat is offered to for cover: everyone, the holder's team or one person, and why."""

    to: Literal["everyone", "team", "person"] = "everyone"
    email: EmailOrNone = ""
    reason: Reason


class UnlistForm(Form):
    """Somebody, by id, to be taken off the waiting list, and why."""

    person: str
    reason: Reason
