"""`/organizer/weeks/{week}/teams/draw`: teams drawn by lot from a list of people, previewed like any list of teams."""

from functools import partial
from random import SystemRandom
from typing import Annotated

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import Malformed, Problem
from app.services.imports import people_import, previews
from app.services.organizing import team_drawing
from app.services.organizing.team_drawing import MOST_SEED
from app.services.rules import rule_sets
from app.services.weeks import weeks
from app.web.deps import AppDatabase, OrganizerAct, ReadSession
from app.web.http import csrf
from app.web.http.fields import MaxLength, says
from app.web.http.forms import FormState
from app.web.organizer.import_form import ImportForm, ListForm, mistakes, unpacked
from app.web.organizer.lists import Asked, lists_page
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Page, refuse

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/teams/draw", route_class=DatabaseRoute)


def _seed(text: str) -> int:
    """A seed as people type it. Raises Malformed."""
    text = text.strip()
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= MOST_SEED):
        raise Malformed(f"The seed is a whole number from 0 to {MOST_SEED:,}.")
    return int(text)


class DrawForm(ImportForm):
    """A list of people, and the seed that makes a draw repeatable."""

    seed: Annotated[int, MaxLength(7), says(_seed)]


@router.get("", name="team_draw")
def team_draw(request: Request, act: OrganizerAct, session: ReadSession, week: str) -> Response:
    """Hand in a list of people to draw teams from."""
    return draw_page(Page(request, act, session), slug=week)


def draw_page(page: Page[SignedInAct], *, slug: str) -> Response:
    """The form for a draw. Raises WeekUnknown."""
    week = weeks.find(page.session, slug, page.act.now)
    form = page.form(DrawForm, seed=SystemRandom().randint(1, MOST_SEED))
    return page.render(
        "organizer/team_draw.html", it=week, slug=week.slug, form=form, mistakes=mistakes(page.problem),
        size=rule_sets.rules_of(page.session, week).team_size, most=team_drawing.MOST_PEOPLE,
    )  # fmt: skip


@router.post("", name="team_draw_preview", max_body_size=csrf.MAX_LIST_BYTES)
@takes_long
def draw_teams(
    request: Request, act: OrganizerAct, database: AppDatabase, week: str, form: FormState[DrawForm]
) -> Response:
    """Draw teams, and show what importing them would do; nothing is kept yet."""
    sent = unpacked(form)
    try:
        found = people_import.read(form.data.content)
        with database.reading() as session:
            drawn = team_drawing.draw_teams(session, week, found, form.data.seed, act)
            text = drawn.text()
            preview = previews.preview(session, "teams", week, text, None, act)
    except Problem as problem:
        return refuse(request, act, problem, page=partial(draw_page, slug=week), form=sent)
    flash = f"Drawn with seed {form.data.seed}. Nothing is saved until you import."
    if drawn.left_out:
        flash += f" Left out, in a team already: {len(drawn.left_out):,}."
    drawn_list = FormState.blank(ListForm, text=text)
    with database.reading() as session:
        page = Page(request, act, session, drawn_list, flash=flash, shown_once=Asked(drawn_list, preview))
        return lists_page(page, slug=week, kind="teams")
