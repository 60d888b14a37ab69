"""Quiet hours of a screen: from one local time to another, each night."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.calendar.days import ONE_DAY, boundary

OFF = "off"
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class Night(NamedTuple):
    """One night of rest, half-open, in UTC."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours in which a screen is dark, local time; `begins` after `ends` wraps midnight."""

    begins: time
    ends: time

    def night(self, now: datetime, zone: ZoneInfo) -> Night:
        """The night that is on, else the next one."""
        return next(night for night in self._nights(now, zone) if now < night.ends)

    def last_end(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The moment (UTC) at which the last night that is over ended."""
        return max(night.ends for night in self._nights(now, zone) if night.ends <= now)

    def is_on(self, now: datetime, zone: ZoneInfo) -> bool:
        """Tell whether the screen rests now."""
        return self.night(now, zone).begins <= now

    def _nights(self, now: datetime, zone: ZoneInfo) -> Iterator[Night]:
        """The nights that began from three days ago until tomorrow, in order."""
        today = now.astimezone(zone).date()
        length = ONE_DAY if self.begins > self.ends else timedelta()
        for offset in range(-3, 3):
            day = today + timedelta(days=offset)
            ends = boundary(datetime.combine(day + length, self.ends), zone)
            yield Night(boundary(datetime.combine(day, self.begins), zone), ends)


def parse(text: str) -> QuietHours | None:
    """Parse hours such as `22:00-06:30`; None for `off` and for none. Raises ValueError with a sentence."""
    if text in ("", OFF):
        return None
    match = _HOURS.fullmatch(text)
    if match is None:
        raise ValueError("Write quiet hours as two times: 22:00 and 06:30.")
    from_hour, from_minute, until_hour, until_minute = map(int, match.groups())
    begins, ends = time(from_hour, from_minute), time(until_hour, until_minute)
    if begins == ends:
        raise ValueError("Quiet hours begin and end at different times.")
    return QuietHours(begins, ends)
