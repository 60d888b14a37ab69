"""Filters of organizers' lists: what is in the address, and the days between which something happened."""

from datetime import datetime
from typing import Self

from starlette.requests import Request

from app.domain.calendar.days import ONE_DAY
from app.errors import Malformed
from app.models import Week
from app.web.http.forms import Form, FormInvalid
from app.web.organizer.page import Tidied, begins, day_typed

NOT_FILTERED = "Not filtered. Fix the marked fields."


class DaysFilter(Form):
    """A filter as somebody typed it: `since` and `until` are the first and the last day."""

    since: Tidied = ""
    until: Tidied = ""

    @classmethod
    def of(cls, request: Request) -> Self:
        """The filter in an address."""
        return cls(**{name: request.query_params.get(name, "") for name in cls.model_fields})

    @property
    def values(self) -> dict[str, str]:
        """The same by name, without what is empty."""
        return {name: value for name, value in self.model_dump().items() if value}

    def check(self, **others: str) -> None:
        """Raise FormInvalid for days that are none, and for what is wrong with others of the fields; empty is right."""
        days = {"since": _flaw(self.since), "until": _flaw(self.until)}
        if flaws := {name: sentence for name, sentence in (days | others).items() if sentence}:
            raise FormInvalid(flaws, NOT_FILTERED)

    def bounds(self, week: Week | None) -> tuple[datetime | None, datetime | None]:
        """The first moment and the first one after, by a week's days; None where none is set. Raises Malformed."""
        since, until = day_typed(self.since), day_typed(self.until)
        return begins(since, week) if since else None, begins(until + ONE_DAY, week) if until else None


def _flaw(day: str) -> str:
    try:
        day_typed(day)
    except Malformed as problem:
        return problem.detail
    return ""
