"""Organizers and their displays: enter a screen's code, send a screen away, choose what all of them show."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain import rotation
from app.domain.actor import SignedInAct
from app.domain.screens.wall import ALL, Plan
from app.models import Display
from app.services.access import credentials, throttle
from app.services.displays import displays, plans, rotations
from app.services.weeks import weeks
from app.web import scenes
from app.web.deps import AppDisplayRenderer, OrganizerRealAct, ReadSession
from app.web.http.addresses import url_for
from app.web.http.client import base_of
from app.web.http.fields import MaxLength, Name, says
from app.web.http.forms import Form, FormState
from app.web.organizer.page import zone_of
from app.web.organizer.scene_form import RotationForm, items_of, lines_of, read_lines
from app.web.routes import DatabaseRoute
from app.web.scenes.display_renderer import DisplayRenderer
from app.web.submit import Done, Page, Tries, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/displays", route_class=DatabaseRoute)

DONE = {
    "entered": "Waiting for the screen that shows this code. It turns to the board within seconds. If it doesn’t, "
    "read its code again.",
    "paired": "Screen paired.",
    "renamed": "Screen renamed.",
    "revoked": "Unpaired. The screen shows a new code within 5 seconds.",
    "rotation": "Every display without scenes of its own shows these from now on.",
    "default": "Every display without scenes of its own shows the server’s default scenes.",
}


class PairForm(Form):
    """The code on a screen, and the name it gets."""

    code: Annotated[str, MaxLength(20), says(displays.check_code)]
    name: Annotated[Name, says(displays.check_name)]


class ScreenNameForm(Form):
    """Another name of a screen, and the one that it replaces."""

    name: Annotated[Name, says(displays.check_name)]
    seen: str = ""


@dataclass(frozen=True, slots=True)
class DisplayRow:
    """A display in the list, what was chosen for it, and whether its screen has come for its code or never will."""

    display: Display
    plan: Plan
    rename: FormState[ScreenNameForm]
    waits: bool
    missed: bool


@router.get("")
def organizer_displays(
    request: Request,
    act: OrganizerRealAct,
    session: ReadSession,
    renderer: AppDisplayRenderer,
    done: str = "",
    code: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The displays there are, the form for another one, and the scenes."""
    if done == "entered" and all(display.sha256 for display in displays.every(session)):
        done = "paired"  # the same address, loaded again once the screen has come
    return displays_page(Page(request, act, session, flash=DONE.get(done, "")), renderer=renderer, code=code)


def displays_page(page: Page[SignedInAct], *, renderer: DisplayRenderer, code: str = "") -> Response:
    """The page of displays; a code from the address begins the form, as people read codes."""
    chosen, wall = rotations.chosen(page.session), plans.wall(page.session)
    pair, scenes_form = page.form(PairForm, code=code), page.form(RotationForm).having(seen=plans.mark(chosen))
    turns = renderer.turns(Plan(scenes=chosen))
    lines = read_lines(scenes_form.typed)[0] if scenes_form.is_sent else lines_of(turns)
    rows = [_row(page, display, wall.plans.get(display.id, Plan())) for display in displays.every(page.session)]
    return page.render(
        "organizer/displays/index.html", lines=lines, form=scenes_form, is_chosen=bool(chosen),
        pair=pair.having(code=_as_read(str(pair["code"].value))),
        displays=rows, usual=wall.plan(ALL), shortest=rotation.SHORTEST, longest=rotation.LONGEST,
        zone=zone_of(weeks.default_week(page.session, page.clock.game())),
        address=base_of(page.request, page.settings) + url_for("display"),
        is_public=page.settings.board_visibility == "public",
        is_message_off=bool(wall.messages) and "message" not in [turn.scene.name for turn in turns],
    )  # fmt: skip


def _as_read(code: str) -> str:
    """A code in two halves where it is whole, else without what no code has."""
    tidied = credentials.tidy_code(code)
    return credentials.shown_code(tidied) if len(tidied) == credentials.CODE_LENGTH else tidied


@router.post("", name="display_pair")
def pair_display(
    request: Request, act: OrganizerRealAct, renderer: AppDisplayRenderer, form: FormState[PairForm]
) -> Response:
    """Let in the screen that shows this code."""

    def pair(session: Session, act: SignedInAct) -> Done:
        displays.pair(session, form.data.code, form.data.name, act)
        return Done("organizer_displays", "entered")

    tries = Tries(throttle.PAIRINGS_BY_PERSON, act.actor.person_id)
    return submit(request, act, pair, form=form, page=partial(displays_page, renderer=renderer), tries=tries)


@router.post("/rotation", name="rotation_choose")
def choose_rotation(
    request: Request, act: OrganizerRealAct, renderer: AppDisplayRenderer, form: FormState[RotationForm]
) -> Response:
    """Choose scenes, their order and seconds for every display."""

    def choose(session: Session, act: SignedInAct) -> Done:
        is_back = form.data.is_back
        chosen = "" if is_back else scenes.scenes_text(items_of(form))
        rotations.choose(session, chosen, act, seen=form.data.seen)
        return Done("organizer_displays", "default" if is_back else "rotation")

    return submit(request, act, choose, form=form, page=partial(displays_page, renderer=renderer))


@router.post("/{display}/name", name="display_rename")
def rename_display(
    request: Request, act: OrganizerRealAct, renderer: AppDisplayRenderer, display: str, form: FormState[ScreenNameForm]
) -> Response:
    """Give a screen another name."""

    def rename(session: Session, act: SignedInAct) -> Done:
        displays.rename(session, display, form.data.name, act, seen=form.data.seen)
        return Done("organizer_displays", "renamed")

    page = partial(displays_page, renderer=renderer)
    return submit(request, act, rename, form=form.keyed(display), page=page)


@router.post("/{display}/revoke", name="display_revoke")
def revoke_display(request: Request, act: OrganizerRealAct, renderer: AppDisplayRenderer, display: str) -> Response:
    """Send a screen away: its stream ends and it shows a fresh code."""

    def revoke(session: Session, act: SignedInAct) -> Done:
        displays.revoke(session, display, act)
        return Done("organizer_displays", "revoked")

    return submit(request, act, revoke, page=partial(displays_page, renderer=renderer))


def _row(page: Page[SignedInAct], display: Display, plan: Plan) -> DisplayRow:
    state = displays.state(display, page.act.now)
    form = page.form(ScreenNameForm, display.id, name=display.name).having(seen=display.name)
    return DisplayRow(display, plan, form, waits=state != "paired", missed=state == "expired")
