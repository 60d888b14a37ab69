"""Choices of shifts in a form: single ones and whole days, each with what an organizer saw of them."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from app.models import Shift
from app.services.shifts import refusals
from app.web.http.forms import FormInvalid

STALE = "Someone changed one of these shifts meanwhile. Look again, then send it."
NONE_CHOSEN = "Choose at least one shift or day in the calendar."


def of_shift(shift: Shift) -> str:
    """A shift, and its version."""
    return f"{shift.id}:{shift.version}"


def of_day(shifts: Sequence[Shift]) -> str:
    """A day, and a number that differs once a shift of it is changed, made or cancelled."""
    return f"{shifts[0].local_date}:{sum(shift.version for shift in shifts)}"


def ids_in(values: Iterable[object]) -> set[str]:
    """The ids of shifts, or the days, in what was chosen."""
    return {str(value).partition(":")[0] for value in values}


def pick(shifts: Sequence[Shift], chosen: Iterable[str], days: Iterable[str]) -> list[Shift]:
    """The chosen ones of a week's shifts, in order of their start; of a day, those that are not cancelled.

    Raises ShiftRefused where somebody changed one of them since, and FormInvalid where none is chosen.
    """
    whole_days = {of_day(same): same for same in (list(same) for _, same in groupby(shifts, lambda it: it.local_date))}
    single = {of_shift(shift): shift for shift in shifts}
    try:
        picked = [single[value] for value in chosen]
        picked += [shift for day in days for shift in whole_days[day] if shift.cancelled_at is None]
    except KeyError:
        raise refusals.problem("stale", STALE) from None
    if not picked:
        raise FormInvalid({}, NONE_CHOSEN)
    return sorted({shift.id: shift for shift in picked}.values(), key=lambda shift: (shift.starts_at, shift.id))
