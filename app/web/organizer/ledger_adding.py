"""`/organizer/weeks/{week}/ledger/new`: log an activity for somebody, or adjust a team's points."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import Problem, WeekNotOpen
from app.models.columns import is_id, new_id
from app.services.ledger import hand_logs, ledger, recording
from app.services.organizing import ledger_desk, people_search
from app.services.rules import rule_sets
from app.services.shifts import shifts
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.fields import MaxLength, needed
from app.web.http.forms import FormInvalid, FormState
from app.web.me.log import LogContext, LogForm, at_its_field, moment_logged, now_in, with_day
from app.web.organizer.ledger import LEDGER
from app.web.organizer.team_forms import AdjustmentForm
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

CHOOSE_PERSON = "Type the name or email of a person."
CHOOSE_TEAM = "Choose a team."
BY_SEAT = "Shifts aren’t logged by hand in this week. Add the person to the shift, and complete their seat."


class AddForm(LogForm):
    """One activity of somebody."""

    person: Annotated[str, MaxLength(people_search.LONGEST), needed(CHOOSE_PERSON, people_search.LONGEST)]


class PointsForm(AdjustmentForm):
    """Points for a team, or from it."""

    team: Annotated[str, needed(CHOOSE_TEAM, 40)]


@router.get(LEDGER + "/new")
def ledger_new(request: Request, act: OrganizerAct, session: ReadSession, week: str, person: str = "") -> Response:
    """The forms for another activity and for an adjustment."""
    return adding_page(Page(request, act, session), slug=week, person=person)


def adding_page(page: Page[SignedInAct], *, slug: str, person: str = "") -> Response:
    """The page of both forms. Raises WeekUnknown."""
    session = page.session
    context = _context(session, slug, page.act)
    week = context.week
    usual = {"id": new_id(), "week": week.slug, "person": person[:254], **now_in(context, page.act.now)}
    form = with_day(page.form(AddForm, **usual), week)
    return page.render(
        "organizer/ledger/new.html", shown=week, slug=week.slug, scene=context, form=form, zone=week.zone,
        kinds=[(kind, context.label(kind)) for kind in context.kinds], people=people_search.choices(session),
        points=page.form(PointsForm, "points", once=f"{new_id()}-desk"),
        teams=[(team.id, team.name) for team in teams.of_week(session, week)],
    )  # fmt: skip


def _context(session: Session, slug: str, act: SignedInAct) -> LogContext:
    week = weeks.find(session, slug, act.now)
    rules = rule_sets.rules_of(session, week)
    return LogContext(week, rules, rules, None, shifts.has_any(session, week))


@router.post(LEDGER, name="ledger_add")
def add_activity(request: Request, act: OrganizerAct, week: str, form: FormState[AddForm]) -> Response:
    """Log an activity for somebody."""
    return submit(request, act, partial(_add, week, form), form=form, page=partial(adding_page, slug=week))


def _add(slug: str, form: FormState[AddForm], session: Session, act: SignedInAct) -> Done:
    data, context = form.data, _context(session, slug, act)
    person = people_search.pick(session, data.person)
    if isinstance(person, str):
        raise FormInvalid({"person": person})
    at = moment_logged(data, context)
    key = f"{act.actor.person_id}-{data.id if is_id(data.id) else new_id()}"
    reading = hand_logs.read(data.kind, person.email, at, key, link=data.link, note=data.text)
    is_repeat = bool(reading.key and recording.known_ids(session, context.week, [reading.key]))
    if data.kind not in context.kinds and not is_repeat:
        raise FormInvalid({"kind": BY_SEAT})
    try:
        added = ledger_desk.add(session, context.week.slug, person, reading, act)
    except WeekNotOpen:
        raise
    except Problem as problem:
        raise at_its_field(problem) from None
    flash = "before" if added.repeated else "added"
    return Done("organizer_activity", flash, {"week": context.week.slug, "activity_id": added.id})


@router.post(LEDGER + "/adjustment", name="ledger_adjust")
def adjust_points(request: Request, act: OrganizerAct, week: str, form: FormState[PointsForm]) -> Response:
    """Give a team points or take some, for a reason."""

    def change(session: Session, act: SignedInAct) -> Done:
        data, slug = form.data, weeks.find(session, week, act.now).slug
        adjusted = ledger.adjust(
            session, slug, act, team_id=data.team, points=data.points, reason=data.reason, external_id=data.once
        )
        return Done("organizer_activity", "adjusted", {"week": slug, "activity_id": adjusted.id})

    return submit(request, act, change, form=form.keyed("points"), page=partial(adding_page, slug=week))
