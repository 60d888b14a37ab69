"""Bodies about shifts, checked field by field."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from app.domain.calendar.clock_times import parse_clock_time
from app.domain.calendar.slots import Pattern, Rest
from app.domain.shifts.model import Completes
from app.domain.shifts.seats import Corrected
from app.domain.text import names
from app.errors import Malformed
from app.services.ledger.drafts import LONGEST_EMAIL, Address, Code, Email, Instant, Optionally, read_email
from app.services.reasons import LONGEST as LONGEST_REASON
from app.services.shifts.settings import MOST_LEAVE_H, MOST_SLOTS
from app.services.shifts.shifts import LONGEST_LABEL, MAX_SEATS, MINUTES, ShiftFields, check_link

CLOCK = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"


def _line(text: str) -> str:
    text = names.tidy(text)
    if text and (flaw := names.flaw(text, LONGEST_LABEL)):
        raise ValueError(flaw)
    return text


def _clock_time(value: object) -> int:
    minutes = parse_clock_time(value) if isinstance(value, str) else None
    if minutes is None:
        raise ValueError("must be a time of the day from 00:00 to 24:00, such as 06:00")
    return minutes


def _clock_text(text: str) -> str:
    _clock_time(text)
    return text


def read_day(value: object) -> date:
    """A day as YYYY-MM-DD. Raises ValueError with the end of a sentence."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise ValueError("must be a day, such as 2022-09-14")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("names a day that doesn’t exist") from None


def _link(link: str | None) -> str | None:
    try:
        return check_link(link)
    except Malformed:
        raise ValueError("must be a web address that begins with http:// or https://, without spaces") from None


Line = Annotated[str, AfterValidator(_line)]
Seats = Annotated[int, Field(ge=1, le=MAX_SEATS)]
Needed = Annotated[int, Field(ge=0, le=MAX_SEATS)]
Link = Annotated[Address | None, Optionally, AfterValidator(_link)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
ClockMinutes = Annotated[
    int,
    BeforeValidator(_clock_time),
    WithJsonSchema({"type": "string", "pattern": CLOCK}),
]
Day = Annotated[date, BeforeValidator(read_day)]
Reason = Annotated[
    str,
    Field(
        max_length=LONGEST_REASON,
        description="Why an organizer acts outside the rules for players; scope `admin` alone.",
        examples=["They told me on the phone"],
    ),
]
MAX_VERSION = 2**31 - 1
EMAIL_EXAMPLE = "ada@example.com"


class Body(BaseModel):
    """A body that knows all its fields."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ReasonIn(Body):
    """A reason, where there is one."""

    reason: Reason | None = None


class DemandedReasonIn(Body):
    """A reason that has to be given."""

    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]


class PersonIn(Body):
    """Someone by their email."""

    person: Email
    reason: Reason | None = None


class SignUpIn(Body):
    """Someone by their email, or a whole team."""

    person: Email | None = None
    team_id: Code | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.person is None) == (self.team_id is None):
            raise ValueError("must name either a `person` or a `team_id`")
        return self


class ShiftFieldsIn(Body):
    """The fields of a shift besides its time."""

    seats: Seats = 3
    needed: Needed = 1
    label: Line = ""
    place: Line = ""
    link: Link = None

    @field_validator("needed")
    @classmethod
    def _within_seats(cls, needed: int, info: ValidationInfo) -> int:
        if needed > info.data.get("seats", needed):
            raise ValueError("can’t be more than the seats there are")
        return needed

    def fields(self) -> ShiftFields:
        """The fields as the service takes them."""
        return ShiftFields(self.seats, self.needed, self.label, self.place, self.link)


class ShiftIn(ShiftFieldsIn):
    """A shift to be made."""

    starts_at: Annotated[Instant, Field(examples=["2022-09-15T06:00:00-07:00"])]
    ends_at: Annotated[Instant, Field(examples=["2022-09-15T08:00:00-07:00"])]

    @field_validator("ends_at")
    @classmethod
    def _after_the_start(cls, ends_at: datetime, info: ValidationInfo) -> datetime:
        if ends_at <= info.data.get("starts_at", datetime.min.replace(tzinfo=ends_at.tzinfo)):
            raise ValueError("must be after starts_at")
        return ends_at


class PatternIn(ShiftFieldsIn):
    """A pattern of shifts: slots of so many minutes between two times of some days of the week."""

    days: Annotated[list[Weekday], Field(min_length=1, max_length=len(WEEKDAYS))]
    start: Annotated[ClockMinutes, Field(alias="from", examples=["06:00"])]
    until: Annotated[ClockMinutes, Field(examples=["18:00"])]
    minutes: Annotated[int, Field(ge=MINUTES.start, lt=MINUTES.stop)] = 120
    rest: Annotated[
        Rest, Field(description="What becomes of a last piece that is shorter: a short shift, or none.")
    ] = "short"
    starts: Annotated[Day | None, Field(description="The first day; the week's without one.")] = None
    ends: Annotated[Day | None, Field(description="The last day; the week's without one.")] = None
    dry_run: Annotated[bool, Field(description="Keep nothing.")] = False

    @field_validator("until")
    @classmethod
    def _after_from(cls, until: int, info: ValidationInfo) -> int:
        if until <= info.data.get("start", -1):
            raise ValueError("must be after from")
        return until

    @field_validator("ends")
    @classmethod
    def _not_before_starts(cls, ends: date | None, info: ValidationInfo) -> date | None:
        starts = info.data.get("starts")
        if starts is not None and ends is not None and ends < starts:
            raise ValueError("can’t be before starts")
        return ends

    def pattern(self) -> Pattern:
        """The pattern as the calendar takes it."""
        weekdays = frozenset(WEEKDAYS.index(day) for day in self.days)
        return Pattern(weekdays, self.start, self.until, self.minutes, self.rest)


class EditIn(Body):
    """Fields of a shift that are to be others; what is left out stays as it is."""

    version: Annotated[int, Field(ge=1, le=MAX_VERSION, description="The shift's, as you have read it.")]
    seats: Seats = 3
    needed: Needed = 1
    label: Line = ""
    place: Line = ""
    link: Link = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    reason: Annotated[Reason | None, Field(description="Demanded where times change.")] = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent; a link of null is taken away."""
        sent = self.model_dump(exclude_unset=True, exclude={"version", "reason"})
        return sent | ({"link": ""} if sent.get("link", "") is None else {})


def _audience(to: str) -> str:
    return to if to in {"everyone", "team"} else read_email(to)


_TO = {"pattern": r"^(everyone|team|\s*[^\s@]+@[^\s@]+\s*)$"}


class OfferIn(Body):
    """The people to whom a seat is offered: `everyone`, `team`, or someone's email."""

    to: Annotated[str, Field(max_length=LONGEST_EMAIL, json_schema_extra=_TO), AfterValidator(_audience)]
    reason: Reason | None = None


class ApprovalIn(Body):
    """The decision about a cover."""

    approve: bool
    reason: Reason | None = None


class CorrectionIn(DemandedReasonIn):
    """The state that a seat should have."""

    state: Corrected


class SettingsIn(Body):
    """Settings of a week's shifts; what is left out stays as it is."""

    needs_team: bool = True
    require_ready: Annotated[bool, Field(description="True keeps out who is not ready for a first shift.")] = False
    opens_at: Annotated[Instant | None, Field(description="Null is at once.")] = None
    leave_until_h: Annotated[int, Field(ge=0, le=MOST_LEAVE_H)] = 12
    completes: Completes = "itself"
    early_before: Annotated[str, AfterValidator(_clock_text), WithJsonSchema({"type": "string", "pattern": CLOCK})] = (
        "07:00"
    )
    early_per_team: Annotated[int, Field(ge=1, le=MOST_SLOTS)] | None = None
    first_round: Annotated[int, Field(ge=1, le=MOST_SLOTS)] | None = None
    approve_covers: bool = False


SHIFT_EXAMPLE: dict[str, Any] = {
    "starts_at": "2022-09-15T06:00:00-07:00",
    "ends_at": "2022-09-15T08:00:00-07:00",
    "seats": 3,
    "needed": 1,
    "label": "Front desk",
    "place": "Room 4",
}
PATTERN_EXAMPLE: dict[str, Any] = {
    "days": ["mon", "wed"],
    "from": "06:00",
    "until": "18:00",
    "minutes": 120,
    "rest": "short",
    "starts": "2022-09-12",
    "ends": "2022-09-16",
    "seats": 3,
    "dry_run": True,
}
