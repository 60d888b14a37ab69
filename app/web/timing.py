"""How long the live parts wait: one value, so that tests can hand in shorter times."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """All in seconds."""

    look: float = 0.25
    """Between two looks at whether another process has committed (SQLite): its commits show within a second."""
    reread: float = 2.0
    """Between two readings of what news may have been missed about: a lost hint costs this and nothing else."""
    rules_file: float = 0.3
    """Between two looks at the rules file: an editor that saves in steps is done when two of them see the same."""
    away: float = 1.0
    """A database that does not answer is left alone for so long by whoever has an older answer."""
    retry_first: float = 1.0
    retry_most: float = 30.0
    """What fails is tried again after the first of these, then after twice as long, up to the second."""


USUAL = Timing()
