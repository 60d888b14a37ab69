"""`/organizer/weeks/{week}/teams/{team}/merge`: two teams of an open week become one, after a preview."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import Conflict
from app.services.organizing import team_merging
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.forms import Form, FormState
from app.web.organizer.page import LONGEST_TYPED
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/teams", route_class=DatabaseRoute)


class MergeTeamForm(Form):
    """The id of the team that becomes an alias."""

    other: str


@router.get("/{team}/merge")
def organizer_team_merge(
    request: Request,
    act: OrganizerAct,
    session: ReadSession,
    week: str,
    team: str,
    other: Annotated[str, Query()] = "",
) -> Response:
    """The choice of another team of the week, and what merging the two does."""
    return merge_page(Page(request, act, session), slug=week, team_id=team, other=other[:LONGEST_TYPED])


def merge_page(page: Page[SignedInAct], *, slug: str, team_id: str, other: str = "") -> Response:
    """The preview of a merging; without a choice the form for it alone. Raises WeekUnknown or NotFound."""
    session, now = page.session, page.act.now
    week = weeks.find(session, slug, now)
    team = teams.find(session, week, team_id)
    plan = None
    try:
        plan = team_merging.preview(session, week.slug, team.id, other, page.act) if other else None
    except Conflict as problem:  # merged meanwhile, or chosen by hand in the address
        page = page if page.problem else Page(page.request, page.act, session, page.sent, problem)
    others = [each for each in teams.of_week(session, week) if each.id != team.id]
    return page.render(
        "organizer/team_merge.html", it=week, slug=week.slug, team=team, others=others, plan=plan, chosen=other
    )


@router.post("/{team}/merge", name="team_merge")
def merge_teams(request: Request, act: OrganizerAct, week: str, team: str, form: FormState[MergeTeamForm]) -> Response:
    """Make another team an alias of this one."""

    def change(session: Session, act: SignedInAct) -> Done:
        plan = team_merging.merge(session, week, team, form.data.other, act)
        return Done("organizer_teams", "merged", {"week": plan.week.slug, "only": plan.kept.id})

    again = partial(merge_page, slug=week, team_id=team, other=str(form["other"].value)[:LONGEST_TYPED])
    return submit(request, act, change, form=form, page=again)
