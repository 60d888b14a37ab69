"""Rationing (fixed windows) of what somebody repeats: a little is written down, and that there was more."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import Enum, auto

QUIET_SECONDS = 60.0  # the same thing again within a minute is one attempt
WINDOW_SECONDS = 3_600.0
MAX_IN_WINDOW = 20  # entries an hour show that somebody is trying; at most 500 a day for each person, kept for ever
MAX_PEOPLE = 10_000  # some megabytes; a company has fewer


class Ration(Enum):
    """The decision about one more thing: write it down, write down that there is more, or neither."""

    WRITE = auto()
    CLOSE = auto()
    DROP = auto()


@dataclass(slots=True)
class _Used:
    began_at: float
    times: int = 0
    written_at: dict[Hashable, float] = field(default_factory=dict)


class Rations:
    """Rations for each person or token: the same thing once in `quiet` seconds, `most` things in each window.

    Of more people than `people` those are forgotten who were seen least recently (LRU), one by one.
    """

    def __init__(
        self,
        most: int = MAX_IN_WINDOW,
        quiet: float = QUIET_SECONDS,
        window: float = WINDOW_SECONDS,
        people: int = MAX_PEOPLE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._quiet, self._window, self._people = most, quiet, window, people
        self._clock = clock
        self._lock = threading.Lock()
        self._used: OrderedDict[Hashable, _Used] = OrderedDict()

    def take(self, person: Hashable, audit_target: Hashable) -> Ration:
        """Tell whether one more thing that a person does is written down."""
        with self._lock:
            now = self._clock()
            used = self._used_by(person, now)
            if now - used.written_at.get(audit_target, -self._quiet) < self._quiet:
                return Ration.DROP
            used.times += 1
            if used.times > self._most:
                return Ration.CLOSE if used.times == self._most + 1 else Ration.DROP
            used.written_at[audit_target] = now
            return Ration.WRITE

    def _used_by(self, person: Hashable, now: float) -> _Used:
        used = self._used.pop(person, None)
        if used is None or now - used.began_at >= self._window:
            used = _Used(now)
        self._used[person] = used
        if len(self._used) > self._people:
            self._used.popitem(last=False)
        return used
