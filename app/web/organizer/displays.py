"""Organizers and their displays: enter a screen's code, send a screen away, choose what all of them show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Annotated

from fastapi import APIRouter, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain import rotation
from app.domain.actor import SignedInActor
from app.domain.recency import is_recent
from app.errors import Malformed, Problem
from app.models import Display
from app.services.access import credentials, throttle
from app.services.displays import displays, rotations
from app.services.weeks import weeks
from app.web import scenes
from app.web.access import Organizer
from app.web.context import AppContext, installation
from app.web.deps import act_of
from app.web.http import csrf, redirects
from app.web.organizer.page import NOTHING, Reply, page, refusal
from app.web.routes import DatabaseRoute
from app.web.scenes import RotationItem

router = APIRouter(include_in_schema=False, prefix="/organizer/displays", route_class=DatabaseRoute)

DONE = {
    "entered": "The code is entered. The screen that shows it turns to the board within a few seconds. If it does not, "
    "read its code again.",
    "revoked": "The display is sent away. Within five seconds it shows a fresh code instead of the board.",
    "rotation": "Every display shows these scenes from now on.",
    "default": "Every display shows the scenes of the installation's setting again.",
}
MAX_PLACES = 99  # two digits, as the field of the form takes them


@dataclass(frozen=True, slots=True)
class Line:
    """A scene in the form: its turn as it stands, or as it was typed."""

    name: str
    title: str
    is_on: bool
    place: str
    seconds: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A display in the list, and whether its screen has come for what was entered or never will."""

    display: Display
    waits: bool
    missed: bool


@router.get("")
async def organizer_displays(
    request: Request, actor: Organizer, done: str = "", code: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """The displays there are, the form for another one, and the scenes."""
    return await _page(request, actor, Reply(form="pair", typed={"code": code}), done=done)


@router.post("", name="display_pair")
async def pair_display(
    request: Request, actor: Organizer, code: Annotated[str, Form()] = "", name: Annotated[str, Form()] = ""
) -> Response:
    """Let in the screen that shows this code."""
    place = installation(request)
    try:
        await place.count(throttle.PAIRINGS_BY_PERSON, actor.person_id)
        await place.database.writes.run(_pair, request, actor, code, name)
    except Problem as problem:
        return await _page(request, actor, refusal(problem, "pair", {"code": code, "name": name}))
    return redirects.see("organizer_displays", done="entered")


def _pair(request: Request, actor: SignedInActor, code: str, name: str) -> None:
    place = installation(request)
    with place.database.unit_of_work() as session:
        displays.pair(session, code, name, act_of(request, actor, place.clock.real()))


@router.post("/{display}/revoke", name="display_revoke")
async def revoke_display(request: Request, actor: Organizer, display: str) -> Response:
    """Send a screen away: its stream ends and it shows a fresh code."""

    def revoke() -> None:
        place = installation(request)
        with place.database.unit_of_work() as session:
            displays.revoke(session, display, act_of(request, actor, place.clock.real()))

    await installation(request).database.writes.run(revoke)
    return redirects.see("organizer_displays", done="revoked")


@router.post("/rotation", name="rotation_choose")
async def choose_rotation(request: Request, actor: Organizer) -> Response:
    """Choose scenes, their order and seconds for every display."""
    form = await csrf.read(request)
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    back = typed.get("default") == "yes"
    lines, errors = _read(typed)
    turns = [] if errors or back else _turns(lines)
    if not back and not turns:
        sentence = "Mend what is marked below." if errors else "Leave at least one scene on, or the displays stay dark."
        return await _page(request, actor, Reply(sentence, Malformed.status, "rotation", typed, errors))
    await installation(request).database.writes.run(_choose, request, actor, "" if back else scenes.scenes_text(turns))
    return redirects.see("organizer_displays", done="default" if back else "rotation")


def _choose(request: Request, actor: SignedInActor, text: str) -> None:
    place = installation(request)
    with place.database.unit_of_work() as session:
        rotations.choose(session, text, act_of(request, actor, place.clock.real()))


def _read(typed: Mapping[str, str]) -> tuple[list[Line], dict[str, str]]:
    """The form's lines, and a sentence for each field that cannot be understood."""
    lines = [
        Line(
            scene.name,
            scene.title,
            f"on-{scene.name}" in typed,
            typed.get(f"place-{scene.name}", "").strip(),
            typed.get(f"seconds-{scene.name}", "").strip(),
        )
        for scene in scenes.ROTATION
    ]
    errors = {}
    for line in lines:
        if line.is_on and not _is_within(line.place, 1, MAX_PLACES):
            errors[f"place-{line.name}"] = f"A place in the order is a number from 1 to {MAX_PLACES}."
        if line.is_on and not _is_within(line.seconds, rotation.SHORTEST, rotation.LONGEST):
            errors[f"seconds-{line.name}"] = f"A scene lasts {rotation.SHORTEST} to {rotation.LONGEST} seconds."
    return lines, errors


def _is_within(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most


def _turns(lines: list[Line]) -> list[RotationItem]:
    """The scenes that are on, in their order; the same place keeps the order of the form."""
    by_name = {scene.name: scene for scene in scenes.ROTATION}
    chosen = sorted((line for line in lines if line.is_on), key=lambda line: int(line.place))
    return [RotationItem(by_name[line.name], int(line.seconds)) for line in chosen]


def _lines(turns: tuple[RotationItem, ...]) -> list[Line]:
    """Every scene as it stands: those that are on in their order, then the others."""
    on = [Line(turn.scene.name, turn.scene.title, True, "", str(turn.seconds)) for turn in turns]
    names = {line.name for line in on}
    off = [
        Line(each.name, each.title, False, "", str(each.seconds)) for each in scenes.ROTATION if each.name not in names
    ]
    return [Line(each.name, each.title, each.is_on, str(place), each.seconds) for place, each in enumerate(on + off, 1)]


async def _page(request: Request, actor: SignedInActor, reply: Reply = NOTHING, done: str = "") -> Response:
    place = installation(request)
    now = place.clock.real()

    def load() -> tuple[list[Listed], str, tzinfo]:
        with place.database.reading() as session:
            listed = [_listed(display, now) for display in displays.every(session)]
            return listed, rotations.chosen(session), _zone(session, now)

    found, chosen, zone = await place.database.reads.run(load)
    lines = _read(reply.typed)[0] if reply.form == "rotation" else _lines(_current(place, chosen))
    return page(
        request,
        "organizer/displays.html",
        actor,
        reply,
        displays=found,
        code=credentials.shown_code(code) if len(code := _tidy(reply)) == credentials.CODE_LENGTH else code,
        lines=lines,
        is_chosen=bool(chosen),
        shortest=rotation.SHORTEST,
        longest=rotation.LONGEST,
        zone=zone,
        is_public=place.settings.board_visibility == "public",
        done=DONE.get(done, ""),
    )


def _tidy(reply: Reply) -> str:
    return credentials.tidy_code(reply.of("pair").get("code", ""))


def _current(place: AppContext, chosen: str) -> tuple[RotationItem, ...]:
    """The turns that displays take; those of the setting where what was chosen fits no longer."""
    try:
        return scenes.rotation_of(chosen) if chosen else place.display_renderer.setting
    except Malformed:
        return place.display_renderer.setting


def _listed(display: Display, now: datetime) -> Listed:
    waits = display.sha256 is None
    return Listed(display, waits, waits and not is_recent(display.created_at, now, displays.PAIRING))


def _zone(session: Session, now: datetime) -> tzinfo:
    """The current week's time zone, which is what people here live by; UTC without one."""
    week = weeks.pick_current(weeks.every(session), now)
    return week.zone if week else UTC
