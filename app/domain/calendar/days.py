"""Local days: which day a moment belongs to, and when a day begins in its time zone."""

import logging
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo, available_timezones

ONE_DAY = timedelta(days=1)
logger = logging.getLogger(__name__)

_NOT_PLACES = {"localtime", "Factory"}


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The calendar day of an aware moment in `zone`."""
    return at.astimezone(zone).date()


def first_moment(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC; a day the zone skips begins when the next one does.

    Where clocks jump over midnight the day begins at the jump; where midnight comes twice, at the first.
    """
    return boundary(datetime.combine(day, time()), zone)


def boundary(local: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which clocks in `zone` show this naive local time or a later one.

    A time that comes twice is its first; one that is skipped is the jump over it. Shifts begin and end at boundaries.
    """
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    return moment if _shown(moment, zone) == local else _jump_over(local, zone)


def _shown(moment: datetime, zone: ZoneInfo) -> datetime:
    """Read the clock of a zone at a moment."""
    return moment.astimezone(zone).replace(tzinfo=None)


def next_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which the local day of `now` is over."""
    return first_moment(local_day(now, zone) + ONE_DAY, zone)


def _jump_over(local: datetime, zone: ZoneInfo) -> datetime:
    """Bisect for the transition of a DST gap that swallows a local time, as Beirut's in March swallows midnight.

    Read with the offset after the transition, the time lies before it; read with the one before (fold, PEP 495), after.
    """
    early = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    late = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if _shown(middle, zone) < local:
            early = middle
        else:
            late = middle
    return late


def moment_at(day: date, clock: time, zone: ZoneInfo) -> datetime | None:
    """The moment, in UTC, at which clocks in `zone` show this day and time; the first one where they show it twice.

    None where they never do: the hour that is skipped in spring, or a day beyond the calendar.
    """
    local = datetime.combine(day, clock)
    try:
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        return moment if moment.astimezone(zone).replace(tzinfo=None) == local else None
    except OverflowError:
        return None


def day_bounds(starts: date, ends: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open span, in UTC, of the local days from `starts` to `ends`, both included."""
    return first_moment(starts, zone), first_moment(ends + ONE_DAY, zone)


def parse_zone(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name, spelled exactly ("Europe/Berlin"); None where there is no such zone."""
    return ZoneInfo(name) if name in zone_names() else None


def zones_called(text: str) -> tuple[str, ...]:
    """The IANA names somebody may mean: that name itself in any case, else those of a city (“Berlin”, “são paulo”).

    Not those of Etc, where GMT-5 is what people call UTC+5.
    """
    wanted = _folded(text)
    return _by_name().get(wanted) or _by_city().get(wanted, ())


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    return {_folded(name): (name,) for name in zone_names()}


@cache
def _by_city() -> dict[str, tuple[str, ...]]:
    ordered = sorted((name for name in zone_names() if not name.startswith("Etc/")), key=_city)
    return {city: tuple(sorted(same)) for city, same in groupby(ordered, _city)}


def _city(name: str) -> str:
    return _folded(name.rpartition("/")[2])


def _folded(text: str) -> str:
    plain = "".join(each for each in unicodedata.normalize("NFKD", text[:100]) if not unicodedata.combining(each))
    return " ".join(plain.casefold().replace("_", " ").replace("-", " ").split())


@cache
def zone_or_utc(name: str) -> ZoneInfo:
    """The time zone a week was given; UTC, and a warning in the log, where this machine doesn't know it any more.

    Names are checked when a week is made, but a database outlives the machine's list of zones, or comes from another.
    """
    zone = parse_zone(name)
    if zone is None:
        logger.warning("the time zone %r isn’t known on this machine; days of its weeks are counted in UTC", name)
    return zone or ZoneInfo("UTC")


@cache
def zone_names() -> frozenset[str]:
    """Every IANA name that can be a week's time zone."""
    return frozenset(available_timezones() - _NOT_PLACES)
