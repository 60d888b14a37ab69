"""`/organizer/weeks/{week}/lists` and `/organizer/lists`: import a list with a preview, and undo one as a whole."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.db.database import Database
from app.domain.actor import Act, SignedInAct, doer
from app.domain.tables.header import Header, Layout
from app.errors import Problem
from app.models import ListImport, Week
from app.services.imports import doors, history, previews, undoing, wording
from app.services.imports.history import Kind
from app.services.imports.lists import ListRefused
from app.services.imports.previews import LAYOUTS, Preview
from app.services.weeks import weeks
from app.web.deps import AppDatabase, OrganizerAct, ReadSession
from app.web.http import csrf, redirects
from app.web.http.forms import FormState
from app.web.organizer.import_form import ListForm, UndoForm, mistakes, unpacked
from app.web.organizer.page import zone_name, zone_of
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Done, Page, refuse, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

OF_WEEKS: tuple[Kind, ...] = ("teams", "activities", "shifts")
OF_NONE: tuple[Kind, ...] = ("people", "identities")
TITLES: dict[Kind, str] = {
    "teams": "Teams and people",
    "people": "People",
    "activities": "Activities",
    "shifts": "Shifts",
    "identities": "Identities",
}
MOST_CHOSEN = 20
"""Columns of a list that can be chosen by hand: each is a field of the form."""


@dataclass(frozen=True, slots=True)
class Past:
    """An import that is over: how much it changed, what undoing it does, and who did, empty where nobody."""

    row: ListImport
    title: str
    counts: str
    by: str
    undoes: str
    undone_by: str


@dataclass(frozen=True, slots=True)
class ListsInfo:
    """The context of the page: a kind of list, what was asked for with it, and the lists imported before."""

    week: Week | None
    kind: Kind
    layout: Layout
    kinds: Sequence[tuple[Kind, str]]
    past: list[Past]
    preview: Preview | None
    header: Header | None
    unclear: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A preview that was asked for, or the columns to choose from, with the form as it was sent."""

    form: FormState[ListForm]
    preview: Preview | None = None
    header: Header | None = None
    unclear: str = ""


@router.get("/organizer/weeks/{week}/lists")
def organizer_lists(
    request: Request, act: OrganizerAct, session: ReadSession, week: str, kind: str = "", done: str = ""
) -> Response:
    """The lists of a week: import one, or undo one."""
    return lists_page(
        Page(request, act, session, flash=_flash(request, _kind(kind), done)), slug=week, kind=_kind(kind)
    )


@router.get("/organizer/lists")
def organizer_shared_lists(
    request: Request, act: OrganizerAct, session: ReadSession, kind: str = "", done: str = ""
) -> Response:
    """The lists that all weeks share, of people and of identities: import one, or undo one."""
    found = _shared_kind(kind)
    return lists_page(Page(request, act, session, flash=_flash(request, found, done)), slug="", kind=found)


def _flash(request: Request, kind: Kind, done: str) -> str:
    """The sentence for what was imported: the numbers are in the address, so it can be loaded again."""
    if done != "imported":
        return ""
    texts = {name: request.query_params.get(name, "") for name in wording.COUNTS}
    counts = {name: int(text) for name, text in texts.items() if text.isascii() and text.isdigit() and len(text) < 10}
    return f"Imported {wording.imported(kind, counts)}."


def _kind(text: str) -> Kind:
    return next((kind for kind in OF_WEEKS if kind == text), "teams")


def _shared_kind(text: str) -> Kind:
    return next((kind for kind in OF_NONE if kind == text), "people")


def lists_page(page: Page[SignedInAct], *, slug: str, kind: Kind) -> Response:
    """The page of lists of one kind, with a preview that was just asked for. Raises WeekUnknown."""
    week = weeks.find(page.session, slug, page.act.now) if slug else None
    asked: Asked = page.shown_once if isinstance(page.shown_once, Asked) else Asked(page.form(ListForm))
    told = ListsInfo(
        week, kind, LAYOUTS[kind], [(each, TITLES[each]) for each in (OF_WEEKS if week else OF_NONE)],
        [_past(found) for found in history.recent(page.session, week)],
        asked.preview, asked.header, asked.unclear,
    )  # fmt: skip
    timed = week or weeks.default_week(page.session, page.clock.game())
    return page.render(
        "organizer/lists/index.html", told=told, slug=week.slug if week else "", titles=TITLES, zone=zone_of(timed),
        zone_name=zone_name(timed), send=asked.form, mistakes=mistakes(page.problem), stayed=_stayed(page),
    )  # fmt: skip


def _stayed(page: Page[SignedInAct]) -> list[str]:
    return page.shown_once.stayed if isinstance(page.shown_once, undoing.Undone) else []


def _past(found: ListImport) -> Past:
    kind: Kind = found.kind  # type: ignore[assignment]  # kinds are the table's
    told = wording.imported(kind, json.loads(found.counts))
    by, undone_by = (doer(each) for each in (found.by, found.undone_by or ""))
    return Past(found, TITLES[kind], told, by, wording.UNDOES[kind], undone_by)


@router.post("/organizer/weeks/{week}/lists", name="list_send", max_body_size=csrf.MAX_LIST_BYTES)
@takes_long
def send_list(
    request: Request, act: OrganizerAct, database: AppDatabase, week: str, form: FormState[ListForm], kind: str = ""
) -> Response:
    """Preview a list, choose its columns, or import it."""
    return _send(request, act, database, week, _kind(kind), form)


@router.post("/organizer/lists", name="shared_list_send", max_body_size=csrf.MAX_LIST_BYTES)
@takes_long
def send_shared_list(
    request: Request, act: OrganizerAct, database: AppDatabase, form: FormState[ListForm], kind: str = ""
) -> Response:
    """Preview a list of people or of identities, choose its columns, or import it."""
    return _send(request, act, database, "", _shared_kind(kind), form)


def _send(
    request: Request, act: SignedInAct, database: Database, slug: str, kind: Kind, form: FormState[ListForm]
) -> Response:
    page, sent = partial(lists_page, slug=slug, kind=kind), unpacked(form)
    counts: dict[str, int] = {}
    try:
        data = form.data
        if data.step == "import":
            counts = doors.run(database, kind, slug, data.content, data.choice, act)
        else:
            with database.reading() as session:
                asked = _asked(session, slug, kind, data, sent, act)
    except Problem as problem:
        return refuse(request, act, problem, page=page, form=sent)
    if data.step == "import":
        here = {"kind": kind, **{name: str(number) for name, number in counts.items()}}
        here |= {"week": slug} if slug else {}
        return redirects.see("organizer_lists" if slug else "organizer_shared_lists", done="imported", **here)
    with database.reading() as session:
        return page(Page(request, act, session, sent, shown_once=asked))


def _asked(
    session: Session, slug: str, kind: Kind, data: ListForm, sent: FormState[ListForm], act: Act
) -> Asked:  # fmt: skip
    """The preview of a list, or the columns to choose from where no line names them. Raises Malformed."""
    try:
        return Asked(sent, previews.preview(session, kind, slug, data.content, data.choice, act))
    except ListRefused as refused:
        if refused.header is None or len(refused.header.headings) > MOST_CHOSEN:
            raise
        return Asked(sent, header=refused.header, unclear=refused.detail)


@router.post("/organizer/weeks/{week}/lists/undo", name="list_undo")
@takes_long
def undo_list(request: Request, act: OrganizerAct, week: str, form: FormState[UndoForm], kind: str = "") -> Response:
    """Undo an import of a week as a whole."""
    return _undo(request, act, week, _kind(kind), form)


@router.post("/organizer/lists/undo", name="shared_list_undo")
@takes_long
def undo_shared_list(request: Request, act: OrganizerAct, form: FormState[UndoForm], kind: str = "") -> Response:
    """Undo an import of people or of identities as a whole."""
    return _undo(request, act, "", _shared_kind(kind), form)


def _undo(request: Request, act: SignedInAct, slug: str, kind: Kind, form: FormState[UndoForm]) -> Response:
    def change(session: Session, act: Act) -> Done:
        found = history.find(session, form.data.id)
        of_week = weeks.find(session, slug, act.now).id if slug else None
        undone = undoing.undo(session, found.id if found.week_id == of_week else "", act)
        return Done(flash=wording.undone(undone.counts), shown_once=undone)

    return submit(request, act, change, form=form, page=partial(lists_page, slug=slug, kind=kind))
