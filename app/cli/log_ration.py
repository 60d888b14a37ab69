"""Log lines that strangers can cause: a few of each kind in an hour, so that nobody fills a disk with them."""

import logging
import time
from collections.abc import Callable

MAX_LINES = 60  # of a kind, one a minute: enough to see that it goes on
WINDOW_SECONDS = 3_600.0

# More kinds than the code has places that log; beyond them, all others count as one.
_MAX_KINDS = 1_000
_OTHERS = ("", "", 0)

Kind = tuple[str, str, int]


class Rationed(logging.Filter):
    """Passes so many lines of a kind in each window (fixed windows); the last of them says that no more come."""

    def __init__(
        self,
        most: int = MAX_LINES,
        window: float = WINDOW_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._most, self._window, self._clock = most, window, clock
        self._began_at = clock()
        self._lines: dict[Kind, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether this line is logged."""
        now = self._clock()
        if now - self._began_at >= self._window:
            self._began_at = now
            self._lines.clear()
        kind = _kind(record)
        if kind not in self._lines and len(self._lines) >= _MAX_KINDS:
            kind = _OTHERS
        lines = self._lines[kind] = self._lines.get(kind, 0) + 1
        if lines == self._most:
            record.msg = f"{str(record.msg).rstrip()} (lines like this one are now left out, for an hour at most)"
        return lines <= self._most


def _kind(record: logging.LogRecord) -> Kind:
    """A line's text before values are put in; failures differ by their type and the place that raised them."""
    error, trace = (record.exc_info[0], record.exc_info[2]) if record.exc_info else (None, None)
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return str(record.msg), error.__qualname__ if error else "", trace.tb_lineno if trace else 0
