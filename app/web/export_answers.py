"""Exports of a week as answers: written to a file first, noted, then sent piece by piece."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import IO, Any, cast

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.db.database import Database
from app.domain.actor import Act
from app.domain.text.direction import apart
from app.domain.view import View
from app.errors import Conflict, NotAllowed
from app.models import Week
from app.services.exports import week_exports
from app.services.exports.tables import Format
from app.services.exports.week_exports import What
from app.services.weeks import weeks

FROZEN_SINCE = (
    "Not exported: the board of {} was frozen after you opened this page. "
    "Export the live board, which only organizers see, or the frozen one."
)
CHUNK = 65_536  # bytes on their way at once, so that an export of any length needs no more memory
MEDIA_TYPES: dict[Format, str] = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An export that somebody asks for; `is_public` is as the public sees the week, whoever asks.

    `saw_no_freeze` says that it was asked for on a page from before a freeze, if there is one.
    """

    slug: str
    what: What
    form: Format
    is_public: bool = False
    saw_no_freeze: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was written to a file."""

    week: Week
    view: View
    rows: int


class _FileAnswer(StreamingResponse):
    """An answer that closes its file however it ends, also where its reader was gone before the first piece."""

    def __init__(self, file: IO[bytes], media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(pieces(file), media_type=media_type, headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


async def export_answer(database: Database, act: Act, wanted: Wanted) -> StreamingResponse:
    """The export as a file; the audit notes who took it before its first byte leaves.

    Raises NotAllowed, WeekUnknown, or Conflict where the board was frozen after the page that asks for it was opened.
    """
    if wanted.what in week_exports.FOR_ORGANIZERS and not act.actor.may("admin"):
        raise NotAllowed("Only organizers export figures of answer reviews.")
    file, exported = await database.reads.run(_export, database, act, wanted, long=True)
    try:
        await database.writes.run(_note, database, act, wanted, exported)
    except BaseException:
        file.close()
        raise
    name = f"{exported.week.slug}-{wanted.what}.{wanted.form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return _FileAnswer(file, MEDIA_TYPES[wanted.form], headers)


def _export(database: Database, act: Act, wanted: Wanted) -> tuple[IO[bytes], Exported]:
    """Written to a file first: a reader that is slow must not hold the database."""
    with ExitStack() as stack:
        file = cast("IO[bytes]", stack.enter_context(TemporaryFile()))
        with database.reading() as session:
            week = weeks.find(session, wanted.slug, act.now)
            if wanted.saw_no_freeze and week.frozen_at is not None:
                raise Conflict(FROZEN_SINCE.format(apart(week.name)))
            view = weeks.view(week, act.actor, preview=wanted.is_public)
            text = TextIOWrapper(cast("Any", file), encoding="utf-8", newline="")
            rows = week_exports.export(session, week, wanted.what, wanted.form, text, view, act.now)
            text.detach()
        file.seek(0)
        stack.pop_all()  # from here on the answer closes it
    return file, Exported(week, view, rows)


def _note(database: Database, act: Act, wanted: Wanted, exported: Exported) -> None:
    with database.unit_of_work() as session:
        week_exports.note(session, exported.week, wanted.what, wanted.form, exported.rows, exported.view, act)


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The content of a file, piece by piece."""
    while piece := file.read(CHUNK):
        yield piece
