"""The rota: who signed up for which shift, who came, who stayed away, and whose seat somebody else took over."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Literal, NamedTuple

from app.domain.notices.model import Kind
from app.domain.notices.timing import LEADS, remind_at
from app.services.demo.cast import CAST, SIGNED_UP, moment
from app.services.demo.story import Shift, tell

SEATS = 4
SLOT = timedelta(hours=2)
_DAYS, _HOURS = range(5), range(6, 20, 2)
"""The moments at which a slot starts, ends, or does both: every two hours from 06:00 to 18:00."""
_STARTS = _HOURS[:-1]

BEGINS = moment(0, time(5, 30))
"""The moment at which the replay begins."""

_BETWEEN_SIGN_UPS = timedelta(seconds=97)
_WRITES_AFTER = timedelta(minutes=6)
_COMES_BEFORE = timedelta(minutes=8)
_BETWEEN_CHECK_INS = timedelta(seconds=150)


class RotaEntry(NamedTuple):
    """Something that a person does about a seat of the shift that starts then; `giver` is whose seat they take over."""

    what: Literal["sign up", "sign up team", "check in", "offer to team", "take over", "wait"]
    who: str
    starts: datetime
    giver: str = ""


class Written(NamedTuple):
    """Words in the guestbook about the shift that starts then; `improve` alone is for organizers."""

    who: str
    starts: datetime
    worked: str
    improve: str = ""


class Remind(NamedTuple):
    """A reminder of the shift that starts then, to whoever has a seat of it."""

    kind: Kind
    starts: datetime


class Settle(NamedTuple):
    """The time for all that happens to shifts by itself."""


_NEVER_CAME = RotaEntry("sign up", "dimitris", moment(0, time(16)))
_GIVER, _TAKER = "bjorn", "dusan"
_COVERED_SHIFT = moment(2, time(10))
_HESITANT, _TAKEN_AFTER_ALL = "tane", moment(2, time(6))
_FULL_SHIFT = moment(4, time(14))
_GUESTBOOK = (
    Written("amelie", moment(0, time(6)), "The first customer of the week said good morning back."),
    Written("siobhan", moment(0, time(10)), "Yūki found the bug before I had read the ticket.", "Two screens a pair."),
    Written("mateo", moment(1, time(8)), "All three of us, one ticket each, and breakfast in between."),
    Written("gulnora", moment(0, time(16)), "", "We were one too few, and nobody knew whom to ask."),
    Written("dusan", moment(2, time(10)), "I only came because Björn could not. I would do it again."),
    Written("tariq", moment(4, time(12)), "A customer thanked us for the fix before it was deployed."),
)


def sign_ups() -> Iterator[tuple[datetime, RotaEntry]]:
    """The sign-ups of the Friday before, with the moments at which they were made; in order."""
    entries = [entry for shift in _shifts() for entry in _sign_ups_of(shift)]
    for number, entry in enumerate([*entries, _NEVER_CAME], start=1):
        yield SIGNED_UP + number * _BETWEEN_SIGN_UPS, entry


def reminders() -> Iterator[tuple[datetime, Remind]]:
    """The reminders of all shifts, in no order; those of Monday's begin on Sunday.

    Also of those that nobody of the cast takes: a visitor may.
    """
    for starts in (moment(day, time(hour)) for day in _DAYS for hour in _STARTS):
        for kind in LEADS:
            yield remind_at(kind, starts), Remind(kind, starts)


def entries() -> Iterator[tuple[datetime, RotaEntry | Written | Remind | Settle]]:
    """All that happens about seats while the week plays, in no order."""
    yield from ((at, reminder) for at, reminder in reminders() if at >= BEGINS)
    for written in _GUESTBOOK:
        yield written.starts + SLOT + _WRITES_AFTER, written
    yield moment(1, time(9, 20)), RotaEntry("offer to team", _HESITANT, _TAKEN_AFTER_ALL)
    yield moment(1, time(14, 40)), RotaEntry("offer to team", _GIVER, _COVERED_SHIFT)
    yield moment(1, time(15, 25)), RotaEntry("take over", _TAKER, _COVERED_SHIFT, _GIVER)
    yield moment(3, time(11, 10)), RotaEntry("wait", "jurgita", _FULL_SHIFT)
    for shift in _shifts():
        starts = moment(shift.day, shift.starts)
        for place, who in enumerate(shift.crew):
            yield starts - _COMES_BEFORE + place * _BETWEEN_CHECK_INS, RotaEntry("check in", who, starts)
    for day in _DAYS:
        for hour in _HOURS:
            yield moment(day, time(hour)), Settle()


def _shifts() -> Iterator[Shift]:
    return (scene for scene in tell() if isinstance(scene, Shift))


def _sign_ups_of(shift: Shift) -> Iterator[RotaEntry]:
    """A whole team signs up with one tap, others one by one; who takes over a seat later has none yet."""
    starts = moment(shift.day, shift.starts)
    if len(shift.crew) == len([each for each in CAST.values() if each.team == CAST[shift.crew[0]].team]):
        yield RotaEntry("sign up team", shift.crew[0], starts)
        return
    for who in shift.crew:
        is_taker = (who, starts) == (_TAKER, _COVERED_SHIFT)
        yield RotaEntry("sign up", _GIVER if is_taker else who, starts)
