"""Kinds of notices, and the facts their words are made of."""

from collections.abc import Mapping
from typing import Literal, get_args

Kind = Literal[
    "day-before", "soon", "signed-up", "promoted", "changed", "cancelled", "removed", "seat-free", "offered", "taken",
    "returned", "approved", "declined", "nudge", "cover-asked", "unconfirmed",
    "schedule-failed", "display-away", "slack-off", "feedback-step", "feedback-due", "card-changed", "card-due",
    "review-asked", "review-done",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
REMINDERS: frozenset[Kind] = frozenset({"day-before", "soon"})
"""Reminders are rather left out than sent twice; everything else is rather sent twice than left out."""

FOR_ORGANIZERS: frozenset[Kind] = frozenset(
    {"cover-asked", "unconfirmed", "schedule-failed", "display-away", "slack-off"}
)
"""The kinds that tell organizers what waits for them; they lead to their pages, and nobody else chooses them."""

ABOUT_WEEKS: frozenset[Kind] = frozenset({"schedule-failed"})
"""Those of them that lead to the page of a week rather than to its shifts."""
ABOUT_DISPLAYS: frozenset[Kind] = frozenset({"display-away"})
"""Those of them that lead to the page of displays."""
ABOUT_SOURCES: frozenset[Kind] = frozenset({"slack-off"})
"""Those of them that lead to the page of sources."""
ABOUT_FEEDBACK: frozenset[Kind] = frozenset({"feedback-step", "feedback-due"})
"""The kinds about what becomes of feedback: they lead to its page."""

ABOUT_REVIEWS: frozenset[Kind] = frozenset({"review-asked", "review-done"})
"""The kinds about answer reviews: they lead to one's own, and say nothing of what is in them."""
ABOUT_CARDS: frozenset[Kind] = frozenset({"card-changed", "card-due"})
"""The kinds about knowledge cards: they lead to the card."""

ALWAYS: frozenset[Kind] = frozenset({"cancelled", "removed"})
"""The kinds that are told in every way there is, and that nobody can switch off: who wasn't reached would come."""
NOT_BY_SLACK: frozenset[Kind] = frozenset({"slack-off"})
"""The kinds that say that Slack doesn't work."""

Channel = Literal["page", "email", "slack"]

Facts = Mapping[str, str]
"""The facts of a notice, each optional: `when` the shift is and `was` before, its `label` and `place`, the `name` of
somebody else, or that a `program` did it, the `giver` of a seat, a `team`, the `week`'s name and `slug`, the `reason`,
`start` (ISO, UTC), a `list` where it is about a waiting one, and `ended`, why a cover ended that nobody declined;
the `change` of a week that was planned. Of a display that is away, `when` is when it was seen last; of Slack, `name` is
the connection and `why` what is the matter. Of feedback the `title`, its `state`, what was done (`did`) or `why` not,
and the day it is `due`; of a knowledge card likewise."""

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
    "declined": "A cover of mine is declined, or ends undecided",
    "nudge": "An organizer asks my team to take a shift",
    "cover-asked": "A cover waits for an organizer’s approval",
    "unconfirmed": "A shift waits for an organizer to confirm who was there",
    "schedule-failed": "A planned opening, freeze or closing of a week can’t happen",
    "display-away": "A display is away for an hour",
    "slack-off": "Slack doesn’t take what is sent to it any more",
    "feedback-step": "Something becomes of what I wished for in the guestbook",
    "feedback-due": "Feedback that I own is due",
    "card-changed": "Someone verifies, edits or retires a knowledge card of mine",
    "review-asked": "An answer waits for my review",
    "review-done": "An answer of mine was reviewed",
    "card-due": "A knowledge card of mine is due, or will be in 7 days",
}
"""The kinds in words, as settings list them."""


def kinds_for(*, organizes: bool) -> tuple[Kind, ...]:
    """The kinds that somebody may be told of."""
    return tuple(kind for kind in KINDS if organizes or kind not in FOR_ORGANIZERS)


def is_kind(text: str) -> bool:
    """Tell whether a text names a kind."""
    return text in KINDS


def channels(kind: Kind, *, has_slack: bool) -> tuple[Channel, ...]:
    """The ways by which somebody is told: always on their page, and at Slack where they have it, else by email."""
    if not has_slack or kind in NOT_BY_SLACK:
        return ("page", "email")
    return ("page", "email", "slack") if kind in ALWAYS else ("page", "slack")
