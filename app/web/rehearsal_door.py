"""The door to rehearsals: whoever may organize enters one by its address, at the moment at which its clock stands."""

from datetime import datetime

from starlette.requests import Request

from app.clock import Clock, Stopped
from app.db.database import Database
from app.errors import Conflict, WeekUnknown
from app.services.weeks import rehearsing, weeks
from app.web.http import csrf

REHEARSED = frozenset(
    {
        "week_open", "week_reopen", "week_close", "week_freeze", "week_reveal", "presenter_link_create",
        "ceremony_move", "change_week_state",
    }
)  # fmt: skip
"""The routes that change something in a rehearsal, by name: its life alone. Nobody but stand-ins plays in one."""
ELSEWHERE = "This is a rehearsal, so only its life can be tried here. Change the real week, then rehearse it again."


async def admit(request: Request, database: Database, clock: Clock, *, may_enter: bool) -> None:
    """Open the door to the rehearsal that an address names, for this request; any other address passes.

    Raises WeekUnknown for whoever may not enter, as if there were none, and Conflict for what is not rehearsed.
    """
    slug = request.path_params.get("week", "")
    if not rehearsing.is_rehearsal(slug):
        return
    if not may_enter:
        raise WeekUnknown(slug)
    if request.method not in csrf.SAFE and request.scope["route"].name not in REHEARSED:
        raise Conflict(ELSEWHERE)
    moment = await database.checks.run(_moment, database, slug)
    rehearsing.enter(slug)
    request.state.rehearsal_clock = Stopped(moment, clock)


def _moment(database: Database, slug: str) -> datetime:
    with database.reading() as session:
        stamp = weeks.stamp(session, slug)
    if stamp.rehearsal_now is None:
        raise WeekUnknown(slug)
    return stamp.rehearsal_now
