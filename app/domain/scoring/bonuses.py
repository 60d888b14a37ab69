"""Bonuses at work: which activities meet a bonus's conditions, and how much it gives."""

from datetime import date, datetime

from app.domain.calendar.days import ONE_DAY
from app.domain.rules.model import Bonus, Kind, Window
from app.domain.scoring.activity import Earning, Ordered
from app.domain.scoring.caps import CapCounter


def window_day(window: Window, local: datetime) -> date | None:
    """The day on which the window that holds a local time began; None outside the window."""
    clock = local.time()
    if window.wraps and window.until is not None and clock < window.until:
        return local.date() - ONE_DAY
    if clock < window.start:
        return None
    ended = not window.wraps and window.until is not None and clock >= window.until
    return None if ended else local.date()


class BonusCounter:
    """One bonus of one team during one scoring: its conditions, and its cap counted over its own awards.

    `timed` says whether it needs the local time.
    """

    __slots__ = ("_bonus", "_cap", "_within", "earning", "timed")

    def __init__(self, bonus: Bonus, kind: Kind) -> None:
        cap = bonus.cap or kind.cap
        self._bonus = bonus
        self._cap = CapCounter(cap) if cap else None
        self._within = bonus.within
        self.timed = bool(bonus.starts or bonus.days)
        self.earning = Earning("bonus", bonus.name, kind.name, bonus_points(bonus, kind))

    def earned(self, activity: Ordered, day: date, local: datetime | None) -> bool:
        """Tell whether an activity of the bonus's kind earns it; counts it against the cap when it does.

        `local` is the activity's local time, needed where the bonus is `timed`.
        """
        _, _, person, _, _, subject, seconds = activity
        if self._within is not None and (seconds is None or seconds > self._within):
            return False
        if self.timed and local is not None and not self._on_schedule(local):
            return False
        return self._cap is None or self._cap.admits(person, subject, day)

    def _on_schedule(self, local: datetime) -> bool:
        window, days = self._bonus.starts, self._bonus.days
        day = local.date() if window is None else window_day(window, local)
        return day is not None and (days is None or day.weekday() in days)


def bonus_points(bonus: Bonus, kind: Kind) -> int:
    """The points of one award of the bonus: its own, or its kind's for every time beyond the first."""
    if bonus.times is not None:
        return kind.points * (bonus.times - 1)
    return bonus.points or 0
