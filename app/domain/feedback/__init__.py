"""Feedback that becomes something: the states of an item, what each needs, and when its owner is reminded."""

from datetime import date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from app.domain.calendar.days import boundary

State = Literal["new", "planned", "doing", "done", "not_now"]
STATES: tuple[State, ...] = get_args(State)
OPEN: frozenset[State] = frozenset({"planned", "doing"})
"""The states in which somebody owns an item and is reminded of it."""
LABELS: Final[dict[State, str]] = {
    "new": "New", "planned": "Planned", "doing": "In progress", "done": "Done", "not_now": "Not now",
}  # fmt: skip
DAYS_TO_DO: Final = timedelta(days=14)
"""The time after a week's last day until which what came of it is due."""
_RANK: Final[dict[State, int]] = {"new": 0, "planned": 1, "doing": 2, "done": 3, "not_now": 3}
_AT: Final = time(9)
_BEFORE: Final = timedelta(days=3)
_AGAIN: Final = timedelta(days=7)


class Wanted(NamedTuple):
    """An item as it is to be, and the reason of who puts it back."""

    state: State
    has_owner: bool
    did: str
    why: str
    reason: str


def flaw_of_move(before: State, wanted: Wanted) -> tuple[str, str] | None:
    """The field and the sentence that stand against a change of state; None where it may be.

    An item goes on a step at a time, or ends as not now from anywhere; it goes back only with a reason.
    """
    after = wanted.state
    is_back = after != before and _RANK[after] <= _RANK[before]
    if is_back and not wanted.reason:
        return "reason", f"Going back from {LABELS[before].lower()} needs a reason. Say why."
    if not is_back and after != "not_now" and _RANK[after] > _RANK[before] + 1:
        steps = " and ".join(LABELS[step].lower() for step in STATES[_RANK[before] + 1 : _RANK[after]])
        return "state", f"This goes a step at a time: first {steps}."
    if after in {"planned", "doing", "done"} and not wanted.has_owner:
        return "owner", "From planned on it needs an owner. Choose one."
    if after == "done" and not wanted.did:
        return "did", "Done needs what you did. Write it down."
    if after == "not_now" and not wanted.why:
        return "why", "Not now needs a reason that people understand. Write why."
    return None


def reminder_at(due_on: date, number: int, zone: ZoneInfo) -> datetime:
    """The moment of an owner's reminder, 09:00 local: 3 days before, on the day, then every week; `number` from 0."""
    day = due_on - _BEFORE if number == 0 else due_on + (number - 1) * _AGAIN
    return boundary(datetime.combine(day, _AT), zone)


def next_reminder(due_on: date, now: datetime, zone: ZoneInfo) -> int:
    """The number of the first reminder that is still to come."""
    number = max((now.astimezone(zone).date() - due_on).days // _AGAIN.days, 0)
    while reminder_at(due_on, number, zone) <= now:
        number += 1
    return number
