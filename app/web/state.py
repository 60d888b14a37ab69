"""What a request can reach: the one installation this process serves."""

from dataclasses import dataclass

from starlette.requests import Request

from app.config import Settings
from app.db import Database
from app.web.boards import BoardKeeper
from app.web.clock import Clock
from app.web.desk import TokenDesk
from app.web.live import Streams
from app.web.recorder import Recorder
from app.web.scenes.projector import Projector
from app.web.summaries import Summaries


@dataclass(frozen=True, slots=True)
class Installation:
    """The parts that main put together."""

    settings: Settings
    database: Database
    clock: Clock
    boards: BoardKeeper
    desk: TokenDesk
    recorder: Recorder
    streams: Streams
    summaries: Summaries
    projector: Projector


def installation(request: Request) -> Installation:
    """The installation that serves this request."""
    found: Installation = request.app.state.installation
    return found
