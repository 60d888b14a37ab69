"""Tests of the rules file: its format, its mistakes and its reference page."""

from pathlib import Path

from app.domain.rules import BUILT_IN_KINDS

ROOT = Path(__file__).parents[3]
DEFAULT_TEXT = (ROOT / "scoring_rules.toml").read_text(encoding="utf-8")

FIVE_KINDS = "format = 1\n" + "".join(
    f'activities.{kind} = {{ points = 5, one = "x", many = "x" }}\n' for kind in BUILT_IN_KINDS
)
