"""The desk that checks tokens, and remembers good answers for a moment."""

import time
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from app.db import Database
from app.services import tokens
from app.services.tokens import Bearer
from app.web.clock import Clock

KEEP_SECONDS = 2.0
MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class _Checked:
    bearer: Bearer
    at: float


class TokenDesk:
    """Checks tokens against the database and trusts a good answer for two seconds, so revoking takes hold in time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._checked: dict[str, _Checked] = {}

    async def check(self, text: str) -> Bearer:
        """Who holds this token. Raises SignInNeeded."""
        known = self._checked.get(text)
        if known is not None and time.monotonic() - known.at < KEEP_SECONDS:
            return known.bearer
        bearer = await run_in_threadpool(self._look_up, text)
        if len(self._checked) >= MOST_KEPT:
            self._checked.clear()
        self._checked[text] = _Checked(bearer, time.monotonic())
        return bearer

    def _look_up(self, text: str) -> Bearer:
        self._checked.pop(text, None)
        with self._database.reading() as session:
            return tokens.check(session, text, self._clock())
