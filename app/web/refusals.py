"""Refusals worth remembering: somebody known tried what they may not."""

from collections.abc import Hashable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from app.db import Database
from app.domain.who import Member, Who
from app.errors import Problem, Unavailable
from app.services import audit
from app.services.audit import Origin, Thing
from app.web.clock import Clock
from app.web.origin import origin_of
from app.web.rations import Ration, Rations
from app.web.route_names import route_of

REST = "Further refusals of this reader are left out until the hour is over."


class Refusals:
    """Writes refusals into the audit, each reader's within a ration: a loop of tries must not fill the disk.

    A refusal is the same one again by method, route and status: addresses are the client's to choose, so they are no
    part of it, and not written down either.
    """

    def __init__(self, database: Database, clock: Clock, rations: Rations | None = None) -> None:
        self._database = database
        self._clock = clock
        self._rations = rations or Rations()

    async def note(self, request: Request, who: Who | None, problem: Problem) -> None:
        """Note that somebody was refused here; what nobody known tried is the log's matter."""
        if who is None:
            return
        route = route_of(request)
        ration = self._rations.take(_reader(who), (request.method, route, problem.status))
        if ration is Ration.DROP:
            return
        page = Thing("page", route, f"{request.method} {route}")
        detail = problem.detail if ration is Ration.WRITE else REST
        facts: dict[str, int | str] = {"status": problem.status, "detail": detail}
        await run_in_threadpool(self._write, origin_of(request, who), who.name, page, facts)

    def _write(self, origin: Origin, by: str, page: Thing, facts: dict[str, int | str]) -> None:
        try:
            with self._database.unit_of_work() as session:
                audit.comes_from(session, origin)
                audit.note(session, "access.refused", page, by=by, now=self._clock(), after=facts)
        except Unavailable:
            pass


def _reader(who: Who) -> Hashable:
    """Who somebody is, whatever they call themselves."""
    return who.person_id if isinstance(who, Member) else (type(who), who.name)
