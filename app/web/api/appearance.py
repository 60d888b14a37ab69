"""The appearance: the installation's own name, accent colour and logo."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.services import appearances
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import naming, takes, takes_json
from app.web.deps import AdminRealAct, AppDatabase, RawBody, Reader, ReadSession
from app.web.documents import appearance_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["appearance"], route_class=DatabaseRoute)

_PATH, _LOGO = "/appearance", "/appearance/logo"
_PNG = takes("image/png", {"type": "string", "format": "binary", "description": "A PNG, at most 256 KiB"}, "(the file)")
Version = Annotated[
    int | None, Query(ge=0, le=2**31 - 1, description="The version this replaces; 409 where it isn’t the newest")
]


class AppearanceIn(BaseModel):
    """A name and an accent colour; what is left out or null is as it ships. The logo stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str | None, Field(max_length=appearances.LONGEST_NAME, examples=["Support Olympics"])] = None
    accent: Annotated[
        str | None,
        Field(
            max_length=7,
            examples=["#1d6849"],
            description="#rrggbb; 422 names the nearest that works where it can’t be read on light pages.",
        ),
    ] = None


@router.get(_PATH, operation_id="getAppearance", responses={200: {"model": documents.Appearance}})
def show_appearance(_reader: Reader, session: ReadSession) -> Response:
    """Read the installation's name, accent colour and logo."""
    return JSONResponse(appearance_document(appearances.current(session)))


@router.put(
    _PATH,
    operation_id="setAppearance",
    openapi_extra=takes_json(AppearanceIn, {"name": "Support Olympics", "accent": "#1d6849"}),
    responses={200: {"model": documents.Appearance}},
)
def set_appearance(act: AdminRealAct, database: AppDatabase, body: RawBody, version: Version = None) -> Response:
    """Show this name and accent colour from now on."""
    wish = parse(AppearanceIn, body)
    with naming("name"):
        appearances.check_name(wish.name or "")
    with naming("accent"):
        appearances.check_accent(wish.accent or "")
    with database.unit_of_work() as session:
        look = appearances.change(session, wish.name or "", wish.accent or "", act, version=version)
    return JSONResponse(appearance_document(look))


@router.put(_LOGO, operation_id="setLogo", openapi_extra=_PNG, responses={200: {"model": documents.Appearance}})
def set_logo(act: AdminRealAct, database: AppDatabase, body: RawBody, version: Version = None) -> Response:
    """Show this logo from now on; 422 says what a picture must be like.

    At least 16 and at most 1,024 pixels wide and high, and no more pixels in all than 512 × 512. We keep it
    as written from its pixels.
    """
    logo = appearances.check_logo(body)
    with database.unit_of_work() as session:
        return JSONResponse(appearance_document(appearances.change_logo(session, logo, act, version=version)))


@router.delete(_LOGO, operation_id="removeLogo", responses={200: {"model": documents.Appearance}})
def remove_logo(act: AdminRealAct, database: AppDatabase, version: Version = None) -> Response:
    """Show the mark that ships from now on, in place of a logo."""
    with database.unit_of_work() as session:
        return JSONResponse(appearance_document(appearances.remove_logo(session, act, version=version)))
