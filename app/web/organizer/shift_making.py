"""`/organizer/weeks/{week}/shifts/new`: shifts from a pattern, with a preview, one by one, and from a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import groupby

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.domain.calendar.slots import slot
from app.errors import Problem
from app.models import Shift
from app.services.imports import doors, shift_import
from app.services.shifts import patterns, settings, shifts
from app.services.shifts.shifts import Generated
from app.services.weeks import weeks
from app.web.deps import AppDatabase, OrganizerAct, ReadSession
from app.web.http import csrf, redirects
from app.web.http.forms import FormState
from app.web.organizer.import_form import ImportForm, mistakes, unpacked
from app.web.organizer.page import zone_name
from app.web.organizer.shift_forms import OWN, WEEKDAYS, PatternForm, ShiftForm, ready_choices
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Done, Page, refuse, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/shifts", route_class=DatabaseRoute)

MakingPage = Page[SignedInAct]


@dataclass(frozen=True, slots=True)
class Preview:
    """The shifts that a form would make, as it was sent; `drops_teams` where the week would do without teams."""

    form: FormState[PatternForm]
    made: Generated
    drops_teams: bool

    @property
    def days(self) -> list[tuple[date, list[Shift]]]:
        """The shifts by day."""
        return [(day, list(same)) for day, same in groupby(self.made.shifts, lambda shift: shift.local_date)]

    @property
    def fields(self) -> Iterator[tuple[str, str]]:
        """The names and values that make just these shifts."""
        for name, value in self.form.typed.items():
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str) and name != "step":
                    yield name, each


@router.get("/new")
def organizer_shifts_new(request: Request, act: OrganizerAct, session: ReadSession, week: str) -> Response:
    """The ways to make shifts."""
    return making_page(Page(request, act, session), slug=week)


def making_page(page: MakingPage, *, slug: str) -> Response:
    """The page on which shifts are made, with a preview that was just asked for. Raises WeekUnknown."""
    week = weeks.find(page.session, slug, page.act.now)
    days = {"first": week.starts.isoformat(), "last": week.ends.isoformat()}
    usual = {"seats": "3", "needed": "1"}
    preview: Preview | None = page.shown_once
    pattern = preview.form if preview is not None else page.form(PatternForm, "pattern", **days, **usual)
    return page.render(
        "organizer/shifts/new.html", slug=week.slug, planned=week, zone=zone_name(week), preview=preview,
        pattern=pattern, one=page.form(ShiftForm, "one", date=days["first"], start="06:00", until="08:00", **usual),
        table=page.form(ImportForm), choices=ready_choices(), weekdays=WEEKDAYS, mistakes=mistakes(page.problem),
        columns=shift_import.COLUMNS,
    )  # fmt: skip


@router.post("/generate", name="shifts_generate")
@takes_long
def generate(request: Request, act: OrganizerAct, week: str, form: FormState[PatternForm]) -> Response:
    """Make the shifts of a pattern, or show what it would make."""

    def make(session: Session, act: Act) -> Done:
        is_preview = form.data.step == "preview"
        drops_teams = _drops_teams(session, week, form.data, act)
        made = _generate(session, week, form.data, act, dry_run=is_preview)
        if is_preview:
            return Done(shown_once=Preview(form.keyed("pattern"), made, drops_teams))
        return _made(week, made.created, made.unchanged)

    return submit(request, act, make, form=form.keyed("pattern"), page=partial(making_page, slug=week))


def _generate(session: Session, slug: str, data: PatternForm, act: Act, *, dry_run: bool) -> Generated:
    days = (data.first, data.last)
    if data.pattern == OWN:
        return shifts.generate(session, slug, data.own, *days, data.fields, act, dry_run=dry_run)
    return patterns.generate_ready(
        session, slug, data.pattern, *days, data.fields, act, rest=data.rest, dry_run=dry_run
    )


def _drops_teams(session: Session, slug: str, data: PatternForm, act: Act) -> bool:
    week = weeks.find(session, slug, act.now)
    is_for_everyone = data.pattern == patterns.WEDNESDAY and not patterns.has_teams_or_shifts(session, week)
    return is_for_everyone and settings.settings_of(session, week).needs_team


def _made(slug: str, created: int, unchanged: int) -> Done:
    if not created:
        return Done("organizer_shifts", "nothing", {"week": slug})
    return Done("organizer_shifts", "made", {"week": slug, "made": str(created), "kept": str(unchanged)})


@router.post("", name="shift_create")
def add_shift(request: Request, act: OrganizerAct, week: str, form: FormState[ShiftForm]) -> Response:
    """Make one shift."""

    def make(session: Session, act: Act) -> Done:
        data, found = form.data, weeks.find(session, week, act.now)
        shifts.create(session, found.slug, slot(data.date, data.start, data.until, found.zone), data.fields, act)
        return Done("organizer_shifts", "added", {"week": week})

    return submit(request, act, make, form=form.keyed("one"), page=partial(making_page, slug=week))


@router.post("/import", name="shifts_import", max_body_size=csrf.MAX_LIST_BYTES)
@takes_long
def import_shifts(
    request: Request, act: OrganizerAct, database: AppDatabase, week: str, form: FormState[ImportForm]
) -> Response:
    """Take over a table of shifts, all or nothing; every bad line is named."""
    sent = unpacked(form)
    try:
        counts = doors.run(database, "shifts", week, form.data.content, None, act)
    except Problem as problem:
        return refuse(request, act, problem, page=partial(making_page, slug=week), form=sent)
    done = _made(week, counts["created"], counts["unchanged"])
    return redirects.see(done.route, done=done.flash, **done.parts)
