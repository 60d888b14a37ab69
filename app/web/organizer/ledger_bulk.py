"""`/organizer/weeks/{week}/ledger/reversal`: reverse many activities for one reason, previewed, and undo that."""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import Malformed
from app.models import Week
from app.services.organizing import bulk_reversals
from app.services.organizing.bulk_reversals import MOST_AT_ONCE, Selection
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.fields import Reason
from app.web.http.forms import Form, FormState
from app.web.organizer.ledger import LEDGER, PER_PAGE, LedgerFilter, ledger_page
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

CHOOSE = "Choose activities first, with the boxes beside them."
MOST_SHOWN = 50


class BulkForm(LedgerFilter):
    """The reason, and what it is for: ids of entries, or all that a filter found up to a version of the week.

    `seen` is the mark of what its preview showed.
    """

    reason: Reason
    ids: str = ""
    all: str = ""
    upto: str = ""
    seen: str = ""


class UndoForm(Form):
    """The bulk to undo."""

    id: str


@router.get(LEDGER + "/reversal")
@takes_long
def ledger_bulk(
    request: Request,
    act: OrganizerAct,
    session: ReadSession,
    week: str,
    id: Annotated[list[str], Query()] = [],  # noqa: A002, B006 - the name of the boxes; FastAPI copies the default
    all: Annotated[str, Query()] = "",  # noqa: A002 - the name of the button
) -> Response:
    """The preview of reversing what was chosen, or all that a filter finds."""
    wanted = LedgerFilter.of(request)
    if not (all or id):
        return ledger_page(Page(request, act, session, problem=Malformed(CHOOSE)), slug=week, wanted=wanted)
    ids = "" if all else ",".join(id[:PER_PAGE])
    return _again(Page(request, act, session), slug=week, wanted=wanted, ids=ids)


def bulk_page(page: Page[SignedInAct], *, slug: str, wanted: LedgerFilter, ids: str, upto: str = "") -> Response:
    """The losses of each person and team, and the form for them. Raises WeekUnknown, or what is wrong with a filter."""
    session = page.session
    week = weeks.find(session, slug, page.act.now)
    preview = bulk_reversals.preview(session, week, _selection(week, wanted, ids, upto), page.act.now)
    return page.render(
        "organizer/ledger/reversal.html", shown=week, slug=week.slug, preview=preview, ids=ids, values=wanted.values,
        upto=upto or str(week.version), why=page.form(BulkForm), most=MOST_AT_ONCE, most_shown=MOST_SHOWN,
    )  # fmt: skip


def _selection(week: Week, wanted: LedgerFilter, ids: str, upto: str) -> Selection:
    """The entries that a form is about: none that came after its preview."""
    version = int(upto) if upto.isascii() and upto.isdigit() and len(upto) < 16 else None
    return Selection(ids.split(",")[:PER_PAGE], None if ids else wanted.wanted(week), version)


@router.post(LEDGER + "/reversal", name="ledger_bulk_reverse")
@takes_long
def reverse_bulk(request: Request, act: OrganizerAct, week: str, form: FormState[BulkForm]) -> Response:
    """Reverse them."""
    names = LedgerFilter.model_fields
    wanted = LedgerFilter.model_validate({name: str(form.typed.get(name, "")) for name in names})
    ids, upto = str(form["ids"].value), str(form["upto"].value)

    def change(session: Session, act: SignedInAct) -> Done:
        if not (ids or form.data.all):
            raise Malformed(CHOOSE)
        found = weeks.find(session, week, act.now)
        selection = _selection(found, wanted, ids, upto)
        bulk = bulk_reversals.reverse(session, found.slug, selection, act, reason=form.data.reason, seen=form.data.seen)
        return Done("organizer_ledger", "", {"week": found.slug, "gone": str(bulk.activities)})

    return submit(request, act, change, form=form, page=partial(_again, slug=week, wanted=wanted, ids=ids, upto=upto))


def _again(page: Page[SignedInAct], *, slug: str, wanted: LedgerFilter, ids: str, upto: str = "") -> Response:
    """The preview; the list where there can be none, as for a filter that is wrong."""
    try:
        return bulk_page(page, slug=slug, wanted=wanted, ids=ids, upto=upto)
    except Malformed as problem:
        return ledger_page(replace(page, problem=problem), slug=slug, wanted=wanted)


@router.post(LEDGER + "/reversal/undo", name="ledger_bulk_undo")
@takes_long
def undo_bulk(request: Request, act: OrganizerAct, week: str, form: FormState[UndoForm]) -> Response:
    """Reinstate what a bulk reversed."""

    def change(session: Session, act: SignedInAct) -> Done:
        found = weeks.find(session, week, act.now)
        back, stayed = bulk_reversals.undo(session, found.slug, form.data.id, act)
        return Done("organizer_ledger", "", {"week": found.slug, "back": str(back), "stayed": str(stayed)})

    return submit(request, act, change, form=form, page=partial(ledger_page, slug=week, wanted=LedgerFilter()))
