"""`/organizer/audit`: who did what, when, from where, to what; as a list and as CSV."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.db.database import Database
from app.domain.actor import SignedInActor
from app.domain.calendar.days import ONE_DAY, first_moment, zone_or_utc
from app.errors import Malformed, Problem
from app.models import AuditEntry, Week
from app.models.columns import is_id
from app.services.access import accounts
from app.services.audit import audit
from app.services.audit.audit import AuditTarget, Filter
from app.services.exports import audit_export
from app.services.paging import Page
from app.services.weeks import weeks
from app.web.access import Organizer
from app.web.context import installation
from app.web.deps import act_of
from app.web.organizer import changes, wording
from app.web.organizer.page import NOTHING, page, refusal, zone_name, zone_of
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

PER_PAGE = 50
THE_AUDIT = AuditTarget("audit", "audit", "The audit")
LONGEST_TYPED = 260


@dataclass(frozen=True, slots=True)
class Typed:
    """The filter as somebody typed it: `person` is an e-mail or an id, `since` and `until` are days."""

    action: str
    person: str
    kind: str
    since: str
    until: str

    @property
    def values(self) -> dict[str, str]:
        """The same by name, without what is empty."""
        return {name: value for name, value in asdict(self).items() if value}


def typed(
    action: Annotated[str, Query()] = "",
    person: Annotated[str, Query()] = "",
    kind: Annotated[str, Query()] = "",
    since: Annotated[str, Query()] = "",
    until: Annotated[str, Query()] = "",
) -> Typed:
    """The filter in the address."""
    return _tidy(action, person, kind, since, until)


def sent(
    action: Annotated[str, Form()] = "",
    person: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
) -> Typed:
    """The filter in the export's form: that of the page beside it."""
    return _tidy(action, person, kind, since, until)


def _tidy(*given: str) -> Typed:
    """A NUL, which no database takes, becomes a space."""
    return Typed(*(value.replace("\0", " ")[:LONGEST_TYPED].strip() for value in given))


AsTyped = Annotated[Typed, Depends(typed)]
AsSent = Annotated[Typed, Depends(sent)]


@router.get("/organizer/audit")
def organizer_audit(
    request: Request, actor: Organizer, wanted: AsTyped, cursor: Annotated[str, Query()] = ""
) -> Response:
    """The newest entries, or those that somebody looks for."""
    return _list(request, actor, wanted, cursor)


def _list(request: Request, actor: SignedInActor, wanted: Typed, cursor: str = "") -> Response:
    place = installation(request)
    with place.database.reading() as session:
        week = weeks.default_week(session, place.clock.game())
        reply = NOTHING
        found: Page[AuditEntry] = Page([], None)
        try:
            found = audit.page(session, _filter(session, wanted, week), cursor=cursor or None, limit=PER_PAGE)
        except Problem as problem:
            reply = refusal(problem)
        actions = [(name, wording.action(name)) for name in audit.actions(session)]
        kinds = [(name, wording.kind(name)) for name in audit.kinds(session)]
    return page(
        request, "organizer/audit.html", actor, reply,
        entries=[(item, changes.of(item, zone_of(week))) for item in found.items],
        next_cursor=found.next_cursor, is_first=not cursor, wanted=wanted, actions=actions, kinds=kinds,
        say=wording.action, zone=zone_of(week), zone_name=zone_name(week),
    )  # fmt: skip


@router.post("/organizer/audit/export", name="audit_export")
def export_audit(request: Request, actor: Organizer, wanted: AsSent) -> Response:
    """Every entry that the list would show, as CSV. That somebody took them is noted before the first one leaves."""
    place = installation(request)
    try:
        with place.database.reading() as session:
            narrowed = _filter(session, wanted, weeks.default_week(session, place.clock.game()))
    except Malformed:
        return _list(request, actor, wanted)
    first = audit_export.first(place.database, narrowed)
    with place.database.unit_of_work() as session:
        audit.note(
            session,
            "audit.exported",
            THE_AUDIT,
            act_of(request, actor, place.clock.real()),
            after={"filter": wanted.values},
        )
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    lines = _pieces(place.database, audit_export.lines(place.database, narrowed, first))
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


async def _pieces(database: Database, lines: Iterator[str]) -> AsyncIterator[str]:
    """The pieces of a text, each made in a reading thread."""
    while (piece := await database.reads.run(next, lines, None)) is not None:
        yield piece


def _filter(session: Session, wanted: Typed, week: Week | None) -> Filter:
    """Parse a filter. Raises Malformed for a day or a person that is none."""
    since, until = _day(wanted.since), _day(wanted.until)
    return Filter(
        action=wanted.action,
        person_id=_person_id(session, wanted.person),
        object_kind=wanted.kind,
        since=_begins(since, week) if since else None,
        until=_begins(until + ONE_DAY, week) if until else None,
    )


def _person_id(session: Session, typed: str) -> str:
    if not typed or is_id(typed):
        return typed
    person = accounts.by_email(session, typed)
    if person is None:
        raise Malformed(f"Nobody here has the e-mail {typed}. The list of people shows how each is spelled.")
    return person.id


def _day(typed: str) -> date | None:
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise Malformed(f"“{typed[:20]}” is no day. Write it as YYYY-MM-DD, such as 2022-09-12.") from None
    if not 1900 <= day.year <= 9000:
        raise Malformed(f"“{typed[:20]}” lies too far away. Choose a day of this century.")
    return day


def _begins(day: date, week: Week | None) -> datetime:
    """The first moment of a day in the week's zone, or in UTC."""
    return first_moment(day, week.zone if week else zone_or_utc("UTC")).astimezone(UTC)
