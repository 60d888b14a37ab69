"""The forecast, and the contacts it learns from."""

from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from app.domain.calendar.days import first_moment, local_day, parse_zone
from app.domain.forecast.intervals import LENGTHS, Channel, Length
from app.services.forecasts import contact_lists, contacts, forecasts
from app.services.forecasts.contact_lists import ContactIn
from app.services.forecasts.forecasts import Wanted
from app.services.ledger.drafts import read_moment
from app.web.api.bodies import flaw_in, takes
from app.web.api.shift_bodies import read_day
from app.web.deps import AdminAct, AppClock, AppDatabase, RawBody, Reader, ReadSession
from app.web.documents import forecast as documents
from app.web.documents.forecast import forecast_document, imported_document
from app.web.routes import DatabaseRoute, takes_long

router = APIRouter(tags=["forecast"], route_class=DatabaseRoute)

_WHEN = "A local day, or a moment with its offset"
From = Annotated[
    str | None, Query(alias="from", max_length=40, description=f"{_WHEN}: intervals that start then or later")
]
Until = Annotated[
    str | None, Query(max_length=40, description=f"{_WHEN}: intervals that start before; 31 days at most")
]
Minutes = Annotated[
    int, Query(description="The length of an interval in minutes", json_schema_extra={"enum": [*LENGTHS]})
]
OfChannel = Annotated[Channel, Query(description="email, chat or phone")]
Zone = Annotated[str | None, Query(max_length=60, description="A time zone; without it the current week’s")]
USUAL_DAYS = 7


@router.get("/forecast", operation_id="getForecast", responses={200: {"model": documents.ForecastDocument}})
@takes_long
def show_forecast(
    actor: Reader,
    session: ReadSession,
    clock: AppClock,
    begin: From = None,
    until: Until = None,
    minutes: Minutes = 30,
    channel: OfChannel = "email",
    zone: Zone = None,
) -> Response:
    """Read how many customers will write in each interval, from today on for a week unless told otherwise.

    While the current week is frozen, who is no organizer gets the forecast as of the freeze.
    """
    now = forecasts.seen_at(session, actor, clock.game())
    place = forecasts.zone_of(session, now) if zone is None else _zone(zone)
    begins = _moment("from", begin, place) if begin else first_moment(local_day(now, place), place)
    ends = _moment("until", until, place) if until else _days_later(begins, place)
    wanted = Wanted(channel, _length(minutes), place, begins, ends)
    return JSONResponse(forecast_document(forecasts.forecast(session, wanted, now)))


def _length(minutes: int) -> Length:
    found = next((each for each in LENGTHS if each == minutes), None)
    if found is None:
        raise flaw_in("minutes", "“minutes” must be 30 or 120.")
    return found


def _zone(text: str) -> ZoneInfo:
    found = parse_zone(text)
    if found is None:
        raise flaw_in("zone", "“zone” must be a time zone, such as America/Los_Angeles.")
    return found


def _moment(field: str, text: str, zone: ZoneInfo) -> datetime:
    """A moment, or the first one of a local day; far enough from the calendar's ends. Raises Malformed."""
    try:
        moment = first_moment(read_day(text), zone) if len(text) == len("2026-12-07") else read_moment(text)
        if 1971 <= moment.year <= 9990:
            return moment
    except (ValueError, OverflowError):
        pass
    raise flaw_in(field, f"“{field}” must be a day such as 2026-12-07, or a moment such as 2026-12-07T06:00:00-08:00.")


def _days_later(begins: datetime, zone: ZoneInfo) -> datetime:
    return first_moment(local_day(begins, zone) + timedelta(days=USUAL_DAYS), zone)


@router.put(
    "/contacts",
    operation_id="putContacts",
    openapi_extra=takes(
        "application/json",
        {"type": "array", "items": ContactIn.model_json_schema(), "maxItems": contact_lists.MOST_OF_JSON},
        [{"starts_at": "2026-11-02T06:00:00-08:00", "minutes": 30, "channel": "email", "contacts": 8}],
    ),
    responses={200: {"model": documents.ImportedContacts}},
)
@takes_long
def put_contacts(act: AdminAct, database: AppDatabase, body: RawBody) -> Response:
    """Keep contacts of up to 10,000 intervals; they win over those that intake knows of, for their channel and day.

    Each replaces those of its channel that it overlaps. All or nothing.
    """
    rows = contact_lists.read_json(body)
    with database.unit_of_work() as session:
        outcome = contacts.put(session, rows, act)
    return JSONResponse(imported_document(outcome))
