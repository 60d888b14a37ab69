"""`/organizer/displays/remote`: shows a scene now, pauses, mutes newsflashes; on one screen or on all."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, cast, get_args

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain import rotation
from app.domain.actor import SignedInAct
from app.domain.screens.wall import ALL, Plan, Wall
from app.errors import Malformed
from app.services.displays import displays, plans
from app.services.displays.plans import Command
from app.services.weeks import weeks
from app.web import scenes
from app.web.deps import OrganizerRealAct, ReadSession
from app.web.http.forms import Form, FormState
from app.web.organizer.page import zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/displays/remote", route_class=DatabaseRoute)

ScreenChoice = Annotated[str, Query(max_length=40)]


class RemoteForm(Form):
    """A button of the remote: the screen, what to do, and the scene to show."""

    screen: str = ALL
    do: str = ""
    scene: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be shown now, and whether it was asked for last."""

    key: str
    title: str
    is_typed: bool
    is_last: bool


@router.get("", name="display_remote")
def remote(request: Request, act: OrganizerRealAct, session: ReadSession, screen: ScreenChoice = ALL) -> Response:
    """The remote of one screen, or of all; it shows what every other remote said too."""
    return remote_page(Page(request, act, session), screen=screen)


def remote_page(page: Page[SignedInAct], *, screen: str) -> Response:
    """The remote, its state as it stands; without buttons for a screen that is gone, or they would be for all."""
    wall = plans.wall(page.session)
    paired = [display for display in displays.every(page.session) if display.sha256]
    is_gone = screen != ALL and screen not in [display.id for display in paired]
    plan = wall.plan(screen)
    apart = [display.name for display in paired if _is_apart(wall, display.id)]
    return page.render(
        "organizer/displays/remote.html", screen=screen, is_gone=is_gone, paired=paired, plan=plan,
        buttons=_buttons(wall, plan), apart=apart if screen == ALL else [], last=_title(wall, plan.shown),
        zone=zone_of(weeks.default_week(page.session, page.clock.game())),
    )  # fmt: skip


@router.post("", name="display_command")
def command(request: Request, act: OrganizerRealAct, form: FormState[RemoteForm]) -> Response:
    """Do what a button says; every screen it is about follows within a second."""
    data = form.data

    def do(session: Session, act: SignedInAct) -> Done:
        if data.do not in get_args(Command):
            raise Malformed("A remote can show, pause, resume, mute and unmute.")
        shown = plans.check_shown(session, data.scene, rotation.SCENES) if data.do == "show" else ""
        plans.command(session, data.screen, cast("Command", data.do), act, shown=shown)
        return Done("display_remote", parts={"screen": data.screen})

    return submit(request, act, do, page=partial(remote_page, screen=data.screen))


def _buttons(wall: Wall, plan: Plan) -> list[Button]:
    """Every scene but the one of messages, then each message."""
    shown = [
        Button(scene.name, scene.title, False, plan.shown == scene.name)
        for scene in scenes.ROTATION
        if scene.name != "message"
    ]
    return shown + [Button(each.key, each.title, True, plan.shown == each.key) for each in wall.messages]


def _title(wall: Wall, shown: str) -> str:
    named = {scene.name: scene.title for scene in scenes.ROTATION}
    return {message.key: message.title for message in wall.messages}.get(shown, named.get(shown, ""))


def _is_apart(wall: Wall, screen: str) -> bool:
    """Tell whether a screen was told something else than all of them."""
    plan = wall.plans.get(screen, Plan())
    return (plan.shown, plan.is_paused, plan.is_muted) != ("", None, None)
