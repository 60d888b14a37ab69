"""The trail of a week's boards: which fragments changed from each board to the next one that somebody looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from threading import Lock

from app.live.fragments import FragmentList, Item
from app.web.board.parts import AS_OF


@dataclass(eq=False)
class Trail:
    """The newest fragments of one week, for everybody who sees it as it stands. Safe to call from several threads.

    Boards are numbered as they are made; a number that comes late, after a newer one, is no step of the trail.
    """

    _lock: Lock = field(default_factory=Lock)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _reached: int = 0
    _newest: FragmentList | None = None

    def next_number(self) -> int:
        """Return the number of a board that is made now."""
        return next(self._numbers)

    def reach(self, number: int, epoch: str, items: Mapping[str, Item]) -> FragmentList:
        """Return the fragments of the board of this number; `epoch` names them if they are no step from others."""
        with self._lock:
            if number <= self._reached:
                return begin(epoch, items)
            self._newest = self._newest.update(items) if self._newest else begin(epoch, items)
            self._reached = number
            return self._newest


def begin(epoch: str, items: Mapping[str, Item]) -> FragmentList:
    """Return fragments that are no step from others."""
    return FragmentList(epoch, closing=AS_OF).update(items)
