"""`/organizer/sources/{connection}/send`: in the demo, a tool that somebody here has not got sends a delivery."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.domain.calendar.days import day_bounds
from app.errors import Malformed, NotFound
from app.models import Week
from app.services.intake import connections
from app.services.weeks import weeks
from app.web.deps import AppClock, AppDemoTools, AppKey, OrganizerRealAct, ReadSession
from app.web.http import redirects
from app.web.http.fields import MaxLength
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute, only_reads

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

OUTCOMES = {
    "recorded": "Send one that counts",
    "repeated": "Send the last one again",
    "unmatched": "Send one by someone unknown",
}


class SendForm(Form):
    """The outcome that a delivery should have."""

    outcome: Annotated[str, MaxLength(20)] = "recorded"


@router.post("/organizer/sources/{connection}/send", name="source_send")
@only_reads
def send_delivery(
    request: Request,
    act: OrganizerRealAct,
    session: ReadSession,
    key: AppKey,
    clock: AppClock,
    tools: AppDemoTools,
    connection: str,
    form: FormState[SendForm],
) -> Response:
    """Have the demo's tool send a delivery to this connection, over HTTP and signed."""
    recipient = connections.recipient(session, key, connection, act.now)
    if tools is None:
        raise NotFound("Only the demo sends deliveries by itself.")
    if form.data.outcome not in OUTCOMES:
        raise Malformed("Choose what to send.")
    secret = next(iter(recipient.secrets), "none yet")
    done_at = _moment(weeks.default_week(session, clock.game()), clock.game())
    tools.send(recipient.name, recipient.kind, secret, form.data.outcome, done_at, act.now)
    return redirects.see("organizer_source", done="sent", connection=recipient.name)


def _moment(week: Week | None, now: datetime) -> datetime:
    """The moment of the work: now, or the end of the week once that is over."""
    if week is None:
        return now
    start, end = day_bounds(week.starts, week.ends, week.zone)
    return min(max(now, start), end - timedelta(minutes=1)).astimezone(UTC)
