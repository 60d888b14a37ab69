"""The story as a script: what tools report and people do, with the simulated moment at which they do."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, starmap
from typing import Any, NamedTuple

from app.domain.draft import Draft, Key
from app.services.demo.aftercare import REVIEWED_AT, Reviewed
from app.services.demo.applause import Applause, applause
from app.services.demo.cast import CAST, moment
from app.services.demo.lots import lot
from app.services.demo.rota import Remind, RotaEntry, Settle, Written, entries
from app.services.demo.story import WRONG_CUSTOMER, Filed, Gift, Shift, tell

ONE_HOUR = 3600

_KINDS = {"github": "issue", "linear": "issue", "canny": "feature_request", "guru": "knowledge_card"}
_PLACES = {
    "github": "https://code.example.com/issues/",
    "linear": "https://tracker.example.com/SUP-",
    "canny": "https://feedback.example.com/posts/",
    "guru": "https://cards.example.com/",
}
_DELIVERY = timedelta(seconds=4)
_UNNOTICED = timedelta(minutes=17)


class Correction(NamedTuple):
    """An organizer reverses the activity of this key."""

    key: Key
    reason: str


class Event(NamedTuple):
    """One thing that happens at the simulated moment `at` (UTC)."""

    at: datetime
    what: Draft | Correction | Gift | Applause | RotaEntry | Written | Remind | Settle | Reviewed


def events() -> tuple[Event, ...]:
    """The demo's events, in the order in which they are played."""
    numbers = count(48_210)
    found = [event for scene in tell() for event in _events(scene, numbers)]
    wrong = {event.what.key for event in found if isinstance(event.what, Correction)}
    drafts = [event.what for event in found if isinstance(event.what, Draft) and event.what.key not in wrong]
    cheers = [Event(*each) for draft in drafts for each in applause(draft)]
    reviewed = Event(REVIEWED_AT, Reviewed())
    return tuple(sorted([*found, *cheers, *starmap(Event, entries()), reviewed], key=lambda event: event.at))


def _events(scene: Shift | Filed | Gift, numbers: Iterator[int]) -> Iterator[Event]:
    match scene:
        case Shift():
            yield from _replies(scene, numbers)
        case Filed():
            yield _filed(scene, next(numbers))
        case Gift():
            yield Event(moment(scene.day, scene.at), scene)


def _into(shift: Shift, part: float) -> datetime:
    """The moment when that part of a shift's working time is over, in whole seconds as tools report it."""
    return moment(shift.day, shift.starts) + timedelta(minutes=3, seconds=round(part * 112 * 60))


def _replies(shift: Shift, numbers: Iterator[int]) -> Iterator[Event]:
    moments = iter(_moments(shift))
    for place, ticket in enumerate(shift.replies):
        who, subject = shift.crew[place % len(shift.crew)], f"ticket-{next(numbers)}"
        answered = None
        for mark in ticket:
            at = next(moments)
            seconds = _seconds(mark, at, answered)
            draft = _draft(
                "response", "zendesk", who, at, f"comment-{next(numbers)}", subject=subject, response_seconds=seconds
            )
            yield Event(at + _DELIVERY, draft)
            if mark == "x":
                yield Event(at + _UNNOTICED, Correction(draft.key, WRONG_CUSTOMER))
            answered = at


def _moments(shift: Shift) -> list[datetime]:
    """The moments at which a shift's replies leave: spread over it, though none quite evenly."""
    total = len("".join(shift.replies))
    moments = [_into(shift, (place + 0.25 + 0.5 * lot(shift.crew, shift.day, place)) / total) for place in range(total)]
    return [*moments[:-1], moment(shift.day, shift.last_reply)] if shift.last_reply else moments


def _seconds(mark: str, at: datetime, answered: datetime | None) -> int:
    """The customer's wait in seconds: later in a ticket, since they wrote back (`answered` is the reply before)."""
    if mark == "=":
        return ONE_HOUR
    if mark == "-":
        return ONE_HOUR + 60 + round(6_000 * lot(mark, at))
    longest = 3_300.0 if answered is None else (at - answered).total_seconds()
    return round(longest * (0.15 + 0.8 * lot(mark, at)))


def _filed(filed: Filed, number: int) -> Event:
    at = _into(filed.shift, 0.25 + 0.65 * lot(filed.title))
    place = f"{_PLACES[filed.source]}{number}"
    draft = _draft(_KINDS[filed.source], filed.source, filed.who, at, str(number), url=place, note=filed.title)
    return Event(at + _DELIVERY, draft)


def _draft(kind: str, source: str, who: str, at: datetime, external_id: str, **more: Any) -> Draft:
    return Draft(kind, CAST[who].email, at, source, external_id, **more)
