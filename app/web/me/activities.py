"""My activities: all of a week's, and one of them."""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.text.direction import isolated
from app.services.access import accounts
from app.services.ledger import hand_logs, my_week
from app.services.ledger.my_week import OwnActivity
from app.services.rules import rule_sets
from app.services.shifts import settings
from app.services.weeks import weeks
from app.web.deps import MemberAct, ReadSession
from app.web.http.render import signed
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

PER_PAGE = 25  # a day's work of a busy person, on two screens of a phone
DONE = {
    "before": "Already logged. Here it is.",
    "undone": "Undone. It earns no points.",
}

router = APIRouter(route_class=DatabaseRoute)


@router.get("/me/activities")
def my_activities(
    request: Request,
    act: MemberAct,
    session: ReadSession,
    week: Annotated[str, Query()] = "",
    cursor: Annotated[str | None, Query()] = None,
) -> Response:
    """List my activities in a week (the current one, unless another is asked for), the newest first."""
    page, actor = Page(request, act, session), act.actor
    shown = weeks.find(session, week, act.now) if week else my_week.week_to_play(session, act.now)
    if shown is None:
        return page.render("me/no_week.html", section="activities")
    view = weeks.view(shown, actor)
    return page.render(
        "me/activities.html", section="activities", week=shown.slug, shown=shown, is_first=cursor is None,
        found=my_week.page(session, shown, actor.person_id, cursor=cursor, limit=PER_PAGE, view=view),
        weeks=my_week.weeks_of(session, actor.person_id), zone=shown.zone,
        needs_team=settings.settings_of(session, shown).needs_team,
        kinds=rule_sets.rules_numbered(session, view.rule_set_id).kind_by_name, now=act.now,
    )  # fmt: skip


@router.get("/me/activities/{activity}")
def my_activity(
    request: Request, act: MemberAct, session: ReadSession, activity: str, done: Annotated[str, Query()] = ""
) -> Response:
    """One activity of mine; also what is shown after logging one."""
    return activity_page(Page(request, act, session), activity=activity, done=done)


def activity_page(page: Page[SignedInAct], *, activity: str, done: str = "") -> Response:
    """One activity of mine, with what was done to it. Raises NotFound for anybody else's."""
    session, actor = page.session, page.act.actor
    week, found = my_week.find(session, accounts.find(session, actor.person_id), activity, actor)
    rules = rule_sets.rules_numbered(session, weeks.view(week, actor).rule_set_id)
    needs_team = settings.settings_of(session, week).needs_team
    flash = _logged(found, needs_team=needs_team) if done == "logged" else DONE.get(done, "")
    return replace(page, flash=flash).render(
        "me/activity.html", section="activities", week=week.slug, shown=week, found=found, zone=week.zone,
        kinds=rules.kind_by_name, now=page.act.now, needs_team=needs_team,
    )  # fmt: skip


@router.post("/me/activities/{activity}/undo", name="activity_undo")
def undo_log(request: Request, act: MemberAct, activity: str) -> Response:
    """Undo what I logged a moment ago."""

    def undo(session: Session, act: SignedInAct) -> Done:
        hand_logs.undo(session, activity, act.actor.person_id, act)
        return Done("my_activity", "undone", {"activity": activity})

    return submit(request, act, undo, page=partial(activity_page, activity=activity))


def _logged(found: OwnActivity, *, needs_team: bool) -> str:
    """The sentence about an activity that was just logged: its points and whose they are."""
    if found.counts:
        name = isolated(found.activity.team or "")
        return f"Logged: {signed(found.points)} {'point' if abs(found.points) == 1 else 'points'} for {name}"
    if found.waiting:
        return "Logged. Its points show at the reveal."
    return "Logged. No team yet." if needs_team else "Logged. It’s in the totals of the week."
