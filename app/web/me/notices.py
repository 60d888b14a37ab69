"""`/me/notices`: what I was told, and about which kinds I want email."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.notices.model import (
    ABOUT_DISPLAYS,
    ABOUT_FEEDBACK,
    ABOUT_REVIEWS,
    ABOUT_SOURCES,
    ABOUT_WEEKS,
    FOR_ORGANIZERS,
    kinds_for,
)
from app.services import notice_mail, notices, slack_messages
from app.services.access import accounts
from app.services.notices import Shown
from app.web.deps import MemberAct, ReadSession
from app.web.http.addresses import url_for
from app.web.http.forms import Form, FormState
from app.web.me.account import NoticesForm, settings_page
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

PER_PAGE = 25
DONE = {"read": "All marked as read."}

router = APIRouter(route_class=DatabaseRoute)


class ReadForm(Form):
    """The moment of the newest notice that the page shows: what came since stays unread."""

    until: str


@router.get("/me/notices")
def my_notices(
    request: Request,
    act: MemberAct,
    session: ReadSession,
    cursor: Annotated[str | None, Query()] = None,
    done: Annotated[str, Query()] = "",
) -> Response:
    """List what I was told, the newest first."""
    return notices_page(Page(request, act, session, flash=DONE.get(done, "")), cursor=cursor)


def notices_page(page: Page[SignedInAct], *, cursor: str | None = None) -> Response:
    """The list; each time is by the clock of its own week."""
    session, act, person_id = page.session, page.act, page.act.actor.person_id
    return page.render(
        "me/notices.html", section="notices", is_first=cursor is None,
        found=notices.page(session, person_id, act.now, cursor=cursor, limit=PER_PAGE),
        unread=notices.unread(session, person_id, act.now), href=_href,
    )  # fmt: skip


def _href(notice: Shown) -> str:
    """The page of a notice's shift, or of all shifts of its week; organizers' own of what waits for them."""
    if notice.kind in ABOUT_SOURCES:
        return url_for("organizer_sources")
    if notice.kind in ABOUT_DISPLAYS:
        return url_for("organizer_displays")
    if notice.kind in ABOUT_REVIEWS:
        return url_for("my_reviews")
    if notice.card:
        return url_for("card", card_id=notice.card)
    if notice.kind in ABOUT_FEEDBACK:
        return url_for("feedback", week=notice.week)
    if notice.kind in ABOUT_WEEKS:
        return url_for("organizer_week", week=notice.week)
    if notice.shift_id is None:
        return url_for("week_shifts", week=notice.week)
    name = "organizer_shift" if notice.kind in FOR_ORGANIZERS else "week_shift"
    return url_for(name, week=notice.week, shift_id=notice.shift_id)


@router.post("/me/notices/read", name="notices_read")
def read_notices(request: Request, act: MemberAct, form: FormState[ReadForm]) -> Response:
    """Mark what the page shows, and all before it, as read."""
    return submit(request, act, partial(_read, form), form=form, page=notices_page)


def _read(form: FormState[ReadForm], session: Session, act: SignedInAct) -> Done:
    notices.mark_read(session, act.actor.person_id, form.data.until, act.now)
    return Done("my_notices", "read")


@router.post("/me/notices/settings", name="notice_settings_save")
def save_notice_settings(request: Request, act: MemberAct, form: FormState[NoticesForm]) -> Response:
    """Choose what I get email about."""
    return submit(request, act, partial(_save, form), form=form, page=settings_page)


def _save(form: FormState[NoticesForm], session: Session, act: SignedInAct) -> Done:
    data, person = form.data, accounts.find(session, act.actor.person_id)
    kinds = kinds_for(organizes=act.actor.organizes)
    notice_mail.choose(session, person.id, set(data.kind), act.now, kinds)
    if slack_messages.places(session, [person.id]):
        slack_messages.choose(session, person.id, data.at_slack, act.now, kinds)
    accounts.set_zone(session, person, data.timezone)
    return Done("my_settings", "saved")
