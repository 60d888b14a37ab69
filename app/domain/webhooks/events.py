"""Events that webhooks tell of, and what each message looks like."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, get_args

Event = Literal["activity.recorded", "standings.changed", "shift.covered", "week.closed"]
EVENTS: tuple[Event, ...] = get_args(Event)
TEST = "webhook.test"
"""The type of the message that an organizer sends to see whether an address works."""
SAYS: Mapping[Event, str] = {
    "activity.recorded": "Something was done: the activity as the API shows it.",
    "standings.changed": "Ranks or points changed: the first ten, at most every 5 seconds.",
    "shift.covered": "A shift has the people it needs.",
    "week.closed": "A week was closed.",
}


def ordered(chosen: Iterable[str]) -> tuple[Event, ...]:
    """The events chosen, each once, in our order. Raises ValueError with a sentence for none and for unknown ones."""
    wanted = set(chosen)
    if unknown := sorted(wanted - set(EVENTS)):
        raise ValueError(f"“{unknown[0][:40]}” isn’t an event. Choose from {', '.join(EVENTS)}.")
    if not wanted:
        raise ValueError(f"Choose at least one event: {', '.join(EVENTS)}.")
    return tuple(event for event in EVENTS if event in wanted)


def body(kind: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The text of a message, exactly as it is sent on each try."""
    document = {"type": kind, "timestamp": plain(at), "data": {name: plain(value) for name, value in data.items()}}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def plain(value: Any) -> Any:
    """Moments as the API writes them, everything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return value
