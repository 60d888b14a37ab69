"""Reasons people give: tidied, and refused when empty, endless or deceptive."""

from app.domain.text import names
from app.errors import Malformed

LONGEST = 500  # characters: a reason is a sentence or three, and stays in the ledger and the audit for ever


def require(reason: str) -> str:
    """A reason as it is kept. Raises Malformed where there is none."""
    reason = names.tidy(reason)
    if flaw := names.flaw(reason, LONGEST):
        raise Malformed(f"The reason {flaw}. Say in a sentence why.")
    return reason


def welcome(reason: str | None) -> str:
    """A reason or note as it is kept, empty where there is none. Raises Malformed for one that cannot be kept."""
    return require(reason) if reason and reason.strip() else ""
