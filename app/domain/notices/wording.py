"""The words of notices: a title and lines, in which what people typed is set apart."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.domain.notices.model import Facts, Kind
from app.domain.text.direction import isolated


class Part(NamedTuple):
    """A part of a line: words of ours, or something that people typed and that may run from right to left.

    `is_advice` is what its reader can do about it, for as long as they can.
    """

    text: str
    is_typed: bool = False
    is_advice: bool = False


Line = tuple[Part, ...]


class Told(NamedTuple):
    """A notice in words."""

    title: Line
    lines: tuple[Line, ...]


def told(kind: Kind, facts: Facts, minutes: int | None = None, *, is_over: bool = False) -> Told:
    """A notice in words; with the `minutes` left until the start where it is told at this very moment.

    Once it `is_over`, the words leave out what nobody can do any more.
    """
    title, lines = _SAY[kind](facts)
    lines = tuple(line for line in lines if not (is_over and any(part.is_advice for part in line)))
    if kind == "soon" and minutes is not None:
        title = _line(f"Your shift starts in {minutes} min")
    about = [_line(f"{name}: ", _typed(facts[key])) for key, name in _ABOUT if facts.get(key)]
    return Told(title, tuple(line for line in (*lines, *about) if line))


_ABOUT = (("label", "Shift"), ("place", "Place"), ("reason", "Reason"), ("week", "Week"))


def _typed(text: str) -> Part:
    return Part(text, is_typed=True)


def _line(*parts: str | Part) -> Line:
    return tuple(part if isinstance(part, Part) else Part(part) for part in parts)


def _advice(text: str) -> Line:
    return (Part(text, is_advice=True),)


def _when(facts: Facts) -> str:
    return facts.get("when", "")


def _name(facts: Facts) -> Part:
    return _typed(facts.get("name", "") or ("A program" if facts.get("program") else "An organizer"))


Said = tuple[Line, tuple[Line, ...]]


def _day_before(facts: Facts) -> Said:
    return _line(f"Reminder: your shift {_when(facts)}"), (_advice("Can’t come? Offer your seat now."),)


def _soon(facts: Facts) -> Said:
    return _line("Your shift starts soon"), (_line(_when(facts)), _advice("Check in from 15 min before the start."))


def _signed_up(facts: Facts) -> Said:
    return _line(_name(facts), f" signed you up: {_when(facts)}"), (_advice("Can’t come? Offer your seat."),)


def _promoted(facts: Facts) -> Said:
    return _line(f"You have a seat: {_when(facts)}"), (
        _line("You waited for this shift, and a seat became free."),
        _advice("Can’t come? You can leave until the start."),
    )


def _changed(facts: Facts) -> Said:
    was = facts.get("was", "")
    moved = (_line(f"It was {was}."),) if was and was != _when(facts) else ()
    return _line(f"Your shift changed: {_when(facts)}"), (*moved, _line("You still have your seat."))


def _cancelled(facts: Facts) -> Said:
    return _line(f"Cancelled: shift {_when(facts)}"), (_line("You need not come."),)


def _removed(facts: Facts) -> Said:
    if facts.get("list"):
        return _line(f"You’re no longer on the waiting list: {_when(facts)}"), (_line(_name(facts), " removed you."),)
    return _line(f"You’re no longer on the shift {_when(facts)}"), (_line(_name(facts), " removed you."),)


def _seat_free(facts: Facts) -> Said:
    return _line(f"Free seat: {_when(facts)}"), (
        _advice("You wait for this shift. The first to sign up gets the seat."),
    )


def _offered(facts: Facts) -> Said:
    return _line(_name(facts), f" offers a seat: {_when(facts)}"), (_advice("Take it on the shift’s page."),)


def _taken(facts: Facts) -> Said:
    return _line(_name(facts), f" takes your seat: {_when(facts)}"), (_line("You need not come."),)


def _returned(facts: Facts) -> Said:
    return _line(f"You’re on shift again: {_when(facts)}"), (
        _line(_name(facts), " gave your seat back. If you offered it before, it’s offered again."),
    )


def _approved(facts: Facts) -> Said:
    return _line(f"You take over a seat: {_when(facts)}"), (_line("From: ", _name(facts)),)


def _declined(facts: Facts) -> Said:
    if why := _ENDED.get(facts.get("ended", "")):
        return _line(f"You don’t take over the seat: {_when(facts)}"), (_line(why), _line("Seat of: ", _name(facts)))
    return _line(f"Cover declined: {_when(facts)}"), (_line("Still on shift: ", _name(facts)),)


_ENDED = {
    "withdrawn": "It isn’t offered any more.",
    "gone": "Its holder gave it up, so there’s nothing to take over.",
    "busy": "You couldn’t have it at the start of the shift.",
}


def _nudge(facts: Facts) -> Said:
    return _line(_name(facts), " asks your team to take a shift"), (
        _line("Your team: ", _typed(facts.get("team", ""))),
    )


def _cover_asked(facts: Facts) -> Said:
    return _line(_name(facts), f" asks to take over a seat: {_when(facts)}"), (
        _line("From: ", _typed(facts.get("giver", ""))),
        _advice("Approve or decline it. Undecided, it’s approved at the start."),
    )


def _unconfirmed(facts: Facts) -> Said:
    return _line(f"Confirm who was there: {_when(facts)}"), (
        _advice("People who checked in earn points once an organizer confirms."),
    )


def _schedule_failed(facts: Facts) -> Said:
    return _line(f"The planned {facts.get('change', '')} of a week didn’t happen"), (
        _line("Do it by hand, or plan another time."),
    )


def _display_away(facts: Facts) -> Said:
    return _line("Display away for an hour: ", _typed(facts.get("name", ""))), (
        _line(f"Last seen {_when(facts)}."),
        _advice("Check its power, network and browser. It comes back by itself."),
    )


def _slack_off(facts: Facts) -> Said:
    return _line("Slack doesn’t take everything any more: ", _typed(facts.get("name", ""))), (
        _line(facts.get("why", "")),
    )


def _feedback_step(facts: Facts) -> Said:
    outcome = facts.get("did" if facts.get("state") == "done" else "why" if facts.get("state") == "not_now" else "", "")
    return _line(f"{_STEPS.get(facts.get('state', ''), 'Your feedback')}: ", _typed(facts.get("title", ""))), (
        _line("You wished for it in the guestbook. Thank you!"),
        *((_line(_typed(outcome)),) if outcome else ()),
    )


_STEPS = {
    "new": "Back among new feedback", "planned": "Planned", "doing": "In progress", "done": "Done",
    "not_now": "Not now",
}  # fmt: skip


def _feedback_due(facts: Facts) -> Said:
    return _line("Feedback that you own: ", _typed(facts.get("title", ""))), (
        _line(f"Due {facts.get('due', '')}."),
        _advice("Done? Say what you did, or choose another day."),
    )


def _card(facts: Facts) -> tuple[Part, ...]:
    return (_typed(facts["title"]),) if facts.get("title") else (Part("untitled"),)


def _card_changed(facts: Facts) -> Said:
    did = facts.get("did", "")
    who = (_line(_name(facts), " did this."),) if facts.get("name") else ()
    advice = {
        "edited": "It’s a draft again. Ask a colleague to verify it.",
        "owned": "You own it now: keep it true, and have it verified.",
    }.get(did)
    return _line(f"{_CHANGES.get(did, 'Changed')}: ", *_card(facts)), (*who, *((_advice(advice),) if advice else ()))


_CHANGES = {
    "verified": "Your knowledge card is verified", "edited": "Your knowledge card was edited",
    "retired": "Your knowledge card is retired", "owned": "A knowledge card is yours now",
}  # fmt: skip


def _card_due(facts: Facts) -> Said:
    begins = "Your knowledge card is due: " if facts.get("state") == "due" else "Your knowledge card is due soon: "
    return _line(begins, *_card(facts)), (
        _line(f"Due {facts.get('due', '')}."),
        _advice("Look whether it’s still true, then ask a colleague to verify it."),
    )


def _review_asked(facts: Facts) -> Said:
    return _line("An answer waits for your review"), (_advice("Four questions, one good thing. It takes 5 minutes."),)


def _review_done(facts: Facts) -> Said:
    return _line("An answer of yours was reviewed"), (_line("Only you and your reviewer can read it."),)


_SAY: dict[Kind, Callable[[Facts], Said]] = {
    "day-before": _day_before,
    "soon": _soon,
    "signed-up": _signed_up,
    "promoted": _promoted,
    "changed": _changed,
    "cancelled": _cancelled,
    "removed": _removed,
    "seat-free": _seat_free,
    "offered": _offered,
    "taken": _taken,
    "returned": _returned,
    "approved": _approved,
    "declined": _declined,
    "nudge": _nudge,
    "cover-asked": _cover_asked,
    "unconfirmed": _unconfirmed,
    "schedule-failed": _schedule_failed,
    "display-away": _display_away,
    "slack-off": _slack_off,
    "feedback-step": _feedback_step,
    "feedback-due": _feedback_due,
    "review-asked": _review_asked,
    "review-done": _review_done,
    "card-changed": _card_changed,
    "card-due": _card_due,
}


def as_text(line: Sequence[Part]) -> str:
    """A line as plain text, what was typed between direction isolates."""
    return "".join(isolated(part.text) if part.is_typed else part.text for part in line)
