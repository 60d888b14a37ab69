"""`/organizer/announcement`: one line for everyone, on boards, the shifts, everyone’s own page and the displays."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.calendar.days import ONE_DAY
from app.errors import Malformed
from app.services import announcements
from app.services.announcements import AnnouncementStale
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.fields import MaxLength, optional, says
from app.web.http.forms import Form, FormState
from app.web.organizer.page import begins, day_typed, zone_name, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/announcement", route_class=DatabaseRoute)

DONE = {
    "said": "Announced. Open boards and displays show it now.",
    "unchanged": "Nothing has changed.",
    "cleared": "Announcement cleared. It’s gone from every board and display.",
}
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]


def _day(text: str) -> str:
    day_typed(text.strip())
    return text.strip()


class AnnouncementForm(Form):
    """The line, where it leads, its last day, and the version of the one it replaces."""

    text: Annotated[str, MaxLength(announcements.LONGEST), says(announcements.check_text)]
    link: Annotated[str, MaxLength(announcements.LONGEST_LINK), says(announcements.check_link)] = ""
    last_day: Annotated[str, MaxLength(10), optional(_day)] = ""
    version: Version


class ClearForm(Form):
    """The version of the announcement that is to go."""

    version: Version


@router.get("", name="organizer_announcement")
def show_announcement(request: Request, act: OrganizerAct, session: ReadSession, done: str = "") -> Response:
    """The announcement as everyone sees it, and the form that changes it."""
    return announcement_page(Page(request, act, session, flash=DONE.get(done, "")))


def announcement_page(page: Page[SignedInAct]) -> Response:
    """The page of the announcement; after somebody else's change, what was typed and theirs."""
    kept, line = announcements.kept(page.session), announcements.current(page.session, page.act.now)
    week = weeks.default_week(page.session, page.clock.game())
    last = kept.until - timedelta(seconds=1) if kept.until else None
    form = page.form(
        AnnouncementForm, text=line.text, link=line.link, version=str(kept.version),
        last_day=last.astimezone(zone_of(week)).date().isoformat() if last and line.text else "",
    )  # fmt: skip
    is_stale = isinstance(page.problem, AnnouncementStale)
    return page.render(
        "organizer/announcement.html", line=line, kept=kept, last_day=last, zone=zone_of(week),
        zone_name=zone_name(week), form=form.having(version=str(kept.version)) if is_stale else form,
    )  # fmt: skip


def _until(session: Session, typed: str, act: SignedInAct) -> datetime | None:
    """The end of a last day, by the zone people here live by; None for none. Raises Malformed."""
    day = day_typed(typed)
    until = begins(day + ONE_DAY, weeks.default_week(session, act.now)) if day else None
    if until is not None and until <= act.now:
        raise Malformed.at(last_day="This day is over. Choose today or a later one.")
    return until


@router.post("", name="announcement_say")
def say_announcement(request: Request, act: OrganizerAct, form: FormState[AnnouncementForm]) -> Response:
    """Say another line from now on."""

    def say(session: Session, act: SignedInAct) -> Done:
        data = form.data
        until = _until(session, data.last_day, act)
        saved = announcements.change(session, data.text, act, link=data.link, until=until, version=data.version)
        return Done("organizer_announcement", "unchanged" if saved.version == data.version else "said")

    return submit(request, act, say, form=form, page=announcement_page)


@router.post("/clear", name="announcement_clear")
def clear_announcement(request: Request, act: OrganizerAct, form: FormState[ClearForm]) -> Response:
    """Say nothing from now on."""

    def clear(session: Session, act: SignedInAct) -> Done:
        announcements.clear(session, act, version=form.data.version)
        return Done("organizer_announcement", "cleared")

    return submit(request, act, clear, form=form, page=announcement_page)
