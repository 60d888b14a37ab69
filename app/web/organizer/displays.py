"""Organizers and their displays: enter a screen's code, send a screen away, choose what all of them show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ConfigDict
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain import rotation
from app.domain.actor import SignedInAct
from app.domain.recency import is_recent
from app.errors import Malformed
from app.models import Display
from app.services.access import credentials, throttle
from app.services.displays import displays, rotations
from app.services.weeks import weeks
from app.web import scenes
from app.web.deps import AppDisplayRenderer, OrganizerRealAct, ReadSession
from app.web.http.addresses import url_for
from app.web.http.client import base_of
from app.web.http.fields import MaxLength, Name, says
from app.web.http.forms import Form, FormInvalid, FormState
from app.web.routes import DatabaseRoute
from app.web.scenes import RotationItem
from app.web.scenes.display_renderer import DisplayRenderer
from app.web.submit import Done, Page, Tries, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/displays", route_class=DatabaseRoute)

DONE = {
    "entered": "Waiting for the screen that shows this code. It turns to the board within seconds. If it doesn’t, "
    "read its code again.",
    "paired": "Screen paired.",
    "renamed": "Screen renamed.",
    "revoked": "Unpaired. The screen shows a new code within 5 seconds.",
    "rotation": "Every display shows these scenes from now on.",
    "default": "Every display shows the server’s default scenes.",
}
MAX_PLACES = 99  # two digits, as the field of the form takes them


class PairForm(Form):
    """The code on a screen, and the name it gets."""

    code: Annotated[str, MaxLength(20), says(displays.check_code)]
    name: Annotated[Name, says(displays.check_name)]


class ScreenNameForm(Form):
    """Another name of a screen."""

    name: Annotated[Name, says(displays.check_name)]


class RotationForm(Form):
    """The scenes: for each whether it is on, its place and its seconds; or back to the setting's."""

    model_config = ConfigDict(extra="allow")

    default: str = ""

    @property
    def is_back(self) -> bool:
        """True for the button that goes back to the installation's setting."""
        return self.default == "yes"


@dataclass(frozen=True, slots=True)
class Line:
    """A scene in the form: its turn as it stands, or as it was typed."""

    name: str
    title: str
    is_on: bool
    place: str
    seconds: str


@dataclass(frozen=True, slots=True)
class DisplayRow:
    """A display in the list, and whether its screen has come for what was entered or never will."""

    display: Display
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
    chosen = rotations.chosen(page.session)
    pair, scenes_form = page.form(PairForm, code=code), page.form(RotationForm)
    lines = _read(scenes_form.typed)[0] if scenes_form.is_sent else _lines(_current(renderer, chosen))
    return page.render(
        "organizer/displays.html", lines=lines, form=scenes_form, is_chosen=bool(chosen),
        pair=pair.having(code=_as_read(str(pair["code"].value))),
        displays=[_row(page, display) for display in displays.every(page.session)],
        shortest=rotation.SHORTEST, longest=rotation.LONGEST, zone=_zone(page.session, page.act.now),
        address=base_of(page.request, page.settings) + url_for("display"),
        is_public=page.settings.board_visibility == "public",
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


@router.post("/{display}/name", name="display_rename")
def rename_display(
    request: Request, act: OrganizerRealAct, renderer: AppDisplayRenderer, display: str, form: FormState[ScreenNameForm]
) -> Response:
    """Give a screen another name."""

    def rename(session: Session, act: SignedInAct) -> Done:
        displays.rename(session, display, form.data.name, act)
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


@router.post("/rotation", name="rotation_choose")
def choose_rotation(
    request: Request, act: OrganizerRealAct, renderer: AppDisplayRenderer, form: FormState[RotationForm]
) -> Response:
    """Choose scenes, their order and seconds for every display."""

    def choose(session: Session, act: SignedInAct) -> Done:
        is_back = form.data.is_back
        rotations.choose(session, "" if is_back else scenes.scenes_text(_items(form)), act)
        return Done("organizer_displays", "default" if is_back else "rotation")

    return submit(request, act, choose, form=form, page=partial(displays_page, renderer=renderer))


def _items(form: FormState[RotationForm]) -> list[RotationItem]:
    """The scenes that are on. Raises FormInvalid for a field that cannot be understood, Malformed for none."""
    lines, errors = _read(form.typed)
    if errors:
        raise FormInvalid(errors)
    if not any(line.is_on for line in lines):
        raise Malformed("Leave at least one scene on, or the displays stay dark.")
    return _turns(lines)


def _read(typed: Mapping[str, Any]) -> tuple[list[Line], dict[str, str]]:
    """The form's lines, and a sentence for each field that cannot be understood."""
    lines = [
        Line(
            scene.name,
            scene.title,
            f"on-{scene.name}" in typed,
            str(typed.get(f"place-{scene.name}", "")).strip(),
            str(typed.get(f"seconds-{scene.name}", "")).strip(),
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
        Line(scene.name, scene.title, False, "", str(scene.seconds))
        for scene in scenes.ROTATION
        if scene.name not in names
    ]
    return [Line(line.name, line.title, line.is_on, str(place), line.seconds) for place, line in enumerate(on + off, 1)]


def _current(renderer: DisplayRenderer, chosen: str) -> tuple[RotationItem, ...]:
    """The turns that displays take; those of the setting where what was chosen fits no longer."""
    try:
        return scenes.rotation_of(chosen) if chosen else renderer.setting
    except Malformed:
        return renderer.setting


def _row(page: Page[SignedInAct], display: Display) -> DisplayRow:
    waits = display.sha256 is None
    missed = waits and not is_recent(display.created_at, page.act.now, displays.PAIRING)
    return DisplayRow(display, page.form(ScreenNameForm, display.id, name=display.name), waits, missed)


def _zone(session: Session, now: datetime) -> tzinfo:
    """The current week's time zone, which is what people here live by; UTC without one."""
    week = weeks.pick_current(weeks.every(session), now)
    return week.zone if week else UTC
