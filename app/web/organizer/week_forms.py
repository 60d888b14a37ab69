"""The forms of weeks: a new one, another name and days, a reason to reopen."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from app.services.weeks import schedule, week_fields
from app.web.http.fields import Day, MaxLength, Name, Reason, say, says
from app.web.http.forms import Form, FormInvalid

A_TIME = "Write a day and a time, such as 2022-09-16 15:00."
LocalTime = Annotated[datetime | None, says(schedule.read_local)]
WeekName = Annotated[Name, says(week_fields.check_name)]
Zone = Annotated[str, says(lambda text: week_fields.check_zone(text.strip()))]


def _slug(slug: str, info: ValidationInfo) -> str:
    """The short name that was typed, or else the one that the name suggests."""
    slug = slug.strip()
    if slug or "name" not in info.data:
        return say(week_fields.check_slug, slug) if slug else ""
    if not (suggested := week_fields.slug_of(info.data["name"])):
        raise ValueError("Enter a short name, such as q3-2022.")
    return suggested


def _check_days(ends: date, info: ValidationInfo) -> date:
    """The last day, if a week may have both days."""
    if "starts" in info.data:
        say(week_fields.check_days, info.data["starts"], ends)
    return ends


LastDay = Annotated[Day, AfterValidator(_check_days)]


class WeekForm(Form):
    """A new week; the short name follows from its name where none is given."""

    name: WeekName
    slug: Annotated[str, MaxLength(40), Field(validate_default=True)] = ""
    timezone: Zone
    starts: Day
    ends: LastDay
    begin: Literal["draft", "open"] = "draft"
    players: Literal["teams", "anyone"] = "teams"

    @field_validator("slug")
    @classmethod
    def _fill_in(cls, slug: str, info: ValidationInfo) -> str:
        return _slug(slug, info)


class WeekEditForm(Form):
    """The name, time zone and days of a week there is, the response time it promises, in seconds, and its customers.

    `shown` says which values the form has shown.
    """

    name: WeekName
    timezone: Zone
    starts: Day
    ends: LastDay
    sla: Annotated[int, MaxLength(12), says(week_fields.read_sla)] = 3600
    customers: Annotated[int | None, MaxLength(17), says(week_fields.read_customers)] = None
    shown: str = ""


class WeekCopyForm(Form):
    """A copy of a week: its name and first day, and if people come along; the short name may follow from the name."""

    name: WeekName
    slug: Annotated[str, MaxLength(40), Field(validate_default=True)] = ""
    starts: Day
    people: Literal["yes", "no"] = "yes"

    @field_validator("slug")
    @classmethod
    def _fill_in(cls, slug: str, info: ValidationInfo) -> str:
        return _slug(slug, info)


class ScheduleForm(Form):
    """A change of a week that is planned, changed or dropped: its local time, and the plan it replaces."""

    action: Literal["open", "freeze", "close"]
    at: LocalTime = None
    grace_minutes: Annotated[int, Field(ge=0, le=schedule.LONGEST_GRACE)] = 0
    seen: str = ""

    @property
    def time(self) -> datetime:
        """The local time that is planned. Raises FormInvalid where none was sent."""
        if self.at is None:
            raise FormInvalid({"at": A_TIME})
        return self.at


class ReopenForm(Form):
    """The form to reopen a closed week, with its reason."""

    reason: Reason
