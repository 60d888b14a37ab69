"""`/organizer/displays/{display}`: how one screen, or every one, looks, when it rests, and its own scenes."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain import rotation
from app.domain.actor import SignedInAct
from app.domain.calendar.clock_times import MIDNIGHT_AFTER, clock_text, parse_clock_time
from app.domain.screens import quiet
from app.domain.screens.wall import ALL, Plan
from app.errors import Malformed
from app.services.displays import displays, plans
from app.services.displays.plans import Look
from app.services.weeks import week_fields, weeks
from app.web import scenes
from app.web.deps import AppDisplayRenderer, OrganizerRealAct, ReadSession
from app.web.http.fields import MaxLength, optional
from app.web.http.forms import Form, FormState
from app.web.organizer.page import zone_name
from app.web.organizer.scene_form import RotationForm, items_of, lines_of, read_lines
from app.web.routes import DatabaseRoute
from app.web.scenes.display_renderer import DisplayRenderer
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/displays/{display}", route_class=DatabaseRoute)

DONE = {
    "saved": "Saved. Screens follow within a second, quiet hours within a few.",
    "scenes": "This screen shows its own scenes from now on.",
    "default": "This screen shows the same scenes as all others.",
}


def _clock_time(text: str) -> str:
    minutes = parse_clock_time(text.strip())
    if minutes is None or minutes == MIDNIGHT_AFTER:
        raise Malformed("Write a time as hours and minutes: 22:00.")
    return clock_text(minutes)


ClockTime = Annotated[str, MaxLength(5), optional(_clock_time)]


class LookForm(Form):
    """A screen's theme, size of text and quiet hours; what is empty is as for all screens.

    `seen` is the mark of what it showed.
    """

    theme: str = ""
    size: str = ""
    rest: str = ""
    begins: ClockTime = ""
    ends: ClockTime = ""
    zone: Annotated[str, MaxLength(60), optional(week_fields.check_zone)] = ""
    seen: str = ""

    @property
    def quiet(self) -> str:
        """The quiet hours as they are kept."""
        return f"{self.begins}-{self.ends}" if self.rest == "hours" else self.rest


@router.get("", name="organizer_display")
def screen(
    request: Request,
    act: OrganizerRealAct,
    session: ReadSession,
    renderer: AppDisplayRenderer,
    display: str,
    done: str = "",
) -> Response:
    """The settings of one screen, or of all. Raises NotFound."""
    return screen_page(Page(request, act, session, flash=DONE.get(done, "")), renderer=renderer, screen=display)


def screen_page(page: Page[SignedInAct], *, renderer: DisplayRenderer, screen: str) -> Response:
    """The page of a screen's settings. Raises NotFound."""
    name = "" if screen == ALL else displays.find(page.session, screen).name
    wall = plans.wall(page.session)
    own = wall.plans.get(screen, Plan())
    look = page.form(LookForm, **_values(own)).having(seen=plans.mark(own.theme, own.size, own.quiet, own.zone))
    form = page.form(RotationForm).having(seen=plans.mark(own.scenes))
    turns = renderer.turns(wall.plan(screen))
    week = weeks.default_week(page.session, page.clock.game())
    return page.render(
        "organizer/displays/screen.html", screen=screen, name=name, own=own, usual=wall.plan(ALL), look=look, form=form,
        lines=read_lines(form.typed)[0] if form.is_sent else lines_of(turns), zone_name=zone_name(week),
        shortest=rotation.SHORTEST, longest=rotation.LONGEST,
    )  # fmt: skip


def _values(own: Plan) -> dict[str, str]:
    hours = own.hours
    times = {"begins": f"{hours.begins:%H:%M}", "ends": f"{hours.ends:%H:%M}"} if hours else {}
    rest = "hours" if hours else own.quiet
    return {"theme": own.theme, "size": own.size, "rest": rest, "zone": own.zone, **times}


@router.post("/look", name="display_look")
def change_look(
    request: Request, act: OrganizerRealAct, renderer: AppDisplayRenderer, display: str, form: FormState[LookForm]
) -> Response:
    """Choose how a screen looks and when it rests."""

    def change(session: Session, act: SignedInAct) -> Done:
        data = form.data
        if data.rest not in ("", quiet.OFF, "hours"):
            raise Malformed("Choose one of the quiet hours in the list.")
        try:
            plans.check_quiet(data.quiet)
        except Malformed as flaw:
            raise Malformed.at(begins=flaw.detail) from None
        plans.set_look(session, display, Look(data.theme, data.size, data.quiet, data.zone), act, seen=data.seen)
        return Done("organizer_display", "saved", parts={"display": display})

    return submit(request, act, change, form=form, page=partial(screen_page, renderer=renderer, screen=display))


@router.post("/rotation", name="display_rotation")
def choose_scenes(
    request: Request, act: OrganizerRealAct, renderer: AppDisplayRenderer, display: str, form: FormState[RotationForm]
) -> Response:
    """Choose scenes for one screen alone, or those of all again."""

    def choose(session: Session, act: SignedInAct) -> Done:
        is_back = form.data.is_back
        chosen = "" if is_back else scenes.scenes_text(items_of(form))
        plans.choose_scenes(session, display, chosen, act, seen=form.data.seen)
        return Done("organizer_display", "default" if is_back else "scenes", parts={"display": display})

    return submit(request, act, choose, form=form, page=partial(screen_page, renderer=renderer, screen=display))
