"""Zones that organizers' pages tell their times in."""

from datetime import UTC, tzinfo

from app.models import Week


def zone_of(week: Week | None) -> tzinfo:
    """The zone whose days and hours an organizer thinks in: the week's, or UTC while there is none."""
    return week.zone if week else UTC


def zone_name(week: Week | None) -> str:
    """The same in words."""
    return week.zone.key.replace("_", " ") if week else "UTC"
