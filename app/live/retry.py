"""Retries with exponential backoff, and which failures are worth a line in the log."""

import time
from dataclasses import dataclass

_NOTHING = object()


@dataclass(eq=False, slots=True)
class Retry:
    """A pause after each failure, twice as long as the one before up to a limit; a success ends it."""

    pause: float = 0.0
    at: float = 0.0  # on the monotonic clock
    logged: object = _NOTHING  # what the last failure in the log was about

    @property
    def is_due(self) -> bool:
        """True if the pause is over."""
        return time.monotonic() >= self.at

    def fail(self, about: object, *, first: float, most: float) -> bool:
        """Begin a pause, in seconds; whether this failure is about something that the log does not name yet."""
        self.pause = min(2 * self.pause, most) or first
        self.at = time.monotonic() + self.pause
        is_new, self.logged = self.logged != about, about
        return is_new

    def succeed(self) -> None:
        """End the pause, and forget what was logged."""
        self.pause, self.at, self.logged = 0.0, 0.0, _NOTHING
