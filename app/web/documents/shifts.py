"""Shifts: when they are, who is on them, and what they are worth; and how a week's shifts work."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.domain.shifts.limits import is_early
from app.domain.shifts.model import ShiftSettings
from app.models import Week
from app.services.exports.ledger_export import moment
from app.services.shifts.listing import ShiftItem
from app.services.shifts.settings import values_of
from app.services.shifts.shifts import Generated
from app.services.shifts.worth import ShiftWorth
from app.web.documents.sign_ups import SignUp, sign_up_document
from app.web.documents.values import ClockTime, Day, Moment, NextCursor

# Written as a call, because `from` is a word of Python.
LocalTime = TypedDict("LocalTime", {"date": Day, "from": ClockTime, "until": ClockTime, "zone": str})
LocalTime.__doc__ = "A span as the clocks of the week's zone show it; `date` is the day it starts on."


class WorthPart(TypedDict):
    """Points for one reason: a kind in the singular, or the name of a bonus or quest."""

    why: Annotated[str, Field(examples=["6 a.m. shift"])]
    points: int


class Worth(TypedDict):
    """Points that seats would bring their team now; ranks are null without a team, and while the week is frozen."""

    points: int
    parts: list[WorthPart]
    rank_now: int | None
    rank_then: int | None


class _ShiftParts(TypedDict):
    label: str
    place: str
    link: str | None
    starts_at: Moment
    ends_at: Moment
    local: LocalTime
    minutes: int
    seats: int
    needed: Annotated[int, Field(description="Seats that have to be taken for it to be covered.")]
    taken: int
    free: Annotated[int, Field(description="Seats nobody has; none once it is cancelled.")]
    waiting: int
    early: bool
    state: Literal["scheduled", "cancelled"]
    version: Annotated[int, Field(description="Counts its edits.")]
    sign_ups: Annotated[list[SignUp], Field(description="Live seats and no-shows, oldest first.")]
    worth: Annotated[Worth | None, Field(description="For the `person` or `team` asked about; null without one.")]


class _Known(TypedDict):
    id: str


class _Planned(TypedDict):
    id: str | None


class Shift(_Known, _ShiftParts):
    """One shift of a week."""


class PlannedShift(_Planned, _ShiftParts):
    """A shift of a pattern; `id` is null for one that a dry run would make."""


class ShiftList(TypedDict):
    """A list of shifts, in order of their start."""

    items: list[Shift]
    next_cursor: NextCursor


class GeneratedShifts(TypedDict):
    """The shifts of a pattern; `notes` say which are left out or last longer or shorter than the pattern says."""

    created: int
    unchanged: int
    shifts: list[PlannedShift]
    notes: Annotated[list[str], Field(examples=[["Sun 1 November, 00:00–02:00 lasts 180 minutes: clocks go back."]])]


class ShiftRules(TypedDict):
    """The settings of a week's shifts; limits are null where there are none, as is `opens_at`."""

    needs_team: bool
    require_ready: Annotated[bool, Field(description="True keeps out who is not ready for a first shift.")]
    opens_at: Moment | None
    leave_until_h: Annotated[int, Field(description="Hours before a shift's start until which people may leave.")]
    completes: Literal["itself", "person", "organizer"]
    early_before: ClockTime
    early_per_team: int | None
    first_round: int | None
    approve_covers: bool


def shift_document(
    item: ShiftItem, week: Week, settings: ShiftSettings, worth: ShiftWorth | None = None, *, with_email: bool
) -> Shift:
    """One shift; the emails of who is on it only for who writes."""
    return {"id": item.shift.id, **_parts(item, week, settings, worth, with_email=with_email)}


def generated_document(
    made: Generated, items: Iterable[ShiftItem], week: Week, settings: ShiftSettings
) -> GeneratedShifts:
    """The shifts of a pattern, for who makes them; those that are not among the week's `items` have no id."""
    known = {item.shift.id: item for item in items}
    return {
        "created": made.created,
        "unchanged": made.unchanged,
        "shifts": [
            {
                "id": shift.id if shift.id in known else None,
                **_parts(known.get(shift.id, ShiftItem(shift, ())), week, settings, None, with_email=True),
            }
            for shift in made.shifts
        ],
        "notes": [note.sentence for note in made.notes],
    }


def _parts(
    item: ShiftItem, week: Week, settings: ShiftSettings, worth: ShiftWorth | None, *, with_email: bool
) -> _ShiftParts:
    shift = item.shift
    return {
        "label": shift.label,
        "place": shift.place,
        "link": shift.link,
        "starts_at": moment(shift.starts_at),
        "ends_at": moment(shift.ends_at),
        "local": {
            "date": shift.local_date.isoformat(),
            "from": shift.local_from,
            "until": shift.local_until,
            "zone": shift.zone,
        },
        "minutes": int((shift.ends_at - shift.starts_at).total_seconds() // 60),
        "seats": shift.seats,
        "needed": shift.needed,
        "taken": item.taken,
        "free": item.free,
        "waiting": item.waiting,
        "early": is_early(shift.starts_at, settings, week.zone),
        "state": "cancelled" if item.is_cancelled else "scheduled",
        "version": shift.version,
        "sign_ups": [sign_up_document(seat, shift.id, with_email=with_email) for seat in item.seats],
        "worth": _worth_document(worth) if worth is not None else None,
    }


def _worth_document(worth: ShiftWorth) -> Worth:
    return {
        "points": worth.points,
        "parts": [{"why": part.why, "points": part.points} for part in worth.parts],
        "rank_now": worth.rank_now,
        "rank_then": worth.rank_then,
    }


def shift_rules_document(settings: ShiftSettings) -> ShiftRules:
    """The settings of a week's shifts."""
    values = values_of(settings)
    return {
        "needs_team": values["needs_team"],
        "require_ready": values["require_ready"],
        "opens_at": moment(settings.opens_at) if settings.opens_at else None,
        "leave_until_h": values["leave_until_h"],
        "completes": values["completes"],
        "early_before": values["early_before"],
        "early_per_team": values["early_per_team"],
        "first_round": values["first_round"],
        "approve_covers": values["approve_covers"],
    }
