"""The rules file, format 1: its values and its parser."""

from app.domain.rules.model import (
    ADJUSTMENT,
    ATTENDANCE,
    BUILT_IN_KINDS,
    SHIFT,
    Bonus,
    Cap,
    Kind,
    Metric,
    Mistake,
    Quest,
    Rules,
    Trophy,
    Window,
)
from app.domain.rules.parse import parse_rules

__all__ = [
    "ADJUSTMENT",
    "ATTENDANCE",
    "BUILT_IN_KINDS",
    "SHIFT",
    "Bonus",
    "Cap",
    "Kind",
    "Metric",
    "Mistake",
    "Quest",
    "Rules",
    "Trophy",
    "Window",
    "parse_rules",
]
