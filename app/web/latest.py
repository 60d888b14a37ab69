"""`/weeks/{week}/latest`: the latest activities, and who claps for them."""

from functools import partial
from typing import Any, Literal

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct, SignedInActor
from app.domain.standings.tones import tones_of
from app.domain.wording import kind_title
from app.services import cheers
from app.services.rules import rule_sets
from app.services.standings import recent
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.deps import BoardAct, MemberAct, ReadSession
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/weeks/{week}", route_class=DatabaseRoute)

MOST = 40
"""Activities on the page: a busy morning of a company."""
DONE = {
    "cheered": "Cheer added.",
    "before": "You cheered already.",
    "removed": "Cheer removed.",
    "none": "You hadn’t cheered.",
}


class CheerForm(Form):
    """The button of an activity: one claps, or claps no more."""

    clap: Literal["yes", "no"] = "yes"


@router.get("/latest", name="latest")
def show_latest(request: Request, act: BoardAct, session: ReadSession, week: str, done: str = "") -> Response:
    """The latest activities, each with a button for who is signed in."""
    return latest_page(Page(request, act, session, flash=DONE.get(done, "")), slug=week)


def latest_page(page: Page[Any], *, slug: str) -> Response:
    """A week's latest activities as this reader may see them. Raises WeekUnknown."""
    act: Act = page.act
    week = weeks.find(page.session, slug, act.now)
    view = weeks.view(week, act.actor)
    rules = rule_sets.rules_numbered(page.session, view.rule_set_id)
    names = dict(teams.named(page.session, week, view=view))
    found = [
        (line, kind_title(line.kind, rules))
        for line in recent.activities(page.session, week, limit=MOST, view=view)
        if line.team_id in names
    ]
    mine: set[int] = set()
    if isinstance(act.actor, SignedInActor):
        mine = cheers.of_person(page.session, act.actor.person_id, [line.seq for line, _ in found])
    return page.render(
        "latest/index.html", shown=week, week=week.slug, lines=found, mine=mine, teams=names,
        tones=tones_of(names, teams.tones(page.session, week)),
        can_cheer=cheers.can_cheer(week), is_frozen=week.frozen_version is not None,
        is_closed=week.state == "closed" and not view.looks_back, zone=week.zone,
    )  # fmt: skip


@router.post("/activities/{activity}/cheer", name="cheer")
def cheer(request: Request, act: MemberAct, week: str, activity: str, form: FormState[CheerForm]) -> Response:
    """Clap for an activity, or take that back."""

    def change(session: Session, act: SignedInAct) -> Done:
        if form.data.clap == "yes":
            is_new = cheers.cheer(session, week, activity, act.actor.person_id, act)
            return Done("latest", "cheered" if is_new else "before", {"week": week})
        was_there = cheers.take_back(session, week, activity, act.actor.person_id, act)
        return Done("latest", "removed" if was_there else "none", {"week": week})

    return submit(request, act, change, form=form, page=partial(latest_page, slug=week))
