"""Figures with their goals, and the table that shows them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; where it has a goal, `sense` says on which side of it the number has to be.

    Without a value it was not measured, and the note says what that takes.
    """

    what: str
    value: float | None
    unit: str
    goal: float | None = None
    sense: Literal["at least", "at most"] = "at least"
    note: str = ""

    @property
    def verdict(self) -> str:
        """The verdict on the goal; empty where there is none, or no number."""
        if self.goal is None or self.value is None:
            return ""
        is_met = self.value >= self.goal if self.sense == "at least" else self.value <= self.goal
        return "met" if is_met else "MISSED"

    @property
    def shown(self) -> str:
        """The number as people read it."""
        if self.value is None:
            return "not measured"
        return f"{self.value:,.2f} {self.unit}" if self.value < 100 else f"{self.value:,.0f} {self.unit}"


@dataclass(frozen=True, slots=True)
class Duel:
    """Two rates measured in turn: the medians, and the median of the ratios round by round."""

    ours: float
    bare: float
    ratio: float


def duel(ours: Callable[[int], float], bare: Callable[[int], float], rounds: int) -> Duel:
    """Measure two rates in turn, so that what else the machine does weighs on both; each gets the round's number."""
    pairs = [(ours(number), bare(number)) for number in range(rounds)]
    return Duel(
        median(ours for ours, _ in pairs),
        median(bare for _, bare in pairs),
        median(ours / bare for ours, bare in pairs),
    )


def against_bare(what: str, found: Duel, goal: float) -> Figure:
    """A rate as a part of what the bare route reached."""
    return Figure(what, found.ratio, "of bare", goal, note=f"{found.ours:,.0f}/s against {found.bare:,.0f}/s")


def table(figures: Iterable[Figure]) -> str:
    """The figures as lines of text."""
    rows = [("figure", "value", "goal", "", "")]
    rows += [
        (
            figure.what,
            figure.shown,
            "" if figure.goal is None else f"{figure.sense} {figure.goal:g}",
            figure.verdict,
            figure.note,
        )
        for figure in figures
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
