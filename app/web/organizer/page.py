"""Zones that organizers' pages tell their times in; days, numbers and filters as somebody typed them."""

from datetime import UTC, date, datetime, tzinfo
from typing import Annotated

from pydantic import BeforeValidator

from app.domain.calendar.days import first_moment, zone_or_utc
from app.errors import Malformed
from app.models import Week
from app.web.http.render import city

LONGEST_TYPED = 260


def _tidy(value: str) -> str:
    """A NUL, which no database takes, becomes a space."""
    return value.replace("\0", " ")[:LONGEST_TYPED].strip()


Tidied = Annotated[str, BeforeValidator(_tidy)]
"""Text of a filter."""


def zone_of(week: Week | None) -> tzinfo:
    """The zone whose days and hours an organizer thinks in: the week's, or UTC while there is none."""
    return week.zone if week else UTC


def zone_name(week: Week | None) -> str:
    """The city that the same is named after, as all pages tell it."""
    return city(zone_of(week))


def number_typed(typed: str) -> int:
    """A number in an address, which anybody may have written; 0 for what is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def day_typed(typed: str) -> date | None:
    """A day as somebody typed it; None for nothing. Raises Malformed."""
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise Malformed(f"“{typed[:20]}” isn’t a day. Write it as YYYY-MM-DD, such as 2022-09-12.") from None
    if not 1900 <= day.year <= 9000:
        raise Malformed(f"“{typed[:20]}” lies too far away. Choose a day of this century.")
    return day


def begins(day: date, week: Week | None) -> datetime:
    """The first moment of a day in the week's zone, or in UTC."""
    return first_moment(day, week.zone if week else zone_or_utc("UTC")).astimezone(UTC)
