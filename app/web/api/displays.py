"""Displays: screens let in, renamed and sent away, their settings, and the remote."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.domain.screens.wall import Size, Theme
from app.services.access import throttle
from app.services.displays import displays, plans, settings
from app.services.displays.plans import Command
from app.services.validation import parse
from app.services.weeks import week_fields
from app.web.api.bodies import naming, takes_changes, takes_json
from app.web.deps import AdminRealAct, AppDatabase, RawBody, ReadSession
from app.web.documents import displays as documents
from app.web.documents.displays import display_document, settings_document
from app.web.documents.problems import TOO_MANY
from app.web.routes import DatabaseRoute
from app.web.submit import Tries

router = APIRouter(tags=["displays"], route_class=DatabaseRoute)

EXAMPLES = ["9f86d081884c7d65"]
DisplayId = Annotated[str, Path(description="A display's id", examples=EXAMPLES)]
Target = Annotated[str, Path(description="A display's id, or `all`", examples=["all"])]
ONE: dict[int | str, dict[str, Any]] = {200: {"model": documents.Display}}
SETTINGS: dict[int | str, dict[str, Any]] = {200: {"model": documents.DisplaySettings}}
STRICT = ConfigDict(extra="forbid", strict=True)
Scenes = Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=20)]


class PairingIn(BaseModel):
    """The code on a screen, and the name it gets."""

    model_config = STRICT

    code: Annotated[str, Field(max_length=20)]
    name: Annotated[str, Field(max_length=200)]


class NameIn(BaseModel):
    """Another name of a screen."""

    model_config = STRICT

    name: Annotated[str, Field(max_length=200)]


class SettingsIn(BaseModel):
    """Changes of a screen's settings; null is as for all screens."""

    model_config = STRICT

    theme: Theme | None = None
    size: Size | None = None
    quiet: Annotated[str | None, Field(max_length=11, description="Two local times, or `off`.")] = None
    timezone: Annotated[str | None, Field(max_length=60)] = None
    scenes: Annotated[Scenes | None, Field(description="In their order, each with its seconds or without.")] = None

    def look(self) -> dict[str, str]:
        """The fields of the look that are sent; empty is as for all."""
        names = {"theme": "theme", "size": "size", "quiet": "quiet", "timezone": "zone"}
        return {names[field]: getattr(self, field) or "" for field in names if field in self.model_fields_set}


class RemoteIn(BaseModel):
    """A button of the remote; `show` takes a scene, or the id of a message."""

    model_config = STRICT

    do: Command
    scene: Annotated[str, Field(max_length=40)] = ""


@router.get("/displays", operation_id="listDisplays", responses={200: {"model": documents.DisplayList}})
def list_displays(act: AdminRealAct, session: ReadSession) -> Response:
    """Displays, the newest first, those too whose screen has yet to come."""
    items = [display_document(each, act.now) for each in displays.every(session)]
    return JSONResponse(documents.DisplayList(items=items, next_cursor=None))


@router.post(
    "/displays",
    operation_id="pairDisplay",
    status_code=201,
    openapi_extra=takes_json(PairingIn, {"code": "K7QM-4XPE", "name": "Lobby"}),
    responses={201: {"model": documents.Display}, **TOO_MANY},
)
def pair_display(request: Request, act: AdminRealAct, database: AppDatabase, body: RawBody) -> Response:
    """Let in the screen that shows this code; it has 15 minutes to come for it."""
    wish = parse(PairingIn, body)
    Tries(throttle.PAIRINGS_BY_PERSON, f"token {act.actor.name}").count(request)
    with naming("code"):
        displays.check_code(wish.code)
    with naming("name"), database.unit_of_work() as session:
        return JSONResponse(display_document(displays.pair(session, wish.code, wish.name, act), act.now), 201)


@router.patch(
    "/displays/{display}",
    operation_id="renameDisplay",
    openapi_extra=takes_json(NameIn, {"name": "Lobby"}),
    responses=ONE,
)
def rename_display(act: AdminRealAct, database: AppDatabase, display: DisplayId, body: RawBody) -> Response:
    """Give a display another name."""
    wish = parse(NameIn, body)
    with naming("name"), database.unit_of_work() as session:
        return JSONResponse(display_document(displays.rename(session, display, wish.name, act), act.now))


@router.delete("/displays/{display}", operation_id="unpairDisplay", responses=ONE)
def unpair_display(act: AdminRealAct, database: AppDatabase, display: DisplayId) -> Response:
    """Unpair a display: its screen shows a new code within five seconds."""
    with database.unit_of_work() as session:
        return JSONResponse(display_document(displays.revoke(session, display, act), act.now))


@router.get("/displays/{display}/settings", operation_id="getDisplaySettings", responses=SETTINGS)
def show_display_settings(_act: AdminRealAct, session: ReadSession, display: Target) -> Response:
    """The settings of a display, or of all, and what the remote says."""
    return JSONResponse(settings_document(settings.read(session, display)))


@router.patch(
    "/displays/{display}/settings",
    operation_id="changeDisplaySettings",
    openapi_extra=takes_changes(SettingsIn, {"theme": "dark", "quiet": "22:00-06:30", "scenes": ["board:20", "race"]}),
    responses=SETTINGS,
)
def change_display_settings(act: AdminRealAct, database: AppDatabase, display: Target, body: RawBody) -> Response:
    """Change a display's settings, or those of all; what is left out stays as it is."""
    wish = parse(SettingsIn, body)
    with naming("quiet"):
        plans.check_quiet(wish.quiet or "")
    if wish.timezone is not None:
        with naming("timezone"):
            week_fields.check_zone(wish.timezone)
    scenes = (wish.scenes or []) if "scenes" in wish.model_fields_set else None
    with database.unit_of_work() as session:
        return JSONResponse(settings_document(settings.change(session, display, wish.look(), scenes, act)))


@router.post(
    "/displays/{display}/remote",
    operation_id="tellDisplay",
    openapi_extra=takes_json(RemoteIn, {"do": "show", "scene": "race"}),
    responses=SETTINGS,
)
def tell_display(act: AdminRealAct, database: AppDatabase, display: Target, body: RawBody) -> Response:
    """Do what a remote can: show a scene or message now, pause, resume, mute or unmute, on one screen or on `all`."""
    wish = parse(RemoteIn, body)
    with database.unit_of_work() as session:
        return JSONResponse(settings_document(settings.command(session, display, wish.do, wish.scene, act)))
