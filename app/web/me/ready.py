"""`/me/ready`: what to have done before my first shift, ticked by myself."""

from functools import partial
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.services import notices
from app.services.shifts import readiness
from app.services.shifts.readiness import Progress
from app.web.deps import MemberAct, ReadSession
from app.web.http import markdown
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

DONE = {"saved": "Saved what you ticked."}

router = APIRouter(route_class=DatabaseRoute)


class TicksForm(Form):
    """The items that are ticked, by their keys; all others are not."""

    ticked: tuple[str, ...] = ()


class ItemRow(NamedTuple):
    """An item as the page shows it."""

    key: str
    html: Markup
    is_ticked: bool


@router.get("/me/ready", name="my_ready")
def my_ready(request: Request, act: MemberAct, session: ReadSession, done: Annotated[str, Query()] = "") -> Response:
    """List what to have done before a first shift."""
    return ready_page(Page(request, act, session, flash=DONE.get(done, "")))


def ready_page(page: Page[SignedInAct]) -> Response:
    """The list with what is ticked, as it stands."""
    person_id = page.act.actor.person_id
    progress = readiness.progress(page.session, person_id)
    return page.render(
        "me/ready.html", section="team", progress=progress, items=_rows(progress),
        unread=notices.unread(page.session, person_id, page.act.now),
    )  # fmt: skip


def _rows(progress: Progress) -> list[ItemRow]:
    return [ItemRow(item.key, markdown.inline(item.text), item.key in progress.ticked) for item in progress.items]


@router.post("/me/ready", name="ready_tick")
def tick_ready(request: Request, act: MemberAct, form: FormState[TicksForm]) -> Response:
    """Save which items I ticked."""
    return submit(request, act, partial(_save, form), form=form, page=ready_page)


def _save(form: FormState[TicksForm], session: Session, act: SignedInAct) -> Done:
    readiness.tick(session, act.actor.person_id, set(form.data.ticked), act)
    return Done("my_ready", "saved")
