"""Organizers take a week's ledger away as a file."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, Any, cast

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.db.database import Database
from app.domain.actor import Act
from app.errors import Malformed
from app.models import Week
from app.services.audit import audit
from app.services.exports import ledger_export
from app.services.exports.ledger_export import Format
from app.services.weeks import weeks
from app.web.deps import AppDatabase, OrganizerAct
from app.web.http.forms import Form, FormInvalid, FormState
from app.web.organizer.weeks import week_page
from app.web.routes import DatabaseRoute
from app.web.submit import refuse

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks", route_class=DatabaseRoute)

CHUNK = 65_536  # bytes on their way at once, so that an export of any length needs no more memory
MEDIA_TYPES: dict[str, str] = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A ledger that was written to a file."""

    week: Week
    form: Format
    count: int


class ExportForm(Form):
    """A button for each format."""

    format: Format = "csv"


@router.post("/{week}/export", name="ledger_export")
async def export_ledger(
    request: Request, act: OrganizerAct, database: AppDatabase, week: str, form: FormState[ExportForm]
) -> Response:
    """The week's whole ledger as a file; the audit notes that somebody took it."""
    try:
        format_ = form.data.format
    except FormInvalid:
        page = partial(week_page, slug=week)
        return await database.writes.run(partial(refuse, request, act, Malformed("Choose CSV or JSON."), page=page))
    file, exported = await database.reads.run(_export, database, week, format_, act.now, long=True)
    try:
        await database.writes.run(_note_export, database, act, exported)
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": f'attachment; filename="{exported.week.slug}-ledger.{format_}"'}
    return StreamingResponse(_pieces(file), media_type=MEDIA_TYPES[format_], headers=headers)


def _export(database: Database, slug: str, form: Format, now: datetime) -> tuple[IO[bytes], Exported]:
    """Written to a file first: a reader that is slow must not hold the database."""
    with ExitStack() as stack:
        file = cast("IO[bytes]", stack.enter_context(TemporaryFile()))
        with database.reading() as session:
            week = weeks.find(session, slug, now)
            text = TextIOWrapper(cast("Any", file), encoding="utf-8", newline="")
            count = ledger_export.export(session, week, form, text, lambda _: None)
            text.detach()
        file.seek(0)
        stack.pop_all()  # from here on the answer closes it
    return file, Exported(week, form, count)


def _note_export(database: Database, act: Act, exported: Exported) -> None:
    with database.unit_of_work() as session:
        details = {"format": exported.form, "activities": exported.count}
        audit.note(session, "ledger.exported", weeks.audit_target(exported.week), act, after=details)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece
