"""Local days of moments, looked up once for each day: most moments come in order."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendar.days import ONE_DAY, first_moment

_INSTANT = timedelta(microseconds=1)


def _as_it_is(at: Any) -> Any:
    return at


class LocalDays:
    """The local days of one zone, for moments in whatever form they come: aware datetimes, or a driver's own.

    A driver's moments must sort as time does; `read` makes aware datetimes of them, `write` the other way.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        *,
        read: Callable[[Any], datetime] = _as_it_is,
        write: Callable[[datetime], Any] = _as_it_is,
    ) -> None:
        self.zone = zone
        self.read = read
        self._write = write

    def local(self, at: Any) -> datetime:
        """The local time of a moment."""
        return self.read(at).astimezone(self.zone)

    def day_and_end(self, at: Any) -> tuple[date, Any]:
        """A moment's local day, and a moment before which later ones are certainly of the same day.

        That is the end of the day; but no later than the moment itself where clocks are changed before, as a day can
        then come in two pieces (Newfoundland until 2011), and at the end of the calendar.
        """
        local = self.local(at)
        day = local.date()
        try:
            end = first_moment(day + ONE_DAY, self.zone)
        except OverflowError:
            return day, at
        is_plain = (end - _INSTANT).astimezone(self.zone).utcoffset() == local.utcoffset()
        return day, self._write(end) if is_plain else at
