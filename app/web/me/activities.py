"""My activities: all of a week's, and one of them."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.domain.text.direction import isolated
from app.services.access import accounts
from app.services.ledger import my_week
from app.services.ledger.my_week import OwnActivity
from app.services.rules import rule_sets
from app.services.weeks import weeks
from app.web.deps import MemberAct, ReadSession
from app.web.http.render import signed
from app.web.routes import DatabaseRoute
from app.web.submit import Page

PER_PAGE = 25  # a day's work of a busy person, on two screens of a phone
DONE = {
    "before": "Already logged. Here it is.",
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
        kinds=rule_sets.rules_numbered(session, view.rule_set_id).kind_by_name,
    )  # fmt: skip


@router.get("/me/activities/{activity}")
def my_activity(
    request: Request, act: MemberAct, session: ReadSession, activity: str, done: Annotated[str, Query()] = ""
) -> Response:
    """One activity of mine; also what is shown after logging one."""
    week, found = my_week.find(session, accounts.find(session, act.actor.person_id), activity, act.actor)
    rules = rule_sets.rules_numbered(session, weeks.view(week, act.actor).rule_set_id)
    flash = _logged(found) if done == "logged" else DONE.get(done, "")
    return Page(request, act, session, flash=flash).render(
        "me/activity.html", section="activities", week=week.slug, shown=week, found=found, zone=week.zone,
        kinds=rules.kind_by_name,
    )  # fmt: skip


def _logged(found: OwnActivity) -> str:
    """The sentence about an activity that was just logged: its points and whose they are."""
    if found.counts:
        name = isolated(found.activity.team or "")
        return f"Logged: {signed(found.points)} {'point' if abs(found.points) == 1 else 'points'} for {name}"
    return "Logged. Its points show at the reveal." if found.waiting else "Logged. No team yet."
