"""Kinds of notices, and the facts their words are made of."""

from collections.abc import Mapping
from typing import Literal, get_args

Kind = Literal[
    "day-before", "soon", "signed-up", "promoted", "changed", "cancelled", "removed", "seat-free", "offered", "taken",
    "returned", "approved", "declined", "nudge",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
REMINDERS: frozenset[Kind] = frozenset({"day-before", "soon"})
"""Reminders are rather left out than sent twice; everything else is rather sent twice than left out."""

Channel = Literal["page", "email"]

Facts = Mapping[str, str]
"""The facts of a notice, each optional: `when` the shift is and `was` before, its `label` and `place`, the `name` of
somebody else, a `team`, the `week`'s name and `slug`, the `reason`, `start` (ISO, UTC), and a `list` where it is about
a waiting one."""

LABELS: Mapping[Kind, str] = {
    "day-before": "A shift of mine starts in a day",
    "soon": "A shift of mine starts in 30 min",
    "signed-up": "Someone signs me up for a shift",
    "promoted": "I get a seat I waited for",
    "changed": "A shift of mine changes",
    "cancelled": "A shift of mine is cancelled",
    "removed": "An organizer removes me from a shift or its waiting list",
    "seat-free": "A shift I wait for has a free seat",
    "offered": "Someone offers me a seat",
    "taken": "Someone takes a seat I offered",
    "returned": "Someone gives a seat back to me",
    "approved": "I take over a seat, as approved or arranged",
    "declined": "An organizer declines a cover of mine",
    "nudge": "An organizer asks my team to take a shift",
}
"""The kinds in words, as settings list them."""


def is_kind(text: str) -> bool:
    """Tell whether a text names a kind."""
    return text in KINDS
