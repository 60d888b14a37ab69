"""`/organizer/forecast`: how many customers will write, and one click that turns it into people on shifts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.domain.calendar.days import ONE_DAY, first_moment, local_day, zone_or_utc
from app.domain.forecast.intervals import CHANNELS, Channel
from app.domain.rounding import plain, whole
from app.errors import Malformed, WeekUnknown
from app.models import ForecastDay, Week
from app.services.exports import csv_text
from app.services.forecasts import contact_lists, days, forecasts, plans, staffing
from app.services.forecasts.forecasts import Forecast, Wanted
from app.services.forecasts.plans import Answering
from app.services.forecasts.staffing import ShiftNeed
from app.services.weeks import weeks
from app.web.deps import AppDatabase, OrganizerAct, ReadSession
from app.web.http import csrf
from app.web.http.forms import FormState
from app.web.organizer import forecast_view
from app.web.organizer.forecast_forms import (
    AnsweringForm,
    ContactsForm,
    DayForm,
    UnmarkForm,
    channel_typed,
    typed,
    usual,
)
from app.web.organizer.forecast_view import DayRow
from app.web.organizer.import_form import mistakes, unpacked
from app.web.organizer.page import Tidied, day_typed, zone_name
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/forecast", route_class=DatabaseRoute)

Typed = Annotated[Tidied, Query()]
SHOWN_DAYS = 7
TITLES: dict[Channel, str] = {"email": "Email", "chat": "Chat", "phone": "Phone"}
COLUMNS = ("starts_at", "minutes", "channel", "contacts", "low", "high", "weeks", "people", "note")


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of the page: a channel, a week by its slug, the first day to show, and figures that somebody tries."""

    channel: Channel = "email"
    week: str = ""
    first: str = ""
    handling: str = ""
    within: str = ""
    shrinkage: str = ""
    target: str = ""
    at_once: str = ""

    @property
    def place(self) -> dict[str, str]:
        """The query that leads back to the same channel and week."""
        return {"channel": self.channel} | ({"week": self.week} if self.week else {})

    @property
    def tried(self) -> dict[str, str]:
        """The figures that were typed."""
        names = ("handling", "within", "shrinkage", "target", "at_once")
        return {name: text for name in names if (text := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class ForecastInfo:
    """The context of the page; `chosen` is the slug of a week that somebody asked for, else empty."""

    week: Week | None
    chosen: str
    choices: list[tuple[str, str]]
    zone: str
    channel: Channel
    first: date
    days: list[DayRow]
    good: list[str]
    missing: list[str]
    marked: list[ForecastDay]
    needs: list[ShiftNeed]
    sentences: list[str]
    is_tried: bool

    @property
    def changed(self) -> int:
        """The number of shifts that would be set otherwise."""
        return sum(need.is_changed for need in self.needs)

    @property
    def is_known(self) -> bool:
        """True where the forecast says anything of a shift."""
        return any(need.channels for need in self.needs)


@router.get("")
@takes_long
def organizer_forecast(
    request: Request, act: OrganizerAct, session: ReadSession, channel: Typed = "", week: Typed = "", first: Typed = "",
    handling: Typed = "", within: Typed = "", shrinkage: Typed = "", target: Typed = "", at_once: Typed = "",
    done: str = "", changed: str = "",
) -> Response:  # fmt: skip
    """The forecast of a channel, and what the week's shifts need."""
    asked = Asked(channel_typed(channel), week, first, handling, within, shrinkage, target, at_once)
    return forecast_page(Page(request, act, session, flash=_flash(done, changed)), asked=asked)


def _flash(done: str, changed: str) -> str:
    number = int(changed) if changed.isascii() and changed.isdigit() and len(changed) < 10 else 0
    intervals = f"{number:,} interval{'' if number == 1 else 's'}"
    return {
        "imported": f"Imported {intervals}." if number else "All of that was known. Nothing has changed.",
        "marked": "Day marked.",
        "unmarked": "Mark removed.",
        "saved": "Saved.",
        "set": f"Set {number:,} shift{'' if number == 1 else 's'} to the forecast." if number else "Nothing to change.",
    }.get(done, "")


def forecast_page(page: Page[SignedInAct], *, asked: Asked) -> Response:
    """The page of a channel's forecast; of a week long over, what could be said before it. Raises WeekUnknown."""
    session, now = page.session, page.act.now
    week = _week(session, asked.week, now)
    zone = week.zone if week else zone_or_utc("UTC")
    first = day_typed(asked.first) or _first(week, local_day(now, zone))
    found = _shown(session, asked.channel, zone, first, now)
    if week is not None and not asked.first and first > week.ends and not forecast_view.day_rows(found):
        first = week.starts
        found = _shown(session, asked.channel, zone, first, now)
    saved = plans.saved(session)
    form, answering = _answering(page, asked, usual(asked.channel, saved))
    needs = staffing.needs_of(session, week, {**saved, asked.channel: answering}, now) if week else []
    told = ForecastInfo(
        week, asked.week, _choices(session, week), zone_name(week), asked.channel, first,
        forecast_view.day_rows(found), forecast_view.how_good(found),
        forecast_view.what_is_missing(found), list(days.every(session)), needs,
        forecast_view.sentences_of(needs, asked.channel, answering), bool(asked.tried),
    )  # fmt: skip
    return page.render(
        "organizer/forecast/index.html", told=told, titles=TITLES, channels=CHANNELS, form=form,
        figures=typed(asked.channel, answering), send=page.form(ContactsForm), day=page.form(DayForm, "mark"),
        mistakes=mistakes(page.problem), columns=contact_lists.LAYOUT.names, whole=whole,
    )  # fmt: skip


def _week(session: Session, slug: str, now: datetime) -> Week | None:
    """The week of this slug, else the one at hand. Raises WeekUnknown, for a rehearsal too."""
    if not slug:
        return weeks.default_week(session, now)
    week = weeks.find(session, slug, now)
    if week.rehearsal_of is not None:
        raise WeekUnknown(slug)
    return week


def _choices(session: Session, shown: Week | None) -> list[tuple[str, str]]:
    """The weeks whose shifts can be planned, and the one that is shown."""
    return [(week.slug, week.name) for week in weeks.every(session) if week.state != "closed" or week == shown]


def _shown(session: Session, channel: Channel, zone: ZoneInfo, first: date, now: datetime) -> Forecast:
    """Seven days in intervals of two hours."""
    span = first_moment(first, zone), first_moment(first + SHOWN_DAYS * ONE_DAY, zone)
    return forecasts.forecast(session, Wanted(channel, 120, zone, *span), now)


def _first(week: Week | None, today: date) -> date:
    return max(today, week.starts) if week is not None and today <= week.ends else today


def _answering(
    page: Page[SignedInAct], asked: Asked, begins: Answering
) -> tuple[FormState[AnsweringForm], Answering]:  # fmt: skip
    """The form of figures, and those to reckon with: as tried where they can be read."""
    form = page.form(AnsweringForm, "plan", **{**typed(asked.channel, begins), **asked.tried})
    try:
        return form, form.data.answering
    except Malformed as problem:
        return form.refused(problem), begins


@router.get("/export", name="forecast_export")
def export_forecast(
    act: OrganizerAct, session: ReadSession, channel: Typed = "", week: Typed = "", first: Typed = ""
) -> Response:
    """The forecast of seven days by the half hour as a CSV."""
    found_week = _week(session, week, act.now)
    zone = found_week.zone if found_week else zone_or_utc("UTC")
    begins = day_typed(first) or _first(found_week, local_day(act.now, zone))
    span = first_moment(begins, zone), first_moment(begins + timedelta(days=SHOWN_DAYS), zone)
    found = forecasts.forecast(session, Wanted(channel_typed(channel), 30, zone, *span), act.now)
    headers = {"Content-Disposition": f'attachment; filename="forecast-{found.wanted.channel}-{begins}.csv"'}
    text = csv_text.text([COLUMNS, *_lines(found)])
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _lines(found: Forecast) -> list[tuple[object, ...]]:
    return [
        (
            item.interval.starts_at, item.interval.minutes, found.wanted.channel,
            None if item.estimate.contacts is None else plain(item.estimate.contacts), item.estimate.low,
            item.estimate.high, item.estimate.weeks, item.people, item.note,
        )
        for item in found.items
    ]  # fmt: skip


@router.post("/contacts", name="contacts_import", max_body_size=csrf.MAX_LIST_BYTES)
@takes_long
def import_contacts(
    request: Request, act: OrganizerAct, database: AppDatabase, form: FormState[ContactsForm]
) -> Response:
    """Import contacts, all or nothing."""
    asked = _same_page(form)

    def put(session: Session, act: Act) -> Done:
        week = _week(session, asked.week, act.now)
        read = contact_lists.read(form.data.content, week.zone if week else zone_or_utc("UTC"))
        outcome = contact_lists.apply(session, read, act)
        values = {"changed": str(outcome.added + outcome.changed), **asked.place}
        return Done("organizer_forecast", "imported", values)

    return submit(request, act, put, form=unpacked(form), page=partial(forecast_page, asked=asked))


@router.post("/days", name="forecast_day_mark")
def mark_day(request: Request, act: OrganizerAct, form: FormState[DayForm]) -> Response:
    """Mark a day as a holiday or as not normal."""

    def mark(session: Session, act: Act) -> Done:
        days.mark(session, form.data.day, form.data.kind, form.data.name, act)
        return Done("organizer_forecast", "marked", _same_page(form).place)

    return submit(request, act, mark, form=form.keyed("mark"), page=partial(forecast_page, asked=_same_page(form)))


@router.post("/days/remove", name="forecast_day_unmark")
def unmark_day(request: Request, act: OrganizerAct, form: FormState[UnmarkForm]) -> Response:
    """Take the mark of a day away."""

    def unmark(session: Session, act: Act) -> Done:
        days.unmark(session, form.data.day, act)
        return Done("organizer_forecast", "unmarked", _same_page(form).place)

    return submit(request, act, unmark, form=form, page=partial(forecast_page, asked=_same_page(form)))


@router.post("/plan", name="forecast_plan")
@takes_long
def save_plan(request: Request, act: OrganizerAct, database: AppDatabase, form: FormState[AnsweringForm]) -> Response:
    """Save how a channel is answered; if asked for, set the week's shifts to what follows from it."""
    sent = form.keyed("plan")
    slug, people = _people(database, act, form) if form.typed.get("step") == "set" else ("", {})

    def save(session: Session, act: Act) -> Done:
        data = sent.data
        plans.save(session, data.channel, data.answering, act)
        if not slug:
            return Done("organizer_forecast", "saved", _same_page(form).place)
        changed = staffing.apply(session, slug, people, act)
        return Done("shift_coverage", "planned", {"week": slug, "asked": str(changed)})

    return submit(request, act, save, form=sent, page=partial(forecast_page, asked=_same_page(form)))


def _same_page(form: FormState[Any]) -> Asked:
    """The page of the channel and week that a form was sent from."""
    return Asked(channel_typed(str(form.typed.get("channel", ""))), str(form.typed.get("week", "")))


def _people(database: AppDatabase, act: SignedInAct, form: FormState[AnsweringForm]) -> tuple[str, dict[str, int]]:
    """The people of each shift that is to change, simulated before anybody is kept waiting; none for bad figures."""
    try:
        data = form.data
        answering = data.answering
    except Malformed:
        return "", {}
    with database.reading() as session:
        week = _week(session, data.week, act.now)
        if week is None:
            return "", {}
        needs = staffing.needs_of(session, week, {**plans.saved(session), data.channel: answering}, act.now)
        return week.slug, {need.shift.id: need.people for need in needs if need.channels}
