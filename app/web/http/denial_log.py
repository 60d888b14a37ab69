"""Refusals worth remembering: somebody known tried what they may not."""

import time
from collections.abc import Hashable
from contextlib import suppress
from typing import NamedTuple

from starlette.requests import Request

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Act, Actor
from app.errors import Problem, Unavailable
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.web.http.client import address_of
from app.web.http.rations import Ration, Rations
from app.web.http.route_names import route_of

REST = "Further refusals of this reader are left out until the hour is over."
WAIT_SECONDS = 1.0  # a refusal is not held up for long by what is written elsewhere


class Refusals:
    """Writes refusals into the audit, each reader's within a ration: a loop of tries must not fill the disk.

    A refusal is the same one again by method, route and status: addresses are the client's to choose, so they are no
    part of it, and not written down either.
    """

    def __init__(self, database: Database, clock: Clock, rations: Rations | None = None) -> None:
        self._database = database
        self._clock = clock
        self._rations = rations or Rations()

    async def note(self, request: Request, actor: Actor | None, problem: Problem) -> None:
        """Note that somebody was refused here; what nobody known tried is the log's matter."""
        if actor is not None and (note := self._make(request, actor, problem)) is not None:
            with suppress(Unavailable):
                await self._database.writes.run(self._write, note, until=time.monotonic() + WAIT_SECONDS)

    def write(self, request: Request, actor: Actor, problem: Problem) -> None:
        """Note the same, from a thread that writes."""
        if (note := self._make(request, actor, problem)) is not None:
            with suppress(Unavailable):
                self._write(note)

    def _make(self, request: Request, actor: Actor, problem: Problem) -> "_Note | None":
        """Make the audit's note of a refusal; None where the reader's ration is used up."""
        route = route_of(request)
        ration = self._rations.take(_reader(actor), (request.method, route, problem.status))
        if ration is Ration.DROP:
            return None
        detail = problem.detail if ration is Ration.WRITE else REST
        page = AuditTarget("page", route, f"{request.method} {route}")
        details: dict[str, int | str] = {"status": problem.status, "detail": detail}
        return _Note(Act(actor, self._clock.real(), address_of(request) or None), page, details)

    def _write(self, note: "_Note") -> None:
        with self._database.unit_of_work() as session:
            audit.note(session, "access.refused", note.page, note.act, after=note.details)


class _Note(NamedTuple):
    """A refusal as the audit has it."""

    act: Act
    page: AuditTarget
    details: dict[str, int | str]


def _reader(actor: Actor) -> Hashable:
    """The identity that rations count by, whatever somebody calls themselves."""
    return actor.person_id or (actor.kind, actor.name)
