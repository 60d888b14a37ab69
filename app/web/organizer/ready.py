"""`/organizer/ready`: the list that people tick before their first shift."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.services.shifts import readiness
from app.services.shifts.readiness import ListChanged
from app.web.deps import OrganizerAct, ReadSession
from app.web.http import markdown
from app.web.http.fields import MaxLength, says
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/ready", route_class=DatabaseRoute)

DONE = {
    "saved": "List saved. People see it now.",
    "unchanged": "Nothing has changed.",
}


class ReadyListForm(Form):
    """The list, an item a line, and the version it was made from."""

    text: Annotated[str, MaxLength(readiness.LONGEST), says(readiness.check_text)]
    version: Annotated[int, Field(ge=0, le=2**31 - 1)]


@router.get("", name="ready_list")
def ready_list(
    request: Request, act: OrganizerAct, session: ReadSession, done: Annotated[str, Query()] = ""
) -> Response:
    """The list to be changed."""
    return list_page(Page(request, act, session, flash=DONE.get(done, "")))


def list_page(page: Page[SignedInAct]) -> Response:
    """The list's page; after somebody else's change, what was typed and theirs."""
    newest = readiness.current(page.session)
    is_stale = isinstance(page.problem, ListChanged)
    form = page.form(ReadyListForm, text=newest.text, version=str(newest.number))
    return page.render(
        "organizer/ready.html", form=form.having(version=str(newest.number)) if is_stale else form, newest=newest,
        items=[markdown.inline(item.text) for item in newest.items], is_stale=is_stale,
        ready=readiness.count(page.session),
    )  # fmt: skip


@router.post("", name="ready_list_save")
def save_ready_list(request: Request, act: OrganizerAct, form: FormState[ReadyListForm]) -> Response:
    """Save the list."""

    def save(session: Session, act: Act) -> Done:
        saved = readiness.change(session, form.data.text, act, version=form.data.version)
        return Done("ready_list", "unchanged" if saved.number == form.data.version else "saved")

    return submit(request, act, save, form=form, page=list_page)
