"""The desk that checks tokens, and remembers good answers for a moment."""

import time
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from app.db import Database
from app.errors import SignInNeeded, Unavailable
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
    """Checks tokens against the database and trusts a good answer for two seconds, so revoking takes hold in time.

    While the database is away nobody can revoke, and what was good stays good.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._checked: dict[str, _Checked] = {}

    async def check(self, text: str) -> Bearer:
        """Who holds this token. Raises SignInNeeded."""
        known = self._checked.get(text)
        if known is not None and time.monotonic() - known.at < KEEP_SECONDS:
            return known.bearer
        try:
            bearer = await run_in_threadpool(self._look_up, text)
        except Unavailable:
            if known is None:
                raise
            return known.bearer
        except SignInNeeded:
            self._checked.pop(text, None)
            raise
        if len(self._checked) >= MOST_KEPT:
            self._checked.clear()
        self._checked[text] = _Checked(bearer, time.monotonic())
        return bearer

    def remembered(self, text: str) -> Bearer | None:
        """Who holds this token, if that was found out within the last two seconds."""
        known = self._checked.get(text)
        return known.bearer if known is not None and time.monotonic() - known.at < KEEP_SECONDS else None

    def _look_up(self, text: str) -> Bearer:
        with self._database.reading() as session:
            return tokens.check(session, text, self._clock())
