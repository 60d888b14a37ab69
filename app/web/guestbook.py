"""`/weeks/{week}/guestbook`: what people write about a week; authors withdraw theirs, organizers hide and show."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field, ValidationInfo, field_validator
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct, SignedInActor
from app.domain.feedback import LABELS
from app.domain.text.direction import apart
from app.models import Week
from app.services import guestbook
from app.services.audit import audit
from app.services.exports import guestbook_export
from app.services.feedback import listing
from app.services.weeks import weeks
from app.web.csv_answers import csv_answer
from app.web.deps import AppDatabase, BoardAct, MemberAct, OrganizerAct, ReadSession
from app.web.http.fields import MaxLength, Reason, says
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/weeks/{week}/guestbook", route_class=DatabaseRoute)

PER_PAGE = 20
DONE = {
    "written": "Entry saved. Thank you!",
    "kept": "Entry saved for the organizers. Thank you!",
    "withdrawn": "Entry withdrawn. Nobody can read it any more.",
    "hidden": "Entry hidden. Only its author and organizers can read it.",
    "shown": "Entry shown again.",
}
Passage = Annotated[str, MaxLength(guestbook.LONGEST), says(guestbook.check_text)]


class EntryForm(Form):
    """A new entry: of the week or one of one's own shifts, for whom to read, and whether it may be quoted."""

    improve: Passage = ""
    worked: Annotated[Passage, Field(validate_default=True)] = ""
    shift: str = ""
    audience: Literal["everyone", "organizers"] = "everyone"
    quote: Literal["", "yes"] = ""

    @field_validator("worked")
    @classmethod
    def _says_something(cls, worked: str, info: ValidationInfo) -> str:
        if not worked and info.data.get("improve") == "":
            raise ValueError("Write what worked, or what should improve.")
        return worked

    @field_validator("quote")
    @classmethod
    def _can_be_quoted(cls, quote: str, info: ValidationInfo) -> str:
        if quote and info.data.get("audience") == "organizers":
            raise ValueError("Only what everyone may read can be quoted. Untick this, or choose everyone.")
        if quote and info.data.get("worked") == "":
            raise ValueError("Only what worked is quoted. Write something there, or untick this.")
        return quote


class HideForm(Form):
    """The form to hide an entry, with its reason."""

    reason: Reason


@router.get("", name="guestbook")
def show_guestbook(
    request: Request,
    act: BoardAct,
    session: ReadSession,
    week: str,
    done: str = "",
    cursor: Annotated[str, Query()] = "",
) -> Response:
    """The entries this reader may see, and the form for another."""
    return guestbook_page(Page(request, act, session, flash=DONE.get(done, "")), slug=week, cursor=cursor)


def guestbook_page(page: Page[Any], *, slug: str, cursor: str = "") -> Response:
    """A week's guestbook, newest entries first. Raises WeekUnknown or Malformed."""
    act: Act = page.act
    actor = act.actor if isinstance(act.actor, SignedInActor) else None
    week = weeks.find(page.session, slug, act.now)
    view = weeks.view(week, act.actor)
    found = guestbook.page(page.session, week, act.actor, view, cursor=cursor or None, limit=PER_PAGE)
    form = page.form(EntryForm)
    return page.render(
        "guestbook/index.html", week=week.slug, name=week.name, zone=week.zone, entries=found.items,
        next_cursor=found.next_cursor, is_first=not cursor, form=form, closing=_closing(week, act),
        reasons={item.entry.id: page.form(HideForm, item.entry.id) for item in found.items},
        outcomes=listing.of_entries(page.session, [item.entry.id for item in found.items]),
        states=LABELS, shifts=guestbook.my_shifts(page.session, week, actor.person_id, act.now) if actor else [],
    )  # fmt: skip


def _closing(week: Week, act: Act) -> str:
    """The sentence that says why no entry can be written; empty where one can."""
    if week.rehearsal_of is not None:
        return "Nobody writes in the guestbook of a rehearsal."
    if week.state == "draft":
        return f"{apart(week.name)} is a draft. Its guestbook opens with the week."
    return "This guestbook takes no more entries." if guestbook.closes(week, act.now) else ""


@router.post("", name="guestbook_write")
def write_entry(request: Request, act: MemberAct, week: str, form: FormState[EntryForm]) -> Response:
    """Write an entry."""

    def write(session: Session, act: SignedInAct) -> Done:
        data = form.data
        is_public = data.audience == "everyone"
        guestbook.write(
            session, week, act.actor.person_id, data.worked, data.improve, act,
            shift_id=data.shift or None, is_public=is_public, may_quote=bool(data.quote),
        )  # fmt: skip
        return Done("guestbook", "written" if is_public else "kept", {"week": week})

    return submit(request, act, write, form=form, page=partial(guestbook_page, slug=week))


@router.post("/{entry}/withdraw", name="guestbook_withdraw")
def withdraw_entry(request: Request, act: MemberAct, week: str, entry: str) -> Response:
    """Withdraw one's own entry."""

    def withdraw(session: Session, act: SignedInAct) -> Done:
        guestbook.withdraw(session, week, entry, act)
        return Done("guestbook", "withdrawn", {"week": week})

    return submit(request, act, withdraw, page=partial(guestbook_page, slug=week))


@router.post("/{entry}/hide", name="guestbook_hide")
def hide_entry(request: Request, act: OrganizerAct, week: str, entry: str, form: FormState[HideForm]) -> Response:
    """Hide an entry, for a reason."""

    def hide(session: Session, act: SignedInAct) -> Done:
        guestbook.hide(session, week, entry, act, reason=form.data.reason)
        return Done("guestbook", "hidden", {"week": week})

    return submit(request, act, hide, form=form.keyed(entry), page=partial(guestbook_page, slug=week))


@router.post("/{entry}/show", name="guestbook_show")
def show_entry(request: Request, act: OrganizerAct, week: str, entry: str) -> Response:
    """Show a hidden entry again."""

    def show(session: Session, act: SignedInAct) -> Done:
        guestbook.show(session, week, entry, act)
        return Done("guestbook", "shown", {"week": week})

    return submit(request, act, show, page=partial(guestbook_page, slug=week))


@router.post("/export", name="guestbook_export")
def export_guestbook(request: Request, act: OrganizerAct, database: AppDatabase, week: str) -> Response:
    """Every entry as CSV; that somebody took them is noted before the first one leaves."""
    with database.reading() as session:
        found = weeks.find(session, week, act.now)
    first = guestbook_export.first(database, found, act)
    with database.unit_of_work() as session:
        audit.note(session, "guestbook.exported", weeks.audit_target(found), act)
    return csv_answer(database, guestbook_export.lines(database, found, act, first), f"{found.slug}-guestbook.csv")
