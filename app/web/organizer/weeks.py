"""Organizers and their weeks: make one by hand, take it through its life, hand out what belongs to it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.domain.calendar.days import zone_names
from app.domain.wording import duration
from app.errors import Malformed
from app.models import ScheduledChange, Week, WeekEvent
from app.services import lifecycle
from app.services.audit import audit
from app.services.operations import secrets
from app.services.organizing import closing, dashboard, week_admin, week_copying
from app.services.organizing.closing import Unresolved
from app.services.shifts import settings as shift_settings
from app.services.teams import teams
from app.services.weeks import schedule, weeks
from app.services.weeks.schedule import Action, Planned
from app.web.deps import AppClock, AppKey, AppSettings, OrganizerAct, ReadSession
from app.web.http.addresses import url_for
from app.web.http.client import base_of
from app.web.http.forms import FormState
from app.web.organizer.week_forms import ReopenForm, ScheduleForm, WeekCopyForm, WeekEditForm, WeekForm
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks", route_class=DatabaseRoute)

DONE = {
    "changed": "Changed.",
    "unchanged": "Nothing to change.",
    "removed": "Draft deleted.",
    "copied": "Copied as a draft. Check its days and teams, then open it.",
    "created": "Created as a draft. Next: add teams.",
    "created-anyone": "Created as a draft. Next: add shifts.",
    "started": "Created and open. Next: add teams.",
    "started-anyone": "Created and open. Next: add shifts.",
    "opened": "The week is open.",
    "reopened": "The week is open again, under the active rules.",
    "closed": "The week is closed. See the summary.",
    "frozen": "Board frozen. You still see the live board.",
    "revealed": "Board revealed.",
    "archived": "Archived. The list of weeks and the hall of fame leave it out.",
    "unarchived": "Unarchived. The list of weeks has it again.",
    "planned": "Planned. You can change or remove it until it happens.",
    "unplanned": "Removed. It won’t happen by itself.",
}
GRACES = (0, 30, 60, 120, 240, 720, 1_440, 2_880)
"""Minutes of grace to choose from: until the last report of a shift, of a day, of a weekend."""
OrganizerPage = Page[SignedInAct]


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A week in the list."""

    week: Week
    teams: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class WeekInfo:
    """A week's own page: what there is to know. `is_early` says that the days of an open one are not over."""

    week: Week
    is_current: bool
    teams: int
    people: int
    history: list[WeekEvent]
    unresolved: Unresolved | None
    planned: Planned
    is_early: bool


@router.get("")
def organizer_weeks(request: Request, act: OrganizerAct, session: ReadSession, done: str = "") -> Response:
    """The weeks there are, and the form for another one."""
    return week_list(Page(request, act, session, flash=DONE.get(done, "")))


def week_list(page: OrganizerPage) -> Response:
    """The list of weeks; the form begins with the time zone used last."""
    every, team_counts = weeks.every(page.session), teams.count_by_week(page.session)
    current = weeks.pick_current(every, page.act.now)
    rows = [WeekRow(week, team_counts.get(week.id, 0), week is current) for week in every]
    form = page.form(WeekForm, timezone=rows[0].week.timezone if rows else "")
    return page.render("organizer/weeks.html", form=form, weeks=rows, zones=sorted(zone_names()))


@router.post("", name="week_create")
def create_week(request: Request, act: OrganizerAct, form: FormState[WeekForm]) -> Response:
    """Create a week, as a draft or open at once."""
    return submit(request, act, lambda session, act: _create(session, act, form.data), form=form, page=week_list)


def _create(session: Session, act: Act, data: WeekForm) -> Done:
    week = weeks.create(
        session, act, slug=data.slug, name=data.name, timezone=data.timezone, starts=data.starts, ends=data.ends
    )
    who = "-anyone" if data.players == "anyone" else ""
    if who:
        shift_settings.change(session, week.slug, {"needs_team": False}, act)
    if data.begin == "draft":
        return Done("organizer_week", f"created{who}", {"week": week.slug})
    lifecycle.open_week(session, week.slug, act)
    return Done("organizer_week", f"started{who}", {"week": week.slug})


@router.get("/{week}")
def organizer_week(request: Request, act: OrganizerAct, session: ReadSession, week: str, done: str = "") -> Response:
    """A week with everything that can be done to it."""
    return week_page(Page(request, act, session, flash=DONE.get(done, "")), slug=week)


def week_page(page: OrganizerPage, *, slug: str) -> Response:
    """A week's page. Raises WeekUnknown."""
    session, now = page.session, page.act.now
    week = weeks.find(session, slug, now)
    current = weeks.pick_current(weeks.every(session), now)
    info = WeekInfo(
        week,
        current is not None and current.id == week.id,
        len(teams.of_week(session, week)),
        sum(len(members) for members in teams.members(session, week).values()),
        weeks.history(session, week),
        closing.unresolved(session, week, now) if week.state == "open" else None,
        schedule.planned(session, week.id),
        dashboard.phase_of(week, now) in {"ahead", "running"},
    )
    edit = page.form(
        WeekEditForm, name=week.name, timezone=week.timezone, starts=week.starts, ends=week.ends, sla=week.sla,
        customers="" if week.customers is None else week.customers,
    )  # fmt: skip
    return page.render(
        "organizer/week.html", told=info, slug=week.slug, zone=week.zone, reopen=page.form(ReopenForm),
        edit=edit.having(shown=week_admin.mark_of(week)),
        copy=page.form(WeekCopyForm, "copy", starts=week_copying.next_start(week, page.act)),
        zones=sorted(zone_names()), link=page.shown_once or "", plans=plan_forms(page, week, info.planned),
        graces=graces(info.planned.get("close")),
    )  # fmt: skip


def plan_forms(page: OrganizerPage, week: Week, planned: Planned) -> dict[Action, FormState[ScheduleForm]]:
    """The forms of what can be planned of a week now, or is; each begins with the time that is set."""
    can = {"open": week.state == "draft", "freeze": week.state != "closed" and week.frozen_at is None}
    forms = {}
    for action in schedule.ACTIONS:
        row = planned.get(action)
        if row is not None or can.get(action, week.state != "closed"):
            at = f"{row.at.astimezone(week.zone):%Y-%m-%dT%H:%M}" if row else ""
            typed = {"at": at, "grace_minutes": str(row.grace_minutes if row else 0), "seen": row.id if row else ""}
            forms[action] = page.form(ScheduleForm, action, **typed)
    return forms


def graces(closing: ScheduledChange | None) -> dict[str, str]:
    """The graces to choose from, in minutes and words; one that is set otherwise is among them."""
    minutes = sorted({*GRACES, closing.grace_minutes if closing else 0})
    return {str(each): duration(each * 60) if each else "None" for each in minutes}


def _change(
    request: Request,
    act: SignedInAct,
    slug: str,
    change: Callable[[Session, str, Act], object],
    done: str,
    form: FormState[ReopenForm] | None = None,
) -> Response:
    """Do one thing to a week; where it is refused, the page says why."""

    def save(session: Session, act: Act) -> Done:
        change(session, slug, act)
        return Done("organizer_week", done, {"week": slug})

    return submit(request, act, save, form=form, page=partial(week_page, slug=slug))


@router.post("/{week}/open", name="week_open")
@takes_long
def open_week(request: Request, act: OrganizerAct, week: str) -> Response:
    """Open a draft."""
    return _change(request, act, week, _open_draft, "opened")


def _open_draft(session: Session, slug: str, act: Act) -> None:
    if weeks.find(session, slug, act.now).state == "closed":
        raise Malformed("This week was closed. Enter a reason below to reopen it.")
    lifecycle.open_week(session, slug, act)


@router.post("/{week}/reopen", name="week_reopen")
@takes_long
def reopen_week(request: Request, act: OrganizerAct, week: str, form: FormState[ReopenForm]) -> Response:
    """Open a closed week again, for a reason."""

    def reopen(session: Session, slug: str, act: Act) -> None:
        lifecycle.open_week(session, slug, act, reason=form.data.reason)

    return _change(request, act, week, reopen, "reopened", form)


@router.post("/{week}/close", name="week_close")
@takes_long
def close_week(request: Request, act: OrganizerAct, week: str) -> Response:
    """Close an open week."""
    return _change(request, act, week, lifecycle.close, "closed")


@router.post("/{week}/freeze", name="week_freeze")
@takes_long
def freeze_week(request: Request, act: OrganizerAct, week: str) -> Response:
    """Keep everybody on the board of this moment."""
    return _change(request, act, week, lifecycle.freeze, "frozen")


@router.post("/{week}/reveal", name="week_reveal")
@takes_long
def reveal_week(request: Request, act: OrganizerAct, week: str) -> Response:
    """Show everybody the board as it stands."""
    return _change(request, act, week, lifecycle.reveal, "revealed")


@router.post("/{week}/archive", name="week_archive")
def archive_week(request: Request, act: OrganizerAct, week: str) -> Response:
    """Leave a closed week out of lists, for everyone but organizers."""
    return _change(request, act, week, lifecycle.archive, "archived")


@router.post("/{week}/unarchive", name="week_unarchive")
def unarchive_week(request: Request, act: OrganizerAct, week: str) -> Response:
    """Have a week in lists again."""
    return _change(request, act, week, lifecycle.unarchive, "unarchived")


@router.post("/{week}/presenter", name="presenter_link_create")
def make_presenter_link(
    request: Request, act: OrganizerAct, key: AppKey, settings: AppSettings, clock: AppClock, week: str
) -> Response:
    """The link that drives the ceremony for a day, shown once."""

    def make(session: Session, act: Act) -> Done:
        found = weeks.find(session, week, act.now)
        audit.note(session, "presenter-link.made", weeks.audit_target(found), act)
        address = url_for("ceremony", week=found.slug, key=secrets.presenter_key(key, found.slug, clock.real()))
        return Done(shown_once=base_of(request, settings) + address)

    return submit(request, act, make, page=partial(week_page, slug=week))
