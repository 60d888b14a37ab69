"""`/organizer/shifts`, `/organizer/teams` and `/organizer/ledger`: short ways to the pages of this week."""

from fastapi import APIRouter
from sqlmodel import Session
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http import redirects
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, prefix="/organizer", route_class=DatabaseRoute)


@router.get("/shifts")
def organizer_shifts_now(act: OrganizerAct, session: ReadSession) -> Response:
    """Lead to the shifts of this week, or to the list of weeks without one."""
    return _lead(session, act, "organizer_shifts")


@router.get("/teams")
def organizer_teams_now(act: OrganizerAct, session: ReadSession) -> Response:
    """Lead to the teams of this week, or to the list of weeks without one."""
    return _lead(session, act, "organizer_teams")


@router.get("/ledger")
def organizer_ledger_now(act: OrganizerAct, session: ReadSession) -> Response:
    """Lead to the ledger of this week, or to the list of weeks without one."""
    return _lead(session, act, "organizer_ledger")


def _lead(session: Session, act: SignedInAct, route: str) -> Response:
    week = weeks.default_week(session, act.now)
    return redirects.see("organizer_weeks") if week is None else redirects.see(route, week=week.slug)
