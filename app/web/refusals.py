"""Refusals worth remembering: somebody known tried what they may not."""

import time

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.db import Database
from app.domain.who import Who
from app.errors import Problem, Unavailable
from app.services import audit
from app.services.audit import Origin, Thing
from app.web.clock import Clock
from app.web.origin import origin_of

QUIET_SECONDS = 60.0
MOST_KEPT = 1_000


class Refusals:
    """Writes refusals into the audit, the same one once a minute at most: a loop of tries must not fill the disk."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._told: dict[tuple[str, str, str], float] = {}

    async def note(self, request: Request, who: Who | None, problem: Problem) -> None:
        """Note that somebody was refused here; what nobody known tried is the log's matter."""
        if who is None:
            return
        path = str(request.scope["path"])[:200]
        key = (who.name, request.method, path)
        now = time.monotonic()
        if now - self._told.get(key, -QUIET_SECONDS) < QUIET_SECONDS:
            return
        if len(self._told) >= MOST_KEPT:
            self._told.clear()
        self._told[key] = now
        page = Thing("page", path, f"{request.method} {path}")
        await run_in_threadpool(self._write, origin_of(request, who), who.name, page, problem)

    def _write(self, origin: Origin, by: str, page: Thing, problem: Problem) -> None:
        try:
            with self._database.unit_of_work() as session:
                audit.comes_from(session, origin)
                facts = {"status": problem.status, "detail": problem.detail}
                audit.note(session, "access.refused", page, by=by, now=self._clock(), after=facts)
        except Unavailable:
            pass
