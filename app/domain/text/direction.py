"""Direction of writing: names of any script inside sentences of ours (first strong isolate, UAX #9)."""

FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"


def isolated(text: str) -> str:
    """A text whose direction of writing changes nothing around it; pages with elements around it use `<bdi>`."""
    return f"{FIRST_STRONG_ISOLATE}{text}{POP_ISOLATE}"
