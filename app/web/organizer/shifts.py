"""`/organizer/weeks/{week}/shifts`: the calendar of a week's shifts, and how they work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.domain.shifts.model import ShiftSettings
from app.errors import Malformed, ShiftRefused
from app.models import Shift, Week
from app.services.shifts import attention, editing, listing, refusals, settings, shifts
from app.services.shifts.editing import ShiftChanges
from app.services.shifts.listing import ShiftItem, ShiftSeat
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.forms import FormInvalid, FormState
from app.web.organizer import shift_choice
from app.web.organizer.page import zone_name
from app.web.organizer.shift_forms import ManyForm
from app.web.organizer.shift_settings_form import SettingsForm
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/shifts", route_class=DatabaseRoute)

DONE = {
    "added": "Added the shift.",
    "settings": "Saved how shifts work.",
    "cancelled": "Cancelled the shift. Everyone on it is told.",
    "nothing": "Every one of these shifts was there already.",
}
CHOSEN = {"chosen": "shifts", "chosen_days": "days"}
ShiftsPage = Page[SignedInAct]


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift of the calendar with the word for how it stands; `missing` people are needed before it is covered."""

    item: ShiftItem
    state: str
    missing: int
    is_past: bool = False

    @property
    def value(self) -> str:
        """The shift and the version an organizer looks at, for forms."""
        return shift_choice.of_shift(self.item.shift)


@dataclass(frozen=True, slots=True)
class Waits:
    """Deeds that wait for organizers in an open week: people due and not here, covers, and shifts to confirm."""

    due: list[tuple[ShiftRow, ShiftSeat, int]]
    covers: list[tuple[ShiftRow, ShiftSeat]]
    unconfirmed: list[ShiftRow]


@dataclass(frozen=True, slots=True)
class CalendarInfo:
    """The context of the calendar: shifts by day, and what they come to; cancelled ones are in no sum.

    Days whose shifts are all over are `past`.
    """

    week: Week
    zone: str
    past: list[tuple[date, list[ShiftRow]]]
    days: list[tuple[date, list[ShiftRow]]]
    shifts: int
    covered: int
    seats: int
    taken: int
    waits: Waits

    @staticmethod
    def day_value(rows: Sequence[ShiftRow]) -> str:
        """A day whose shifts are all chosen, as an organizer looks at them, for forms."""
        return shift_choice.of_day([row.item.shift for row in rows])


@router.get("")
def organizer_shifts(
    request: Request, act: OrganizerAct, session: ReadSession, week: str, done: str = "", made: int = 0, kept: str = ""
) -> Response:
    """The calendar of a week's shifts."""
    return shifts_page(Page(request, act, session, flash=_flash(done, made, kept)), slug=week)


def _flash(done: str, made: int, kept: str) -> str:
    """The sentence of what was done to how many shifts; `kept` were there before, or it says what became of them."""
    count = "1 shift" if made == 1 else f"{made:,} shifts"
    if done == "changed":
        return f"Cancelled {count}. Everyone on them is told." if kept == "cancel" else f"Changed {count}."
    if done != "made":
        return DONE.get(done, "")
    there = int(kept) if kept.isascii() and kept.isdigit() and len(kept) <= 6 else 0
    were = "was" if there == 1 else "were"
    return f"Created {count}; {there:,} {were} there already." if there else f"Created {count}."


def shifts_page(page: ShiftsPage, *, slug: str) -> Response:
    """The page of a week's shifts. Raises WeekUnknown."""
    week = weeks.find(page.session, slug, page.act.now)
    items = listing.of_week(page.session, week, weeks.view(week, page.act.actor))
    many = page.form(ManyForm, seats="", needed="", link="")
    return page.render(
        "organizer/shifts/index.html", slug=week.slug, told=_calendar(page, week, items), many=many,
        **{name: shift_choice.ids_in(many.typed.get(typed, ())) for name, typed in CHOSEN.items()},
    )  # fmt: skip


def _calendar(page: ShiftsPage, week: Week, items: Sequence[ShiftItem]) -> CalendarInfo:
    rows = [row_of(item, page.act.now) for item in items]
    standing = [row for row in rows if not row.item.is_cancelled]
    by_day = [(day, list(same)) for day, same in groupby(rows, lambda row: row.item.shift.local_date)]
    return CalendarInfo(
        week,
        zone_name(week),
        [(day, same) for day, same in by_day if all(row.is_past for row in same)],
        [(day, same) for day, same in by_day if not all(row.is_past for row in same)],
        len(standing),
        sum(row.missing == 0 for row in standing),
        sum(row.item.shift.seats for row in standing),
        sum(row.item.taken for row in standing),
        waits_in(page, week, rows),
    )


def waits_in(page: ShiftsPage, week: Week, rows: Sequence[ShiftRow]) -> Waits:
    """Find what waits for organizers; with who is due, the whole minutes for which they are."""
    if week.state != "open":
        return Waits([], [], [])
    now, by = page.act.now, settings.settings_of(page.session, week)
    return Waits(
        [
            (row, seat, (now - row.item.shift.starts_at) // timedelta(minutes=1))
            for row in rows
            for seat in attention.due(row.item, now)
        ],
        [(row, seat) for row in rows for seat in row.item.seats if seat.offer is not None and seat.offer.is_pending],
        [row for row in rows if attention.is_unconfirmed(row.item, by, now)],
    )


def row_of(item: ShiftItem, now: datetime) -> ShiftRow:
    """A shift as the calendar tells it at a moment."""
    shift, missing = item.shift, max(item.shift.needed - item.taken, 0)
    if item.is_cancelled:
        return ShiftRow(item, "cancelled", 0, now >= shift.ends_at)
    if now >= shift.ends_at:
        return ShiftRow(item, "over", missing, is_past=True)
    if now >= shift.starts_at:
        return ShiftRow(item, "now", missing)
    return ShiftRow(item, "open" if missing else "covered" if item.free else "full", missing)


@router.post("/edit", name="shifts_edit")
@takes_long
def edit_shifts(request: Request, act: OrganizerAct, week: str, form: FormState[ManyForm]) -> Response:
    """Change or cancel several shifts, all or none."""

    def save(session: Session, act: Act) -> Done:
        data = form.data
        if data.step == "cancel" and not data.reason:
            raise FormInvalid({"reason": "Say why they are cancelled. Everyone on them is told."})
        if data.step == "change" and data.changes == ShiftChanges():
            raise FormInvalid({}, "Nothing to change. Fill in what should be different.")
        found = weeks.lock(session, week, act.now)
        shifts.lock_all(session, found)  # in the order of everybody who locks several
        chosen = shift_choice.pick(shifts.of_week(session, found), data.shifts, data.days)
        for shift in chosen:
            _edit(session, found, shift, data, act)
        return Done("organizer_shifts", "changed", {"week": week, "made": str(len(chosen)), "kept": data.step})

    return submit(request, act, save, form=form, page=partial(shifts_page, slug=week))


def _edit(session: Session, week: Week, shift: Shift, data: ManyForm, act: Act) -> None:
    """Change or cancel one of several shifts. Raises a problem that names it."""
    try:
        if data.step == "cancel":
            editing.cancel(session, week.slug, shift.id, act, reason=data.reason)
        else:
            editing.edit(session, week.slug, shift.id, data.changes, shift.version, act, reason=data.reason or None)
    except ShiftRefused as problem:
        raise ShiftRefused(problem.code, f"{refusals.dated(shift)}: {problem.detail}") from None
    except Malformed as problem:
        raise Malformed(f"{refusals.dated(shift)}: {problem.detail}") from None


@router.get("/settings", name="shift_settings")
def shift_settings(request: Request, act: OrganizerAct, session: ReadSession, week: str) -> Response:
    """The form of how a week's shifts work."""
    return settings_page(Page(request, act, session), slug=week)


def settings_page(page: ShiftsPage, *, slug: str) -> Response:
    """The page of the settings. Raises WeekUnknown."""
    week = weeks.find(page.session, slug, page.act.now)
    current = settings.settings_of(page.session, week)
    form = page.form(SettingsForm, **_typed(current, week))
    return page.render(
        "organizer/shifts/settings.html", slug=week.slug, planned=week, zone=zone_name(week), form=form, current=current
    )


def _typed(current: ShiftSettings, week: Week) -> dict[str, str]:
    """The settings as the form begins with them."""
    values = settings.values_of(current)
    opens = current.opens_at.astimezone(week.zone) if current.opens_at else None
    return {
        "players": "teams" if current.needs_team else "anyone",
        "require_ready": "yes" if current.require_ready else "",
        "opens_day": opens.date().isoformat() if opens else "",
        "opens_time": f"{opens:%H:%M}" if opens else "",
        "leave_until_h": str(current.leave_until // timedelta(hours=1)),
        "completes": current.completes,
        "approve_covers": "yes" if current.approve_covers else "",
        "early_before": values["early_before"],
        "early_per_team": str(current.early_per_team or ""),
        "first_round": str(current.first_round or ""),
    }


@router.post("/settings", name="shift_settings_change")
def change_settings(request: Request, act: OrganizerAct, week: str, form: FormState[SettingsForm]) -> Response:
    """Change how a week's shifts work."""

    def save(session: Session, act: Act) -> Done:
        found = weeks.find(session, week, act.now)
        try:
            settings.change(session, found.slug, form.data.changes(found.zone), act)
        except Malformed as problem:
            raise _at_its_field(problem) from None
        return Done("organizer_shifts", "settings", {"week": week})

    return submit(request, act, save, form=form, page=partial(settings_page, slug=week))


def _at_its_field(problem: Malformed) -> Malformed:
    """The same sentences at this form's fields."""
    if isinstance(problem, FormInvalid):
        return problem
    errors: list[dict[str, Any]] = problem.extra.get("errors", [])
    here = {"opens_at": "opens_day"}
    return FormInvalid({here.get(str(each["field"]), str(each["field"])): str(each["message"]) for each in errors})
