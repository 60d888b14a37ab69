"""The pace of the replay: working hours play slowly, nights pass quickly, and the clock never jumps."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from app.services.demo.cast import ENDS, STARTS, ZONE

WEEK_SECONDS = 60.0
"""Duration of the whole week at speed 1."""

_NIGHT_SECONDS = 1.25
_DOORS = (time(5, 30), time(18, 0))


def _knots() -> tuple[list[float], list[float]]:
    """The seconds played when the doors open and close each day, and those moments as POSIX time."""
    days = [STARTS + timedelta(days=day) for day in range((ENDS - STARTS).days + 1)]
    day_seconds = (WEEK_SECONDS - _NIGHT_SECONDS * (len(days) - 1)) / len(days)
    starts = [place * (day_seconds + _NIGHT_SECONDS) for place in range(len(days))]
    played = [second for start in starts for second in (start, start + day_seconds)]
    return played, [datetime.combine(day, door, ZONE).timestamp() for day in days for door in _DOORS]


_PLAYED, _MOMENTS = _knots()


def moment_at(seconds: float) -> datetime:
    """The simulated moment (UTC) after so many seconds at speed 1; it rests at both ends of the week."""
    return datetime.fromtimestamp(_along(seconds, _PLAYED, _MOMENTS), UTC)


def seconds_until(moment: datetime) -> float:
    """The seconds that have played at speed 1 when the simulated moment comes."""
    return _along(moment.timestamp(), _MOMENTS, _PLAYED)


def _along(value: float, these: Sequence[float], those: Sequence[float]) -> float:
    """Interpolate linearly: map `value` from the knots `these` to the knots `those`."""
    after = min(max(bisect_right(these, value), 1), len(these) - 1)
    part = (value - these[after - 1]) / (these[after] - these[after - 1])
    return those[after - 1] + min(max(part, 0.0), 1.0) * (those[after] - those[after - 1])
