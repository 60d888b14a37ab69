"""Exports for scripts: a week's tables as CSV or JSON, of any length."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from app.errors import NotFound
from app.services.exports.tables import Format
from app.services.exports.week_exports import EVERY
from app.web.api.weeks import Slug
from app.web.deps import AppDatabase, ReaderAct
from app.web.export_answers import Wanted, export_answer
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["exports"], route_class=DatabaseRoute)

_FILE = {
    "description": "The file; CSV begins with a byte order mark",
    "content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}},
}


@router.get("/weeks/{week}/exports/{table}", operation_id="exportWeek", responses={200: _FILE})
async def export_table(
    act: ReaderAct,
    database: AppDatabase,
    week: Slug,
    table: Annotated[str, Path(description=f"One of {', '.join(EVERY)}", examples=["standings"])],
    form: Annotated[Format, Query(alias="format")] = "csv",
) -> Response:
    """A week's ledger, standings, shifts, counts, metrics or answer reviews as a file, noted in the audit.

    While the week is frozen, who is no organizer gets it as it was at the freeze; reviews, in figures, need `admin`.
    """
    if table not in EVERY:
        raise NotFound("There’s no such export. Ask for one of " + ", ".join(EVERY) + ".")
    return await export_answer(database, act, Wanted(week, table, form))
