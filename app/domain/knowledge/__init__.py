"""Knowledge cards: their states, who may verify, edit and retire one, and when it is due."""

from datetime import date, timedelta
from typing import Final, Literal, get_args

State = Literal["draft", "verified", "due", "retired"]
STATES: tuple[State, ...] = get_args(State)
LABELS: Final[dict[State, str]] = {"draft": "Draft", "verified": "Verified", "due": "Due", "retired": "Retired"}
GOOD_FOR: Final = timedelta(days=90)
"""The time after which a verified card is to be looked at again."""
TOLD_BEFORE: Final = timedelta(days=7)
"""The time before that at which its owner is told, and from which on it may be verified again."""
Phase = Literal["fresh", "soon", "due"]


def phase(due_on: date, today: date) -> Phase:
    """The phase of a verified card: fresh, soon due (its owner is told), or due."""
    if today >= due_on:
        return "due"
    return "soon" if today >= due_on - TOLD_BEFORE else "fresh"


def flaw_of_verifying(state: State, due_on: date | None, today: date, *, is_owner: bool, is_writer: bool) -> str | None:
    """The sentence that stands against verifying a card; None for another person than who owns or wrote it."""
    if is_owner:
        return "Someone else has to verify your card. Ask a colleague."
    if is_writer:
        return "You wrote this card last, so someone else has to verify it."
    if state == "retired":
        return "This card is retired. Edit it first if it should live again."
    if state == "verified" and due_on is not None and phase(due_on, today) == "fresh":
        return "This card is verified already. It can be verified again in the 7 days before it’s due."
    return None


def flaw_of_retiring(state: State, *, is_owner: bool, organizes: bool) -> str | None:
    """The sentence that stands against retiring a card: only one that is due, by its owner or an organizer."""
    if not (is_owner or organizes):
        return "Only a card’s owner and organizers retire it."
    return None if state == "due" else "Only a card that’s due can be retired."


def state_after_edit(state: State, *, is_owner: bool) -> State:
    """The state of an edited card: a draft again, unless its owner edits one that lives."""
    return state if is_owner and state != "retired" else "draft"
