"""Tie-breaks in words: what ranks teams that have as many points."""

from collections.abc import Sequence
from datetime import tzinfo

from app.domain.standings.board import Standing, TieValue


def tie_word(tie: TieValue, zone: tzinfo) -> str:
    """A team's value for one metric that breaks ties; a moment in the week's zone, as precise as it is kept."""
    if tie.at is None:
        return tie.words
    at = tie.at.astimezone(zone)
    day = f"{at:%a} {at.day} {at:%b}," if tie.is_dated else f"{at:%a}"
    clock = f"{at:%H:%M:%S.%f}".rstrip("0").removesuffix(".").removesuffix(":00")
    return f"{tie.words} {day} {clock}"


def tie_line(standing: Standing, metrics: Sequence[int], zone: tzinfo) -> str:
    """The metrics that part a team from those with as many points, in one line; by number, empty for none."""
    words = [tie_word(standing.ties[metric], zone) for metric in metrics]
    return f"Tie-break: {', then '.join(words)}" if words else ""
