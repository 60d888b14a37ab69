"""The form of how a week's shifts work."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import field_validator

from app.domain.calendar.clock_times import clock_text
from app.domain.calendar.days import moment_at
from app.web.http.fields import MaxLength, a_day, a_time, says
from app.web.http.forms import Form, FormInvalid
from app.web.organizer.shift_forms import A_CLOCK_TIME, ClockTime, Number, whole_or_none


class SettingsForm(Form):
    """The settings of a week's shifts; an empty day opens signing up at once, an empty limit is none."""

    players: Literal["teams", "anyone"]
    require_ready: Literal["", "yes"] = ""
    opens_day: Annotated[date | None, a_day("Write a day as year-month-day: 2026-03-09.")] = None
    opens_time: Annotated[time | None, a_time(A_CLOCK_TIME)] = None
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
            "require_ready": self.require_ready == "yes",
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
