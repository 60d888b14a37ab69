"""The application's state: the one installation this process serves."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.requests import Request

from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.errors import Problem
from app.integrations.mail import Mailer
from app.live.publisher import Publisher
from app.services.access import accounts
from app.services.access.throttle import Limit
from app.services.operations.secrets import SigningKey
from app.services.shifts.worth import Worths
from app.services.standings.hall_of_fame import HallOfFame
from app.web.board_cache import BoardCache
from app.web.credential_cache import CredentialCache
from app.web.demo_tools import DemoTools
from app.web.http.denial_log import Refusals
from app.web.reception import Reception
from app.web.scenes.display_renderer import DisplayRenderer
from app.web.seats.seat_lists import SeatLists
from app.web.shift_lists import ShiftLists
from app.web.summaries import Summaries
from app.web.tally import Tally
from app.web.write_queue import WriteQueue

if TYPE_CHECKING:
    from app.integrations.oidc.client import Provider
FIRST_PAGES = frozenset({"/", "/weeks", "/shifts", "/summary", "/guide", "/me", "/organizer"})
"""Those that the top and the foot of every page lead to."""


@dataclass(frozen=True, slots=True)
class AppContext:
    """The parts that main put together. Weeks go by the clock's game time, sign-ins by its real time."""

    settings: Settings
    key: SigningKey
    database: Database
    clock: Clock
    boards: BoardCache
    credentials: CredentialCache
    write_queue: WriteQueue
    tally: Tally
    streams: Publisher
    seat_lists: SeatLists
    summaries: Summaries
    worths: Worths
    display_renderer: DisplayRenderer
    shift_lists: ShiftLists
    refusals: Refusals
    reception: Reception
    mailer: Mailer | None
    job_kinds: frozenset[str]
    company: "Provider | None"
    demo_tools: DemoTools | None = None
    hall_of_fame: HallOfFame = field(default_factory=HallOfFame)

    async def count(self, limit: Limit, key: str) -> None:
        """Count a try, for good before the try itself. Raises TooMany beyond the limit, or Unavailable."""
        await self.tally.count(limit, key)

    async def give_back(self, limit: Limit, key: str) -> None:
        """Take a try off the count, for it succeeded. Raises Unavailable."""
        await self.tally.give_back(limit, key)


async def waits_for_owner(request: Request) -> bool:
    """Tell whether a newcomer's first page belongs to a server that nobody owns.

    The database is asked until there is an owner; from then on there is one for good.
    """
    state = request.app.state
    if request.url.path not in FIRST_PAGES or getattr(state, "is_owned", False):
        return False
    context: AppContext = state.context
    try:
        state.is_owned = await context.database.reads.run(_is_owned, context.database)
    except Problem:
        return False
    return not state.is_owned


def _is_owned(database: Database) -> bool:
    with database.reading() as session:
        return bool(accounts.owners(session))
