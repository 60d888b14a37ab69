"""Plans of a shift in sentences, without the jargon of the formulas."""

from fractions import Fraction

from app.domain.capacity.backlog import Backlog
from app.domain.capacity.queue import MOST_PEOPLE
from app.domain.capacity.simulation import Plan
from app.domain.rounding import Number, exact, whole

ALL_BUT_NONE = 0.985
"""From this share on, who waits longer is as rare as a coincidence."""
TOO_MANY = f"{MOST_PEOPLE:,} people wouldn’t answer all of that in time."
HUNG_UP = "It takes for granted that nobody hangs up."


def customers(contacts: Number, low: int | None, high: int | None) -> str:
    """The customers to expect: "About 36 customers will write (likely 28 to 44)."."""
    number = whole(contacts)
    likely = "" if low is None or high is None else f" (likely {low:,} to {high:,})"
    return f"About {number:,} customer{'' if number == 1 else 's'} will write{likely}."


def enough(shift: Backlog, plan: Plan) -> str:
    """The people who keep the promise: "At 9 minutes each, 4 people keep everybody under an hour."."""
    keep = "person keeps" if plan.people == 1 else "people keep"
    share = plan.share
    whom = "everybody under" if share is None or share >= ALL_BUT_NONE else f"about {_of_ten(share)} under"
    return f"At {minutes(shift.handling_min)} each, {plan.people:,} {keep} {whom} {span(shift.promise_min)}."


def enough_at_once(people: int, handling_s: int, target: int, within_s: int) -> str:
    """The people who answer chats or calls in time, breaks included."""
    answer = "person answers" if people == 1 else "people answer"
    within = f"{within_s} seconds" if within_s < 120 else minutes(Fraction(within_s, 60))
    return (
        f"At {minutes(Fraction(handling_s, 60))} each, {people:,} {answer} {target}% within {within}, breaks included."
    )


def more(people: int, between: str, kept: str) -> str:
    """The people a shift lacks: "2 more people between 10:00 and 12:00 would keep everybody under an hour."."""
    noun = "person" if people == 1 else "people"
    return f"{people:,} more {noun} {between} would {kept}."


def kept(share: float | None, promise_min: Number) -> str:
    """The promise as a plan keeps it, for `more`; no more than that."""
    if share is not None and share < 0.5:
        return f"help, but most would still wait longer than {span(promise_min)}"
    whom = "everybody" if share is None or share >= ALL_BUT_NONE else f"about {_of_ten(share)}"
    return f"keep {whom} under {span(promise_min)}"


def kept_at_once(target: int, within_s: int) -> str:
    """The same for chats and calls."""
    return f"answer {target}% within {_within(within_s)}"


NOT_ENOUGH = "help, but a shift has no room for all whom it takes"


def _within(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else span(Fraction(seconds, 60))


def is_hopeless(plan: Plan) -> bool:
    """Tell whether most wait longer even so, as where an answer takes longer than is promised."""
    return plan.share is not None and plan.share < 0.5


def fewer(people: int, share: float) -> str:
    """The customers who wait longer with fewer people: "With 3, about 1 in 14 waits longer."."""
    late = 1 - share
    if late <= 0.001:
        return f"With {people:,}, hardly anybody waits longer."
    if late > 0.5:
        return f"With {people:,}, most wait longer."
    return f"With {people:,}, about 1 in {whole(1 / late):,} waits longer."


def _of_ten(share: float) -> str:
    return f"{whole(share * 100)} of 100" if share >= 0.9 else f"{whole(share * 10)} of 10"


def minutes(number: Number) -> str:
    """So many minutes: "1 minute", "9 minutes", "2.5 minutes"."""
    value = exact(number)
    return f"{float(value):,g} minute{'' if value == 1 else 's'}"


def span(number: Number) -> str:
    """A promise in words: "an hour", "45 minutes", "2 hours"."""
    value = exact(number)
    if value == 60:
        return "an hour"
    return f"{value // 60} hours" if value > 60 and value % 60 == 0 else minutes(number)
