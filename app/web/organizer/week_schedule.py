"""The schedule of a week: its opening, freeze and closing planned, changed and removed by organizers."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import Conflict, Malformed
from app.services.weeks import schedule, weeks
from app.services.weeks.schedule import Slot
from app.web.deps import OrganizerAct
from app.web.http.forms import FormInvalid, FormState
from app.web.organizer.week_forms import ScheduleForm
from app.web.organizer.weeks import week_page
from app.web.routes import DatabaseRoute
from app.web.submit import Done, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/schedule", route_class=DatabaseRoute)


@router.post("", name="week_schedule")
def schedule_week(request: Request, act: OrganizerAct, week: str, form: FormState[ScheduleForm]) -> Response:
    """Plan a change of a week at a local time, or plan it anew."""

    def plan(session: Session, act: SignedInAct) -> Done:
        data = form.data
        week_zone = weeks.find(session, week, act.now).zone
        with _at_its_field():
            at = schedule.moment_of(data.time, week_zone)
            slot = Slot(at, data.grace_minutes if data.action == "close" else 0)
            schedule.change(session, week, {data.action: slot}, act, seen=data.seen)
        return Done("organizer_week", "planned", {"week": week})

    return submit(request, act, plan, form=_keyed(form), page=partial(week_page, slug=week))


@router.post("/remove", name="week_unschedule")
def unschedule_week(request: Request, act: OrganizerAct, week: str, form: FormState[ScheduleForm]) -> Response:
    """Plan a change of a week no longer."""

    def drop(session: Session, act: SignedInAct) -> Done:
        schedule.change(session, week, {form.data.action: None}, act, seen=form.data.seen)
        return Done("organizer_week", "unplanned", {"week": week})

    return submit(request, act, drop, page=partial(week_page, slug=week))


@contextmanager
def _at_its_field() -> Iterator[None]:
    """Name the field of the time for what is wrong with it."""
    try:
        yield
    except (Malformed, Conflict) as problem:
        if isinstance(problem, FormInvalid) or (isinstance(problem, Conflict) and not problem.extra):
            raise
        fields = {each["field"] for each in problem.extra.get("errors", ())}
        name = "grace_minutes" if "grace_minutes" in fields else "at"
        raise type(problem).at(**{name: problem.detail}) from None


def _keyed(form: FormState[ScheduleForm]) -> FormState[ScheduleForm]:
    return form.keyed(str(form.typed.get("action", "")))
