"""Rows of weeks that hold no more than their readers need."""

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.calendar.days import zone_or_utc
from app.models import Week


class HeldWeek(NamedTuple):
    """The columns of a locked week that recording needs; to change more than its version takes the row itself."""

    id: int
    slug: str
    name: str
    timezone: str
    starts: date
    ends: date
    state: str
    version: int
    rule_set_id: int | None
    frozen_version: int | None
    rehearsal_of: int | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone its days are counted in, as `Week.zone`."""
        return zone_or_utc(self.timezone)


AnyWeek = Week | HeldWeek


class WeekStamp(NamedTuple):
    """The columns that tell which week is current, and by which a board is known to be the newest."""

    id: int
    slug: str
    timezone: str
    starts: date
    ends: date
    state: str
    created_at: datetime
    closed_at: datetime | None
    version: int
    score_changes: int
    frozen_version: int | None
    archived_at: datetime | None
    rehearsal_of: int | None = None
    rehearsal_now: datetime | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone its days are counted in, as `Week.zone`."""
        return zone_or_utc(self.timezone)

    def clock(self, now: datetime) -> datetime:
        """The moment it is in this week: a rehearsal's own clock stands still, all others go by the game's time."""
        return self.rehearsal_now or now
