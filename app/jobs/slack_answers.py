"""Answers to people in Slack that come later, as jobs: each tells what is so when it is sent, once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Literal

from app.bulkheads import Bulkhead
from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.domain.slack import writing
from app.errors import Problem, Unavailable
from app.integrations.outbound import AddressRefused
from app.integrations.slack.client import SlackClient, SlackUnreachable
from app.jobs.slack import SlackAway, SlackJobs
from app.jobs.worker import Job, Postponed
from app.services.jobs import Claim
from app.services.shifts.worth import Worths
from app.services.slack import answers, homes, opening, pending, presses
from app.services.slack.homes import Opening
from app.services.slack.looks import Site

KINDS: Final = (pending.ANSWER, opening.OPEN)
LEASE = timedelta(minutes=1)
ATTEMPTS = 5
"""Slack takes five calls at a `response_url` (docs.slack.dev)."""
SOON = timedelta(seconds=1)
AT_ONCE = 4
CROWDED = "Too many answers to Slack are under way."


class SlackAnswers:
    """The handlers of answers, and of forms that are to be opened."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, slack: SlackJobs) -> None:
        self._database, self._clock, self._slack = database, clock, slack
        self._client = SlackClient(settings.slack_api_url)
        self._site = Site(settings.public_url, settings.board_visibility == "public", Worths())
        self._threads = Bulkhead("slack", threads=AT_ONCE, seconds=5.0, sentence=CROWDED)

    def jobs(self) -> Sequence[Job]:
        """The job, with how it is tried again."""
        policy: dict[str, Any] = {"lease": LEASE, "attempts": ATTEMPTS, "backoff": SOON, "factor": 3}
        return [Job(pending.ANSWER, self.answer, **policy), Job(opening.OPEN, self.open, **policy)]

    async def open(self, claim: Claim) -> None:
        """Open a form while its trigger is valid, else lead to its page."""
        call_id = str(claim.payload["call"])
        found = await self._database.reads.run(self._form, call_id)
        if found is None:
            return
        connection_id, arguments = found
        if arguments is not None and await self._slack.ask(connection_id, "views.open", arguments):
            await self._database.writes.run(self._opened, call_id)
        else:
            await self._database.writes.run(self._not_opened, call_id)

    def _form(self, call_id: str) -> tuple[str, dict[str, Any] | None] | None:
        """The form to open as arguments, None where its trigger is over; none of both where it is open."""
        with self._database.reading() as session:
            call = pending.find(session, call_id)
            if call is None or call.done_at is not None:
                return None
            view = opening.view(call, self._clock.real())
            return call.connection_id, {"trigger_id": call.event_id, "view": view} if view is not None else None

    def _opened(self, call_id: str) -> None:
        with self._database.unit_of_work() as session:
            opening.opened(session, call_id, self._clock.real())

    def _not_opened(self, call_id: str) -> None:
        with self._database.unit_of_work() as session:
            now = self._clock.real()
            opening.failed(session, call_id, self._site.url, now)
            call = pending.find(session, call_id)
            if call is not None and not call.response_url:  # it was asked for in Home
                homes.opened(session, Opening(call.connection_id, call.user_id, call.event_id, call.id), now)

    async def answer(self, claim: Claim) -> None:
        """Send an answer to where a call said to, as long as Slack takes it."""
        call_id, in_home = str(claim.payload["call"]), "home" in claim.payload
        try:
            await self._database.writes.run(self._finish, call_id, in_home)
        except Unavailable:
            raise
        except Problem as problem:
            await self._database.writes.run(self._refuse, call_id, problem, in_home)
        if in_home:
            return  # Home tells it
        found = await self._database.writes.run(self._message, call_id)
        if found is None:
            return
        url, message = found
        try:
            if await self._send(url, message) == "again" and claim.attempt < ATTEMPTS:
                raise SlackAway("Slack takes no answers now.")
        except (Problem, Postponed):
            await self._database.writes.run(self._untold, call_id, url)
            raise
        await self._database.writes.run(self._told, call_id)

    async def _send(self, url: str, message: dict[str, Any]) -> Literal["over", "again"]:
        """Send an answer once; what may have arrived isn't sent again. Raises Postponed while Slack wants a rest."""
        try:
            reply = await self._threads.run(self._client.respond, url, message, self._clock.real(), long=True)
        except AddressRefused:
            return "over"
        except SlackUnreachable as problem:
            return "over" if problem.was_sent else "again"
        if reply.verdict.kind == "rests":
            raise Postponed(self._clock.real() + timedelta(seconds=reply.verdict.seconds))
        return "again" if reply.verdict.kind == "again" else "over"

    def _finish(self, call_id: str, in_home: bool) -> None:
        with self._database.unit_of_work() as session:
            answers.finish(session, call_id, self._clock.game(), self._clock.real(), in_home=in_home)

    def _message(self, call_id: str) -> tuple[str, dict[str, Any]] | None:
        """The address of an answer, and the answer; None where there is nothing to send. Raises Postponed.

        Whoever is killed with it leaves no address behind: nobody knows then if it was sent, and it isn't sent twice.
        """
        now = self._clock.real()
        with self._database.unit_of_work() as session:
            call = pending.find(session, call_id)
            is_open = call is not None and pending.is_open(call, now)
            lines = answers.lines(session, self._site, call, self._clock.game(), now) if call and is_open else []
            if lines is None:
                raise Postponed(now + SOON)
            if call is None or not lines:
                pending.told(session, call_id)
                return None
            return pending.take_address(session, call), writing.later(lines, answers.audience(call))

    def _refuse(self, call_id: str, problem: Problem, in_home: bool) -> None:
        with self._database.unit_of_work() as session:
            presses.refuse(session, call_id, problem, self._clock.real(), in_home=in_home)

    def _untold(self, call_id: str, url: str) -> None:
        with self._database.unit_of_work() as session:
            pending.untold(session, call_id, url)

    def _told(self, call_id: str) -> None:
        with self._database.unit_of_work() as session:
            pending.told(session, call_id)
