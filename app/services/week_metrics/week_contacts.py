"""Contacts of a week: what was imported, and on days without any of that, what intake's clocks know of."""

from datetime import datetime

from sqlmodel import Session

from app.domain.calendar.days import day_bounds, local_day
from app.domain.forecast.intervals import CHANNELS
from app.models import Week
from app.services.forecasts import contacts


def count(session: Session, week: Week, until: datetime) -> int | None:
    """The contacts of a week before a moment, over all channels; None where no day of it has data."""
    begins, ends = day_bounds(week.starts, week.ends, week.zone)
    ends = min(ends, until)
    total, is_known = 0, False
    for channel in CHANNELS:
        imported = contacts.imported(session, channel, begins, ends)
        days = {local_day(each.starts_at, week.zone) for each in imported}
        begun = contacts.begun(session, channel, begins, ends)
        total += sum(each.contacts for each in imported)
        total += sum(local_day(at, week.zone) not in days for at in begun)
        is_known = is_known or bool(imported) or bool(begun)
    return total if is_known else None
