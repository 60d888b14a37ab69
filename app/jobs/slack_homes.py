"""Homes in Slack, as jobs: each shows what is so when it is sent; and a watch over what they show."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.domain.slack import writing
from app.domain.slack.writing import Lines
from app.errors import Problem
from app.events import Changed, Event, JobQueued, RulesChanged, WeekChanged
from app.jobs.slack import SlackJobs
from app.jobs.worker import Job, Postponed
from app.models import Connection
from app.services.jobs import Claim
from app.services.shifts.worth import Worths
from app.services.slack import home, homes, pending, people, strangers
from app.services.slack.links import Asked
from app.services.slack.looks import Site

KINDS: Final = (homes.HOME,)
ATTEMPTS: Final = 8
LOOK_SECONDS: Final = 2.0
"""The longest time between looks for what other processes changed; what this one did is seen soon."""
REST_SECONDS: Final = 0.2
"""The rest between looks in any case: with hundreds of activities a second, one look each would cost as much."""


class HomeRefused(Problem):
    """Slack takes a Home never: there is a mistake of ours in it."""

    status = 502
    title = "Slack refuses a Home"


class SlackHomes:
    """The handler of Homes."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, slack: SlackJobs) -> None:
        self._database, self._clock, self._slack = database, clock, slack
        self._site = Site(settings.public_url, settings.board_visibility == "public", Worths())

    def jobs(self) -> Sequence[Job]:
        """The job, with how it is tried again."""
        policy: dict[str, Any] = {"attempts": ATTEMPTS, "backoff": timedelta(seconds=1), "factor": 2}
        return [Job(homes.HOME, self.publish, final=(HomeRefused,), **policy)]

    async def publish(self, claim: Claim) -> None:
        """Send a Home as it is now, unless it was sent since what it is sent for."""
        connection_id, user_id = str(claim.payload["connection"]), str(claim.payload["user"])
        is_awaited, now = "awaited" in claim.payload, self._clock.real()
        at = datetime.fromisoformat(str(claim.payload["at"]))
        turn = await self._database.reads.run(self._turn, connection_id, user_id, at, now, is_awaited)
        if turn == "done":
            return
        if isinstance(turn, datetime):
            raise Postponed(turn)
        call_id = str(claim.payload.get("call", ""))
        lines = await self._lines(connection_id, user_id, call_id)
        arguments = {"user_id": user_id, "view": home.view(lines)}
        reply = await self._slack.request(connection_id, "views.publish", arguments, is_awaited=is_awaited)
        if reply is not None and reply.verdict.kind == "done":
            await self._database.writes.run(self._sent, connection_id, user_id, now, call_id)
        elif reply is not None and reply.verdict.scope in {"request", "blocks"}:
            raise HomeRefused(f"Slack refused a Home: {reply.verdict.error}.")

    def _turn(self, connection_id: str, user_id: str, at: datetime, now: datetime, is_awaited: bool) -> homes.Turn:
        with self._database.reading() as session:
            return homes.turn(session, connection_id, user_id, at, now, is_awaited=is_awaited)

    async def _lines(self, connection_id: str, user_id: str, call_id: str) -> Lines:
        lines = await self._database.reads.run(self._week, connection_id, user_id, call_id)
        return lines if lines is not None else await self._database.writes.run(self._greet, connection_id, user_id)

    def _week(self, connection_id: str, user_id: str, call_id: str) -> Lines | None:
        """The week of somebody, below what became of their press; None for who isn't known."""
        with self._database.reading() as session:
            person = people.find(session, session.get_one(Connection, connection_id).source, user_id)
            call = pending.find(session, call_id) if call_id else None
            result = list(writing.load(call.result))[:1] if call is not None else []
            return home.lines(session, self._site, person, self._clock.game(), result) if person is not None else None

    def _greet(self, connection_id: str, user_id: str) -> Lines:
        with self._database.unit_of_work() as session:
            return strangers.greet(session, self._site, Asked(connection_id, user_id, ""), self._clock.real())

    def _sent(self, connection_id: str, user_id: str, now: datetime, call_id: str) -> None:
        with self._database.unit_of_work() as session:
            if call_id:
                pending.told(session, call_id)
            homes.sent(session, connection_id, user_id, now)


class HomeWatch:
    """Has open Homes sent again whenever what they show has changed, by this process or another."""

    def __init__(self, database: Database, clock: Clock, *, look: float = LOOK_SECONDS) -> None:
        self._database, self._clock, self._look = database, clock, look
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._known: str | None = None
        self._is_any_open, self._was_opened = True, False
        database.subscribe(self.notify)

    def notify(self, news: Event) -> None:
        """Look soon, where a Home is open that may show this; safe to call from any thread."""
        if isinstance(news, JobQueued) and news.kind == homes.HOME:
            self._is_any_open = self._was_opened = True
        is_seen = self._is_any_open and isinstance(news, Changed | RulesChanged | WeekChanged)
        if is_seen and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Watch until cancelled. Raises Unavailable while the database is away; run it again."""
        self._loop = asyncio.get_running_loop()
        while True:
            self._was_opened = False
            mark = await self._database.reads.run(self._mark)
            self._is_any_open = bool(mark) or self._was_opened  # after the look had begun
            if mark and self._known not in (None, mark):
                await self._database.writes.run(self._changed, mark)
            self._known = mark
            await asyncio.sleep(REST_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look):
                    await self._wake.wait()
            self._wake.clear()

    def _mark(self) -> str:
        """The state of what open Homes show; empty while none is open, so that looking costs one question."""
        with self._database.reading() as session:
            is_any_open = homes.is_any_open(session, self._clock.real())
            return homes.mark(session, self._clock.game()) if is_any_open else ""

    def _changed(self, mark: str) -> None:
        with self._database.unit_of_work() as session:
            homes.changed(session, mark, self._clock.real())
