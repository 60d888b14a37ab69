"""`/organizer/audit`: who did what, when, from where, to what; as a list and as CSV."""

from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.errors import Malformed, Problem
from app.models import AuditEntry, Week
from app.models.columns import is_id
from app.services.access import accounts
from app.services.audit import audit
from app.services.audit.audit import AuditTarget, Filter
from app.services.exports import audit_export
from app.services.paging import Page as EntryPage
from app.services.weeks import weeks
from app.web.csv_answers import csv_answer
from app.web.deps import AppClock, AppDatabase, OrganizerRealAct, ReadSession
from app.web.http.forms import FormState
from app.web.organizer import changes, wording
from app.web.organizer.filters import DaysFilter
from app.web.organizer.page import Tidied, zone_name, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Page, refuse

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

PER_PAGE = 50
THE_AUDIT = AuditTarget("audit", "audit", "The audit")
FILE = "audit.csv"
UNKNOWN = "No person with the email {}. The list of people shows how each is spelled."


class AuditFilter(DaysFilter):
    """The filter as somebody typed it: `person` is an e-mail or an id."""

    action: Tidied = ""
    person: Tidied = ""
    kind: Tidied = ""


@router.get("/organizer/audit")
def organizer_audit(
    request: Request, act: OrganizerRealAct, session: ReadSession, cursor: Annotated[str, Query()] = ""
) -> Response:
    """The newest entries, or those that somebody looks for."""
    return audit_page(Page(request, act, session), wanted=AuditFilter.of(request), cursor=cursor)


def audit_page(page: Page[SignedInAct], *, wanted: AuditFilter, cursor: str = "") -> Response:
    """The entries that a filter lets through; none where it cannot be understood, and why."""
    session = page.session
    week = weeks.default_week(session, page.clock.game())
    entries: EntryPage[AuditEntry] = EntryPage([], None)
    try:
        entries = audit.page(session, _filter(session, wanted, week), cursor=cursor or None, limit=PER_PAGE)
    except Problem as problem:
        page = replace(page, problem=problem)
    return page.render(
        "organizer/audit.html", entries=[(entry, changes.of(entry, zone_of(week))) for entry in entries.items],
        next_cursor=entries.next_cursor, is_first=not cursor, wanted=wanted,
        actions=[(name, wording.action(name)) for name in audit.actions(session)],
        kinds=[(name, wording.kind(name)) for name in audit.kinds(session)],
        say=wording.action, errors=page.errors, zone=zone_of(week), zone_name=zone_name(week),
    )  # fmt: skip


@router.post("/organizer/audit/export", name="audit_export")
def export_audit(
    request: Request, act: OrganizerRealAct, database: AppDatabase, clock: AppClock, form: FormState[AuditFilter]
) -> Response:
    """Every entry that the list would show, as CSV. That somebody took them is noted before the first one leaves."""
    wanted = form.data
    try:
        with database.reading() as session:
            narrowed = _filter(session, wanted, weeks.default_week(session, clock.game()))
    except Malformed as problem:
        return refuse(request, act, problem, page=partial(audit_page, wanted=wanted))
    first = audit_export.first(database, narrowed)
    with database.unit_of_work() as session:
        audit.note(session, "audit.exported", THE_AUDIT, act, after={"filter": wanted.values})
    return csv_answer(database, audit_export.lines(database, narrowed, first), FILE)


def _filter(session: Session, wanted: AuditFilter, week: Week | None) -> Filter:
    """Parse a filter. Raises FormInvalid for days and a person that are none."""
    person_id = _person_id(session, wanted.person)
    wanted.check(person="" if person_id is not None else UNKNOWN.format(wanted.person))
    since, until = wanted.bounds(week)
    return Filter(action=wanted.action, person_id=person_id or "", object_kind=wanted.kind, since=since, until=until)


def _person_id(session: Session, typed: str) -> str | None:
    if not typed or is_id(typed):
        return typed
    person = accounts.by_written_email(session, typed)
    return None if person is None else person.id
