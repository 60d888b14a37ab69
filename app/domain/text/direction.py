"""Direction of writing: names of any script inside sentences of ours (first strong isolate, UAX #9)."""

import unicodedata

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_FROM_RIGHT = {"R", "AL", "AN"}


def isolated(text: str) -> str:
    """A text whose direction of writing changes nothing around it; pages with elements around it use `<bdi>`."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"


def apart(text: str) -> str:
    """The same where it has letters that run from right to left; other names do nothing to a sentence of ours.

    For what programs and terminals read too: marks that nobody sees stand only where they are needed.
    """
    return isolated(text) if any(unicodedata.bidirectional(letter) in _FROM_RIGHT for letter in text) else text
