"""Calendar feeds made by programs, for a person or a team."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.domain.actor import Act
from app.errors import Malformed, NotFound, PersonUnknown
from app.models import Team
from app.models.columns import is_id
from app.services import calendar_feeds
from app.services.access import accounts
from app.services.calendar_feeds import NewFeed
from app.services.ledger.drafts import Code
from app.services.validation import parse
from app.web import documents
from app.web.api.bodies import takes_json
from app.web.deps import AdminAct, AppDatabase, AppSettings, RawBody
from app.web.documents import calendar_feed_document, revoked_feed_document
from app.web.http.client import base_of
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["calendar feeds"], route_class=DatabaseRoute)


class FeedIn(BaseModel):
    """A person's email or a team's id: exactly one of them."""

    model_config = ConfigDict(extra="forbid", strict=True)

    person: Annotated[Code | None, Field(description="The email of the person whose shifts it shows.")] = None
    team_id: Annotated[Code | None, Field(description="The id of the team whose shifts it shows.")] = None


@router.post(
    "/calendar-feeds",
    operation_id="createCalendarFeed",
    status_code=201,
    openapi_extra=takes_json(FeedIn, {"person": "ada@example.com"}),
    responses={201: {"model": documents.CalendarFeed}},
)
def create_feed(
    request: Request, act: AdminAct, database: AppDatabase, settings: AppSettings, body: RawBody
) -> Response:
    """Make one more calendar feed; its address is shown this once."""
    wish = parse(FeedIn, body)
    with database.unit_of_work() as session:
        made = _create(session, wish, act)
        url = calendar_feeds.address(base_of(request, settings), made.secret)
        return JSONResponse(calendar_feed_document(made.feed, url), 201)


def _create(session: Session, wish: FeedIn, act: Act) -> NewFeed:
    if (wish.person is None) == (wish.team_id is None):
        raise Malformed("Name a person by their email, or a team by its id: one of the two.")
    if wish.person is not None:
        person = accounts.by_written_email(session, wish.person)
        if person is None:
            raise PersonUnknown(wish.person)
        return calendar_feeds.create(session, person, None, act)
    team = session.get(Team, wish.team_id) if is_id(wish.team_id or "") else None
    if team is None or team.removed_version is not None:
        raise NotFound("There’s no team with that id. GET /api/v1/weeks/{week}/teams lists them.")
    return calendar_feeds.create(session, None, team, act)


@router.delete(
    "/calendar-feeds/{feed_id}",
    operation_id="revokeCalendarFeed",
    responses={200: {"model": documents.RevokedFeed}},
)
def revoke_feed(
    act: AdminAct,
    database: AppDatabase,
    feed_id: Annotated[str, Path(description="A feed's id", examples=["9f86d081884c7d65"])],
) -> Response:
    """End a feed for good: its address is 404 from now on. A repeat changes nothing."""
    with database.unit_of_work() as session:
        return JSONResponse(revoked_feed_document(calendar_feeds.revoke(session, feed_id, act)))
