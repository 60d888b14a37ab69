"""`/me/calendar`: feeds of my own shifts and my team's, for calendar programs."""

from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import Conflict
from app.models import Team
from app.services import calendar_feeds
from app.services.access import accounts
from app.services.ledger import my_week
from app.web.deps import AppSettings, MemberAct, ReadSession
from app.web.http.client import base_of
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

DONE = {"revoked": "Calendar revoked. Its address stopped working."}
MINE, TEAM = "me", "team"

router = APIRouter(route_class=DatabaseRoute)


class FeedForm(Form):
    """A new feed: of whose shifts, and whether they ring before the start."""

    whose: str = MINE
    alarm: str = ""


@router.get("/me/calendar")
def my_calendar(request: Request, act: MemberAct, session: ReadSession, done: Annotated[str, Query()] = "") -> Response:
    """My calendar feeds, with a form for another."""
    return calendar_page(Page(request, act, session, flash=DONE.get(done, "")))


def calendar_page(page: Page[SignedInAct]) -> Response:
    """The feeds, with the address of one that was just made."""
    session, act = page.session, page.act
    week = my_week.week_to_play(session, act.now)
    return page.render(
        "me/calendar.html", section="calendar", form=page.form(FeedForm), url=page.shown_once or "",
        subscribe=(page.shown_once or "").partition(":")[2], team=_team(session, act), zone=week.zone if week else UTC,
        feeds=calendar_feeds.of_person(session, act.actor.person_id),
    )  # fmt: skip


def _team(session: Session, act: SignedInAct) -> Team | None:
    week = my_week.week_to_play(session, act.now)
    return my_week.team_in(session, week, act.actor.person_id) if week is not None else None


@router.post("/me/calendar", name="calendar_feed_create")
def make_feed(request: Request, act: MemberAct, settings: AppSettings, form: FormState[FeedForm]) -> Response:
    """Make a feed and show its address, once."""

    def make(session: Session, act: SignedInAct) -> Done:
        data, team = form.data, _team(session, act)
        if data.whose == TEAM and team is None:
            raise Conflict("No team now. Choose your own shifts.")
        person = accounts.find(session, act.actor.person_id)
        made = calendar_feeds.create(session, person, team if data.whose == TEAM else None, act)
        url = calendar_feeds.address(base_of(request, settings), made.secret)
        return Done(shown_once=f"{url}?alarm=30" if data.alarm else url)

    return submit(request, act, make, form=form, page=calendar_page)


@router.post("/me/calendar/{own_feed}/revoke", name="calendar_feed_revoke")
def revoke_feed(request: Request, act: MemberAct, own_feed: str) -> Response:
    """End one of my feeds for good."""

    def revoke(session: Session, act: SignedInAct) -> Done:
        calendar_feeds.revoke(session, own_feed, act, owner=act.actor.person_id)
        return Done("my_calendar", "revoked")

    return submit(request, act, revoke, page=calendar_page)
