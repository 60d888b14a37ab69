"""Weeks, their teams, and people."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.domain.actor import Act
from app.domain.view import audience_of
from app.models import Week
from app.services import paging
from app.services.access import addresses
from app.services.people import people
from app.services.standings import boards
from app.services.teams import teams
from app.services.weeks import weeks
from app.web import documents
from app.web.deps import AppClock, Reader, ReadSession
from app.web.documents import person_document, team_document, week_document
from app.web.routes import DatabaseRoute

router = APIRouter(route_class=DatabaseRoute)

Slug = Annotated[str, Path(description="A week's slug, or `current`", examples=["current"])]
Cursor = Annotated[str | None, Query(max_length=2_000, description="`next_cursor` of the page before")]
Archived = Annotated[bool, Query(description="Whether to list archived weeks, too")]
Limit = Annotated[int, Query(ge=1, le=paging.MAX_PER_PAGE)]


@router.get("/weeks", operation_id="listWeeks", tags=["weeks"], responses={200: {"model": documents.WeekList}})
def list_weeks(
    actor: Reader,
    session: ReadSession,
    clock: AppClock,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL_PER_PAGE,
    archived: Archived = False,
) -> Response:
    """The weeks in the order they were created; with `archived=true` archived ones, too."""
    current = weeks.pick_current(weeks.every(session), clock.game())
    items, next_cursor = weeks.page(session, cursor=cursor, limit=limit, with_archived=archived)
    rows = [week_document(week, audience_of(actor), is_current=week == current) for week in items]
    return JSONResponse(documents.WeekList(items=rows, next_cursor=next_cursor))


@router.get("/weeks/{week}", operation_id="getWeek", tags=["weeks"], responses={200: {"model": documents.Week}})
def show_week(actor: Reader, session: ReadSession, clock: AppClock, week: Slug) -> Response:
    """One week; `week` may be `current`."""
    found = weeks.find(session, week, clock.game())
    current = weeks.pick_current(weeks.every(session), clock.game())
    return JSONResponse(week_document(found, audience_of(actor), is_current=found == current))


def changed_document(session: Session, week: Week, act: Act) -> documents.Week:
    """A week as who changed it sees it."""
    current = weeks.pick_current(weeks.every(session), act.now)
    return week_document(week, "organizers", is_current=current is not None and current.id == week.id)


@router.get(
    "/weeks/{week}/teams", operation_id="listTeams", tags=["weeks"], responses={200: {"model": documents.TeamList}}
)
def list_teams(
    actor: Reader,
    session: ReadSession,
    clock: AppClock,
    week: Slug,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL_PER_PAGE,
) -> Response:
    """A week's teams by name, with who is in them now; while it is frozen, for most as it was at the freeze."""
    found = weeks.find(session, week, clock.game())
    view = weeks.view(found, actor)
    items, next_cursor = teams.page(session, found, cursor=cursor, limit=limit, view=view)
    members = boards.members(session, found, view)
    rows = [team_document(team, members.get(team.id, ())) for team in items]
    return JSONResponse(documents.TeamList(items=rows, next_cursor=next_cursor))


@router.get("/people", operation_id="listPeople", tags=["people"], responses={200: {"model": documents.PersonList}})
def list_people(
    _reader: Reader, session: ReadSession, cursor: Cursor = None, limit: Limit = paging.USUAL_PER_PAGE
) -> Response:
    """Everyone who plays or has played, by email."""
    items, next_cursor = people.page(session, cursor=cursor, limit=limit)
    further = addresses.by_person(session, [item.id for item in items])
    rows = [person_document(item, further.get(item.id, ())) for item in items]
    return JSONResponse(documents.PersonList(items=rows, next_cursor=next_cursor))
