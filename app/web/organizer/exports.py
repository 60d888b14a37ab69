"""`/organizer/exports`: organizers take a week's tables away as files, and the figures of its answer reviews."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import Conflict, Malformed, Problem
from app.services.exports.tables import Format
from app.services.exports.week_exports import FOR_ORGANIZERS, What
from app.services.weeks import weeks
from app.web.deps import AppDatabase, OrganizerAct, ReadSession
from app.web.export_answers import Wanted, export_answer
from app.web.http.forms import Form, FormInvalid, FormState
from app.web.organizer.page import Tidied
from app.web.pages import PUBLIC, Eyes
from app.web.routes import DatabaseRoute
from app.web.submit import Page, refuse

router = APIRouter(include_in_schema=False, prefix="/organizer", route_class=DatabaseRoute)

TABLES: tuple[tuple[What, str, str], ...] = (
    ("ledger", "Ledger", "Every activity with its person, reversed ones and adjustments too. Holds emails."),
    ("standings", "Standings", "A row for each team: rank, points, what it did, bonuses and quests."),
    ("shifts", "Shifts", "Every shift with who signed up and what became of it. Holds emails."),
    ("counts", "Counts", "How many activities of each kind each team did on each day."),
    ("metrics", "Metrics", "Response times, coverage and participation, of the whole week. Names nobody."),
    ("reviews", "Answer reviews", "How many, the share of each mark by question, and agreement. Names nobody."),
)
"""The tables there are, each with its name and what is in it."""


class ExportForm(Form):
    """A button for each table and format; `board` is which one of a frozen week, `seen` whether it was open then."""

    what: What = "ledger"
    format: Format = "csv"
    board: Literal["live", "frozen"] = "live"
    seen: Literal["", "open", "frozen"] = ""


@router.get("/exports")
def organizer_exports(
    request: Request, act: OrganizerAct, session: ReadSession, week: Annotated[Tidied, Query()] = "", eyes: Eyes = ""
) -> Response:
    """The exports there are of a week: the one asked for, else the one at hand."""
    return exports_page(Page(request, act, session), slug=week, eyes=eyes)


def exports_page(page: Page[SignedInAct], *, slug: str = "", eyes: str = "") -> Response:
    """The page of exports. Raises WeekUnknown."""
    session, now = page.session, page.act.now
    shown = weeks.find(session, slug, now) if slug else weeks.default_week(session, now)
    is_frozen_board = eyes == PUBLIC and shown is not None and shown.frozen_at is not None
    return page.render(
        "organizer/exports.html", shown=shown, is_frozen_board=is_frozen_board,
        tables=[each for each in TABLES if not (is_frozen_board and each[0] in FOR_ORGANIZERS)],
        choices=[(week.slug, week.name) for week in weeks.every(session)],
    )  # fmt: skip


@router.post("/weeks/{week}/export", name="week_export")
async def export_week(
    request: Request, act: OrganizerAct, database: AppDatabase, week: str, form: FormState[ExportForm]
) -> Response:
    """One of a week's tables as a file; the audit notes that somebody took it."""
    try:
        data = form.data
        wanted = Wanted(week, data.what, data.format, data.board == "frozen", saw_no_freeze=data.seen == "open")
        return await export_answer(database, act, wanted)
    except FormInvalid:
        problem: Problem = Malformed("Choose CSV or JSON.")
    except Conflict as frozen:
        problem = frozen
    page = partial(exports_page, slug=week)
    return await database.writes.run(partial(refuse, request, act, problem, page=page))
