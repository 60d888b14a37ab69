"""Many activities reversed for one reason, told before, and undone as a whole."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.models import Week
from app.services.organizing import bulk_reversals, ledger_search
from app.services.organizing.bulk_reversals import Selection
from app.services.organizing.ledger_search import Wanted
from app.services.validation import parse
from app.services.weeks import weeks
from app.services.weeks.week_fields import EARLIEST, LATEST
from app.web import documents
from app.web.api.bodies import flaw_in, takes_json
from app.web.api.corrections import Reason
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, AppDatabase, RawBody
from app.web.documents import bulk_document, bulk_preview_document
from app.web.routes import DatabaseRoute, takes_long

router = APIRouter(tags=["corrections"], route_class=DatabaseRoute)

MOST_IDS = 50
"""As many as a page of the ledger has; a filter finds thousands."""
Text = Annotated[str, Field(max_length=200)]
Day = Annotated[
    str | None, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", json_schema_extra={"format": "date"}, examples=["2022-09-14"])
]
BulkKey = Annotated[str, Path(description="A bulk reversal's id", examples=["9f86d081884c7d65"])]


class BulkIn(BaseModel):
    """A filter of the ledger, or ids; what is left out does not narrow. `since` and `until` are days of the week."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Reason
    dry_run: Annotated[bool, Field(description="Only say what would happen.")] = False
    ids: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=MOST_IDS)] = []
    person: Annotated[Text, Field(description="Part of a name, or an email")] = ""
    team_id: Annotated[Text, Field(description="A team's id, or “none”")] = ""
    kind: Text = ""
    source: Text = ""
    text: Annotated[Text, Field(description="An id or subject, or part of a link, note or reason")] = ""
    by_hand: bool = False
    same_link: bool = False
    at_night: bool = False
    since: Day = None
    until: Day = None

    def selection(self, week: Week) -> Selection:
        """The entries that are meant."""
        since, until = ledger_search.bounds(week, _day("since", self.since), _day("until", self.until))
        wanted = Wanted(
            team=self.team_id, person=self.person, kind=self.kind, source=self.source, text=self.text,
            by_hand=self.by_hand, same_link=self.same_link, at_night=self.at_night, since=since, until=until,
        )  # fmt: skip
        return Selection(self.ids, None if self.ids else wanted)


def _day(field: str, text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day is not None and not EARLIEST <= day <= LATEST:
        raise flaw_in(field, f"“{text}” isn’t a day of this century. Write it as YYYY-MM-DD, such as 2022-09-12.")
    return day


@router.post(
    "/weeks/{week}/reversals",
    operation_id="reverseActivities",
    status_code=201,
    openapi_extra=takes_json(BulkIn, {"reason": "A test of the integration", "source": "github", "dry_run": True}),
    responses={200: {"model": documents.BulkPreview}, 201: {"model": documents.BulkReversal}},
)
@takes_long
def reverse_many(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Reverse up to 10,000 activities at once, the newest first; what follows a seat or is reversed is left out.

    A dry run says whose points and ranks change, behind a freeze too, and changes nothing.
    """
    wish = parse(BulkIn, body)
    with database.unit_of_work() as session:
        found = weeks.find(session, week, act.now)
        selection = wish.selection(found)
        if wish.dry_run:
            preview = bulk_reversals.preview(session, found, selection, act.now)
            return JSONResponse(bulk_preview_document(preview))
        bulk = bulk_reversals.reverse(session, found.slug, selection, act, reason=wish.reason)
        return JSONResponse(bulk_document(bulk), 201)


@router.post(
    "/weeks/{week}/reversals/{bulk_id}/undo",
    operation_id="undoReversals",
    responses={200: {"model": documents.BulkUndone}},
)
@takes_long
def undo_many(act: AdminAct, database: AppDatabase, week: Slug, bulk_id: BulkKey) -> Response:
    """Reinstate what a bulk reversed; what was corrected since stays as it is."""
    with database.unit_of_work() as session:
        reinstated, stayed = bulk_reversals.undo(session, week, bulk_id, act)
    return JSONResponse(documents.BulkUndone(reinstated=reinstated, stayed=stayed))
