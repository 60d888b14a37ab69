"""The announcement: read it, say another line, say none."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.services import announcements
from app.services.ledger.drafts import Address, Instant, Optionally
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import naming, takes_json
from app.web.deps import AdminAct, AppClock, AppDatabase, RawBody, Reader, ReadSession
from app.web.documents import announcement_document
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["announcement"], route_class=DatabaseRoute)

_PATH = "/announcement"
Version = Annotated[
    int | None, Query(ge=0, le=2**31 - 1, description="The version this replaces; 409 where it isn’t the newest")
]


class AnnouncementIn(BaseModel):
    """A line for everyone."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(min_length=1, max_length=announcements.LONGEST, examples=["Prizes at 17:00"])]
    link: Annotated[Address | None, Optionally, Field(examples=["https://wiki.example/prizes"])] = None
    until: Annotated[Instant | None, Field(description="When it goes by itself.")] = None


@router.get(_PATH, operation_id="getAnnouncement", responses={200: {"model": documents.Announcement}})
def show_announcement(_reader: Reader, session: ReadSession, clock: AppClock) -> Response:
    """Read the announcement as everyone sees it."""
    return JSONResponse(announcement_document(announcements.current(session, clock.game())))


@router.put(
    _PATH,
    operation_id="setAnnouncement",
    openapi_extra=takes_json(
        AnnouncementIn, {"text": "Prizes at 17:00 in the lobby", "until": "2022-09-16T18:00:00-07:00"}
    ),
    responses={200: {"model": documents.Announcement}},
)
def set_announcement(act: AdminAct, database: AppDatabase, body: RawBody, version: Version = None) -> Response:
    """Say a line to everyone from now on, instead of the one before."""
    wish = parse(AnnouncementIn, body)
    with database.unit_of_work() as session:
        with naming("text"):
            announcements.check_text(wish.text)
        line = announcements.change(session, wish.text, act, link=wish.link or "", until=wish.until, version=version)
    return JSONResponse(announcement_document(line))


@router.delete(_PATH, operation_id="clearAnnouncement", responses={200: {"model": documents.Announcement}})
def clear_announcement(act: AdminAct, database: AppDatabase, version: Version = None) -> Response:
    """Say nothing from now on; clearing what is clear changes nothing."""
    with database.unit_of_work() as session:
        line = announcements.clear(session, act, version=version)
    return JSONResponse(announcement_document(line))
