"""`/organizer/feedback`: wishes of the guestbook become items, and items go on until something is done."""

from datetime import date
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.feedback import LABELS, State
from app.domain.text import passages
from app.services.feedback import items, listing
from app.services.feedback.items import Change
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.fields import MaxLength, optional, says
from app.web.http.forms import Form, FormState
from app.web.organizer.page import Tidied, day_typed
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer", route_class=DatabaseRoute)

DONE = {
    "made": "Item made. Next: plan it.",
    "changed": "Item changed.",
    "told": "Item changed. Its authors hear of it.",
}
TITLE_LENGTH = 80  # of the title that a wish suggests
Text = Annotated[str, MaxLength(items.LONGEST_TEXT), says(items.check_text)]


def _day(text: str) -> str:
    day_typed(text.strip())
    return text.strip()


class ItemForm(Form):
    """A new item, of one wish or of none."""

    title: Annotated[str, MaxLength(items.LONGEST_TITLE), says(items.check_title)]
    entry: str = ""


class ChangeForm(Form):
    """An item as it is to be, the reason why it goes back, and the version it was seen at."""

    title: Annotated[str, MaxLength(items.LONGEST_TITLE), says(items.check_title)]
    state: Literal["new", "planned", "doing", "done", "not_now"]
    owner: Annotated[str, MaxLength(254)] = ""
    due_on: Annotated[str, MaxLength(10), optional(_day)] = ""
    did: Text = ""
    why: Text = ""
    reason: Annotated[str, MaxLength(500)] = ""
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


@router.get("/feedback", name="organizer_feedback")
def show_feedback_desk(
    request: Request, act: OrganizerAct, session: ReadSession, week: Annotated[Tidied, Query()] = "", done: str = ""
) -> Response:
    """The wishes and the items of a week: the one asked for, else the one at hand."""
    return feedback_desk(Page(request, act, session, flash=DONE.get(done, "")), slug=week)


def feedback_desk(page: Page[SignedInAct], *, slug: str = "") -> Response:
    """The page of feedback. Raises WeekUnknown."""
    session, act = page.session, page.act
    week = weeks.find(session, slug, act.now) if slug else weeks.default_week(session, act.now)
    listed = listing.of_week(session, week, act.actor, weeks.view(week, act.actor)) if week else []
    wishes = listing.wishes(session, week) if week else []
    return page.render(
        "organizer/feedback/index.html", shown=week, listed=listed, wishes=wishes, labels=LABELS,
        has_answered=any(each.entries for each in listed),
        choices=[(each.slug, each.name) for each in weeks.every(session)],
        new=page.form(ItemForm, "new"),
        made={
            wish.entry.id: page.form(
                ItemForm, wish.entry.id, entry=wish.entry.id,
                title=passages.excerpt(" ".join(wish.entry.improve.split()), TITLE_LENGTH),
            )
            for wish in wishes
        },
        forms={
            each.item.id: page.form(
                ChangeForm, each.item.id, title=each.item.title, state=each.item.state, owner=each.owner_email,
                due_on=each.item.due_on.isoformat() if each.item.due_on else "", did=each.item.did, why=each.item.why,
                version=str(each.item.version),
            )
            for each in listed
        },
    )  # fmt: skip


@router.post("/weeks/{week}/feedback", name="feedback_make")
def make_item(request: Request, act: OrganizerAct, week: str, form: FormState[ItemForm]) -> Response:
    """Make an item of a wish, or of none."""

    def make(session: Session, act: SignedInAct) -> Done:
        data = form.data
        items.make(session, week, Change(title=data.title, entries=(data.entry,) if data.entry else ()), act)
        return Done("organizer_feedback", "made", {"week": week})

    return submit(
        request,
        act,
        make,
        form=form.keyed(str(form.typed.get("entry") or "new")),
        page=partial(feedback_desk, slug=week),
    )


@router.post("/weeks/{week}/feedback/{feedback_id}", name="feedback_change")
def change_item(
    request: Request, act: OrganizerAct, week: str, feedback_id: str, form: FormState[ChangeForm]
) -> Response:
    """Change an item: what it is called, how far it is, whose it is, and what came of it."""

    def change(session: Session, act: SignedInAct) -> Done:
        data = form.data
        due_on: date | None = day_typed(data.due_on)
        state: State = data.state
        wanted = Change(
            title=data.title, state=state, owner=data.owner.strip() or None, due_on=due_on, did=data.did,
            why=data.why, reason=data.reason, version=data.version,
        )  # fmt: skip
        items.change(session, week, feedback_id, wanted, act)
        return Done("organizer_feedback", "changed", {"week": week})

    return submit(request, act, change, form=form.keyed(feedback_id), page=partial(feedback_desk, slug=week))
