"""Organizers take a week's ledger away as a file."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, Annotated, Any, cast, get_args

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.domain.actor import SignedInActor
from app.errors import Malformed
from app.models import Week
from app.services.audit import audit
from app.services.exports import ledger_export
from app.services.exports.ledger_export import Format
from app.services.weeks import weeks
from app.web.access import Organizer
from app.web.context import Installation, installation
from app.web.deps import act_of
from app.web.organizer import weeks as weeks_page
from app.web.organizer.page import Reply
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks", route_class=DatabaseRoute)

CHUNK = 65_536  # bytes on their way at once, so that an export of any length needs no more memory
MEDIA_TYPES: dict[str, str] = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class Exported:
    """A ledger that was written to a file."""

    week: Week
    form: Format
    count: int


@router.post("/{week}/export", name="ledger_export")
async def export_ledger(
    request: Request, who: Organizer, week: str, form: Annotated[str, Form(alias="format")] = "csv"
) -> Response:
    """The week's whole ledger as a file; the audit notes that somebody took it."""
    if form not in get_args(Format):
        return await weeks_page.show(request, who, week, Reply("Choose CSV or JSON.", Malformed.status, "export"))
    place = installation(request)
    file, exported = await place.database.reads.run(_export, place, week, cast("Format", form), long=True)
    try:
        await place.database.writes.run(_note_export, request, who, exported)
    except BaseException:
        file.close()
        raise
    slug = exported.week.slug
    headers = {"Content-Disposition": f'attachment; filename="{slug}-ledger.{form}"'}
    return StreamingResponse(_pieces(file), media_type=MEDIA_TYPES[form], headers=headers)


def _export(place: Installation, slug: str, form: Format) -> tuple[IO[bytes], Exported]:
    """Written to a file first: a reader that is slow must not hold the database."""
    with ExitStack() as stack:
        file = cast("IO[bytes]", stack.enter_context(TemporaryFile()))
        with place.database.reading() as session:
            week = weeks.find(session, slug, place.clock.game())
            text = TextIOWrapper(cast("Any", file), encoding="utf-8", newline="")
            count = ledger_export.export(session, week, form, text, lambda _: None)
            text.detach()
        file.seek(0)
        stack.pop_all()  # from here on the answer closes it
    return file, Exported(week, form, count)


def _note_export(request: Request, who: SignedInActor, exported: Exported) -> None:
    place = installation(request)
    with place.database.unit_of_work() as session:
        facts = {"format": exported.form, "activities": exported.count}
        thing = weeks.thing(exported.week)
        audit.note(session, "ledger.exported", thing, act_of(request, who, place.clock.game()), after=facts)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece
