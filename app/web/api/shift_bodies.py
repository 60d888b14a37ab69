"""Bodies about shifts, checked field by field."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from app.domain.text import names
from app.services.ledger.drafts import Address, Code, Email, Instant, Optionally
from app.services.reasons import LONGEST as LONGEST_REASON
from app.services.shifts.shifts import LONGEST_LABEL, MAX_SEATS, ShiftFields


def _line(text: str) -> str:
    text = names.tidy(text)
    if text and (flaw := names.flaw(text, LONGEST_LABEL)):
        raise ValueError(flaw)
    return text


Line = Annotated[str, AfterValidator(_line)]
Reason = Annotated[
    str,
    Field(
        max_length=LONGEST_REASON,
        description="Why an organizer acts outside the rules for players; scope `admin` alone.",
        examples=["They told me on the phone"],
    ),
]
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
    """Somebody by their e-mail."""

    person: Email
    reason: Reason | None = None


class SignUpIn(Body):
    """Somebody by their e-mail, or a whole team."""

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

    seats: Annotated[int, Field(ge=1, le=MAX_SEATS)] = 3
    needed: Annotated[int, Field(ge=0, le=MAX_SEATS)] = 1
    label: Line = ""
    place: Line = ""
    link: Annotated[Address | None, Optionally] = None

    @field_validator("needed")
    @classmethod
    def _within_seats(cls, needed: int, info: ValidationInfo) -> int:
        if needed > info.data.get("seats", needed):
            raise ValueError("cannot be more than the seats there are")
        return needed

    def fields(self) -> ShiftFields:
        """These fields as the service takes them."""
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


SHIFT_EXAMPLE: dict[str, Any] = {
    "starts_at": "2022-09-15T06:00:00-07:00",
    "ends_at": "2022-09-15T08:00:00-07:00",
    "seats": 3,
    "needed": 1,
    "label": "Front desk",
    "place": "Room 4",
}
