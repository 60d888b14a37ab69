"""The rehearsal of a week: begun, its clock moved on, and thrown away by organizers."""

from datetime import datetime
from functools import partial
from typing import Literal

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import Malformed
from app.models import Week
from app.services.rehearsals import ending, rehearsals
from app.services.teams import teams
from app.services.weeks import schedule, weeks
from app.services.weeks.rehearsing import real_slug
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.forms import Form, FormState
from app.web.organizer.week_forms import A_TIME, LocalTime
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/rehearsal", route_class=DatabaseRoute)

DONE = {
    "begun": "The rehearsal is on. Look around, then move its clock.",
    "moved": "Clock moved, and everything until then played.",
    "thrown-away": "Thrown away. What’s left of it: in the audit, that it began, moved and ended.",
}


class ClockForm(Form):
    """A step of a rehearsal's clock: an hour, to the next morning, or to a local time."""

    to: Literal["hour", "morning", "time"] = "time"
    at: LocalTime = None

    def moment(self, week: Week, now: datetime) -> datetime:
        """The moment it is to show then, in UTC. Raises Malformed."""
        if self.to == "hour":
            return now + rehearsals.HOUR
        if self.to == "morning":
            return rehearsals.next_morning(week, now)
        if self.at is None:
            raise Malformed.at(at=A_TIME)
        return schedule.moment_of(self.at, week.zone)


@router.get("")
def organizer_rehearsal(
    request: Request, act: OrganizerAct, session: ReadSession, week: str, done: str = ""
) -> Response:
    """The rehearsal of a week, or how to begin one."""
    return rehearsal_page(Page(request, act, session, flash=DONE.get(done, "")), slug=week)


def rehearsal_page(page: Page[SignedInAct], *, slug: str) -> Response:
    """The page of a week's rehearsal. Raises WeekUnknown."""
    week = weeks.find(page.session, real_slug(slug), page.act.now)
    found = rehearsals.of_week(page.session, week)
    at = f"{found.now.astimezone(week.zone):%Y-%m-%dT%H:%M}" if found else ""
    return page.render(
        "organizer/rehearsal.html", slug=week.slug, real=week, found=found, zone=week.zone,
        has_members=any(teams.members(page.session, week).values()),
        clock=page.form(ClockForm, at=at), is_last=found is not None and found.now >= rehearsals.last_moment(week),
    )  # fmt: skip


@router.post("", name="rehearsal_begin")
@takes_long
def begin_rehearsal(request: Request, act: OrganizerAct, week: str) -> Response:
    """Copy the week with stand-ins, and play its first morning."""

    def begin(session: Session, act: SignedInAct) -> Done:
        rehearsals.begin(session, week, act)
        return Done("organizer_rehearsal", "begun", {"week": week})

    return submit(request, act, begin, page=partial(rehearsal_page, slug=week))


@router.post("/clock", name="rehearsal_move")
@takes_long
def move_rehearsal(request: Request, act: OrganizerAct, week: str, form: FormState[ClockForm]) -> Response:
    """Move the clock on, and play what happens until then."""

    def move(session: Session, act: SignedInAct) -> Done:
        source = weeks.find(session, week, act.now)
        rehearsal = rehearsals.require(session, source)
        rehearsals.move(session, week, form.data.moment(source, rehearsal.now), act)
        return Done("organizer_rehearsal", "moved", {"week": week})

    return submit(request, act, move, form=form, page=partial(rehearsal_page, slug=week))


@router.post("/end", name="rehearsal_end")
@takes_long
def end_rehearsal(request: Request, act: OrganizerAct, week: str) -> Response:
    """Delete the rehearsal with everything in it."""

    def end(session: Session, act: SignedInAct) -> Done:
        ending.throw_away(session, week, act)
        return Done("organizer_rehearsal", "thrown-away", {"week": week})

    return submit(request, act, end, page=partial(rehearsal_page, slug=week))
