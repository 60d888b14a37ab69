"""A week mended by organizers: another name, time zone or days, a copy, and a draft deleted."""

from functools import partial

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.services.organizing import week_admin, week_copying
from app.services.organizing.week_admin import WeekFields
from app.services.weeks import weeks
from app.web.deps import OrganizerAct
from app.web.http.forms import FormState
from app.web.organizer.week_forms import WeekCopyForm, WeekEditForm
from app.web.organizer.weeks import week_page
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Done, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}", route_class=DatabaseRoute)


@router.post("/edit", name="week_edit")
@takes_long
def edit_week(request: Request, act: OrganizerAct, week: str, form: FormState[WeekEditForm]) -> Response:
    """Change a week's name, time zone, days, promise or customers."""

    def edit(session: Session, act: SignedInAct) -> Done:
        data = form.data
        there = weeks.find(session, week, act.now)
        # A form that leaves a field out, as one from before an upgrade does, leaves it as it is.
        sla = data.sla if "sla" in data.model_fields_set else there.sla
        customers = data.customers if "customers" in data.model_fields_set else there.customers
        wanted = WeekFields(data.name, data.timezone, data.starts, data.ends, sla, customers)
        changed = week_admin.edit(session, week, wanted, act, shown=data.shown)
        return Done("organizer_week", "changed" if changed else "unchanged", {"week": week})

    return submit(request, act, edit, form=form, page=partial(week_page, slug=week))


@router.post("/copy", name="week_copy")
@takes_long
def copy_week(request: Request, act: OrganizerAct, week: str, form: FormState[WeekCopyForm]) -> Response:
    """Make a draft like a week, on other days."""

    def copy(session: Session, act: SignedInAct) -> Done:
        data = form.data
        copied = week_copying.copy(
            session, week, data.slug, act, name=data.name, starts=data.starts, with_people=data.people == "yes"
        )
        return Done("organizer_week", "copied", {"week": copied.week.slug})

    return submit(request, act, copy, form=form.keyed("copy"), page=partial(week_page, slug=week))


@router.post("/remove", name="week_remove")
def remove_week(request: Request, act: OrganizerAct, week: str) -> Response:
    """Delete a draft."""

    def remove(session: Session, act: SignedInAct) -> Done:
        week_admin.remove_draft(session, week, act)
        return Done("organizer_weeks", "removed")

    return submit(request, act, remove, page=partial(week_page, slug=week))
