"""`/organizer/guide`: write the guide with a preview, see its history, and go back to a version."""

from functools import partial
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain import guide as checklists
from app.domain.actor import Act, SignedInAct
from app.services import guide, reasons
from app.services.guide import GuideChanged
from app.services.weeks import weeks
from app.web.deps import OrganizerRealAct, ReadSession
from app.web.http import markdown
from app.web.http.fields import MaxLength, says
from app.web.http.forms import Form, FormState
from app.web.http.markdown import Document
from app.web.organizer.page import zone_name, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/guide", route_class=DatabaseRoute)

DONE = {
    "saved": "Guide saved. Everyone sees it now.",
    "unchanged": "Nothing has changed, so there’s no new version.",
    "restored": "Went back to the older version. It is the newest one now.",
}
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]


class GuideForm(Form):
    """The guide's text, the version it was made from, and what is to be done with it."""

    text: Annotated[str, MaxLength(guide.LONGEST), says(guide.check_text)]
    note: Annotated[str, MaxLength(reasons.LONGEST), says(guide.check_note)] = ""
    version: Number
    do: Literal["preview", "save"] = "save"


class RestoreForm(Form):
    """The newest version as its reader knew it, which an older one is to replace."""

    version: Number


class Preview(NamedTuple):
    """A text as it would show, and the checklists that it has not."""

    document: Document
    missing: tuple[str, ...]


@router.get("", name="organizer_guide")
def edit_guide(
    request: Request,
    act: OrganizerRealAct,
    session: ReadSession,
    done: str = "",
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """The guide's text to be changed, and its history."""
    return guide_page(Page(request, act, session, flash=DONE.get(done, "")), before=before)


def guide_page(page: Page[SignedInAct], *, before: int | None = None) -> Response:
    """The editor with a preview where there is one; after somebody else's change, what was typed and theirs."""
    newest, entries = guide.current(page.session), guide.history(page.session, before)
    sent: FormState[GuideForm] | None = page.shown_once
    form = sent or page.form(GuideForm, text=newest.text, version=str(newest.number))
    is_stale = isinstance(page.problem, GuideChanged)
    week = weeks.default_week(page.session, page.clock.game())
    return page.render(
        "organizer/guide.html", newest=newest, entries=entries, is_first=before is None,
        form=form.having(version=str(newest.number)) if is_stale else form,
        preview=_preview(sent.data.text) if sent is not None else None,
        theirs=markdown.document(newest.text) if is_stale else None,
        next_before=entries[-1].number if entries[-1].number != guide.SHIPPED else None,
        zone=zone_of(week), zone_name=zone_name(week),
    )  # fmt: skip


def _preview(text: str) -> Preview:
    return Preview(markdown.document(text), checklists.missing(text))


@router.post("", name="guide_save")
def save_guide(request: Request, act: OrganizerRealAct, form: FormState[GuideForm]) -> Response:
    """Save a new version, or show how it would look."""

    def save(session: Session, act: Act) -> Done:
        data = form.data
        if data.do == "preview":
            return Done(shown_once=form)
        saved = guide.change(session, data.text, act, note=data.note, version=data.version)
        return Done("organizer_guide", "unchanged" if saved.number == data.version else "saved")

    return submit(request, act, save, form=form, page=guide_page)


@router.get("/versions/{guide_version}", name="guide_version")
def show_version(request: Request, act: OrganizerRealAct, session: ReadSession, guide_version: str) -> Response:
    """A version as it looked, with the way back to it."""
    return version_page(Page(request, act, session), number=_number(guide_version))


def _number(text: str) -> int:
    """A version's number in an address; one that cannot be is none there is."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def version_page(page: Page[SignedInAct], *, number: int) -> Response:
    """One version's page. Raises NotFound."""
    found = guide.numbered(page.session, number)
    newest = guide.current(page.session)
    week = weeks.default_week(page.session, page.clock.game())
    return page.render(
        "organizer/guide_version.html", version=found, newest=newest, document=markdown.document(found.text),
        zone=zone_of(week),
    )  # fmt: skip


@router.post("/versions/{guide_version}/restore", name="guide_restore")
def restore_version(
    request: Request, act: OrganizerRealAct, guide_version: str, form: FormState[RestoreForm]
) -> Response:
    """Make an older version's text the newest one."""
    number = _number(guide_version)

    def restore(session: Session, act: Act) -> Done:
        saved = guide.restore(session, number, act, version=form.data.version)
        return Done("organizer_guide", "unchanged" if saved.number == form.data.version else "restored")

    return submit(request, act, restore, form=form, page=partial(version_page, number=number))
