"""Texts with a form of their own: names, times of day, durations."""

import re
import unicodedata

from app.domain.rules.limits import MAX_NAME, MAX_SECONDS

MIDNIGHT = 24 * 60

_CLOCK = re.compile(r"(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9])")
_DURATION = re.compile(r"(?:(?P<h>[0-9]{1,6})h)?(?:(?P<m>[0-9]{1,6})m)?(?:(?P<s>[0-9]{1,6})s)?")

_CONTROL_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_BLANK_LETTERS = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def same_name(name: str) -> str:
    """Fold a name for comparison: stripped, NFKC, casefolded.

    Only the part that can be a name is looked at: normalising a long run of combining marks takes quadratic time.
    """
    return unicodedata.normalize("NFKC", name.strip()[: MAX_NAME + 1]).casefold()


def has_invisible(text: str) -> bool:
    """Tell whether the text holds control, zero-width, direction-changing or blank characters (spaces are fine)."""
    return any(unicodedata.category(c) in _CONTROL_CATEGORIES or c in _BLANK_LETTERS for c in text)


def clock_minutes(text: str) -> int | None:
    """Minutes since midnight of "HH:MM", 00:00 to 23:59; None for anything else."""
    match = _CLOCK.fullmatch(text)
    return int(match["hour"]) * 60 + int(match["minute"]) if match else None


def until_minutes(text: str) -> int | None:
    """Like `clock_minutes`, with "24:00" for the end of the day."""
    return MIDNIGHT if text == "24:00" else clock_minutes(text)


def duration_seconds(text: str) -> int | None:
    """Seconds in "1h30m15s" with any part left out, 1 s to 7 days; None for anything else."""
    match = _DURATION.fullmatch(text)
    if not match:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * 3600 + minutes * 60 + seconds
    return total if 1 <= total <= MAX_SECONDS else None
