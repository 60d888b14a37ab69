"""Retries of a message over a day, ever more seldom; and what an answer means."""

from datetime import datetime, timedelta
from typing import NamedTuple

from app.domain import retry_after as waits

PAUSES = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=8), timedelta(hours=9),
)  # fmt: skip
"""The pauses after the first failed try, the second …: 24 hours 35 minutes in all, and eight tries."""
JITTER = 0.2
"""Part of a pause that is added by chance, so that not everything comes back at one moment."""
GIVES_UP = timedelta(hours=24)
"""The time for which every try of an endpoint failed before it is disabled."""
LONGEST_REST = timedelta(minutes=5)
"""Between tries of an endpoint that has been failing for long: its other messages wait meanwhile."""
GONE = 410


class Verdict(NamedTuple):
    """The outcome of a try: sent, or not and why; with how long the receiver wants to be left alone."""

    is_sent: bool
    status: int | None
    reason: str = ""
    retry_after: timedelta | None = None

    @property
    def is_gone(self) -> bool:
        """True if the receiver wants no message ever again."""
        return self.status == GONE


def judge(status: int, retry_after: str, said: str, now: datetime) -> Verdict:
    """Judge an answer: 2xx has it, everything else does not. `said` is the beginning of its body."""
    if 200 <= status < 300:
        return Verdict(is_sent=True, status=status)
    if 300 <= status < 400:
        reason = "It sent us elsewhere, and redirects aren’t followed. Enter the new address."
        return Verdict(is_sent=False, status=status, reason=reason)
    wait = waits.read(retry_after, now, GIVES_UP) if status in (429, 503) else None
    return Verdict(is_sent=False, status=status, reason=said, retry_after=wait)


def next_try(attempt: int, now: datetime, chance: float, retry_after: timedelta | None = None) -> datetime | None:
    """The moment of the next try after the one numbered `attempt` (from 1) failed; None after the last.

    `chance` lies between 0 and 1. The receiver's wish moves it later, never nearer.
    """
    if attempt > len(PAUSES):
        return None
    pause = PAUSES[attempt - 1] * (1 + JITTER * chance)
    return now + max(pause, retry_after or timedelta())


def rest(failing_since: datetime, now: datetime, retry_after: timedelta | None = None) -> datetime:
    """The moment until which an endpoint that fails is left alone: a tenth of the time it has been failing for."""
    pause = min((now - failing_since) / 10, LONGEST_REST)
    return now + max(pause, retry_after or timedelta())
