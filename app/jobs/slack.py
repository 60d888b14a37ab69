"""Slack, as jobs: a token is tried, and who typed something unknown is looked up, at the pace that Slack takes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.bulkheads import Bulkhead
from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Act
from app.errors import Problem
from app.integrations.slack.client import Reply, SlackClient, SlackUnreachable
from app.jobs.worker import Job, Postponed
from app.services.jobs import Claim
from app.services.operations.secrets import SigningKey
from app.services.slack import finding, meeting, pace, switching, workspaces
from app.services.slack.finding import Unfound
from app.services.slack.workspaces import BY_SLACK, Tried

KINDS: Final = (workspaces.TRY, meeting.MEET, finding.FIND)
FIND: Final = finding.FIND
LEASE = timedelta(minutes=1)
ATTEMPTS = 12
"""A second later, then twice as long each, five minutes at most: over a quarter of an hour."""
AT_ONCE = 4
CROWDED = "Too many calls to Slack are under way."
RENEWED = "The token was replaced meanwhile."
AWAY = "Slack didn’t answer. Paste the token again in a while."
REFUSED = {
    "everything": "Slack doesn’t accept this token. Copy the Bot User OAuth Token again, under Install App.",
    "feature": "The app may not do this. Paste the manifest again, and install the app again.",
}


class SlackAway(Problem):
    """Slack has trouble of its own; it is tried again."""

    status = 502
    title = "Slack is away"


class SlackJobs:
    """The handlers of Slack's jobs. Each call takes its turn in the database, so that all servers keep one pace."""

    def __init__(self, database: Database, clock: Clock, key: SigningKey, api_url: str) -> None:
        self._database, self._clock, self._key = database, clock, key
        self._client = SlackClient(api_url)
        self.threads = Bulkhead("slack", threads=AT_ONCE, seconds=5.0, sentence=CROWDED)

    def jobs(self) -> Sequence[Job]:
        """The jobs, with how they are tried again."""
        policy: dict[str, Any] = {
            "lease": LEASE, "attempts": ATTEMPTS, "backoff": timedelta(seconds=1), "factor": 2,
            "longest": timedelta(minutes=5),
        }  # fmt: skip
        return [
            Job(workspaces.TRY, self.try_token, **policy), Job(meeting.MEET, self.meet, **policy),
            Job(finding.FIND, self.find, **policy),
        ]  # fmt: skip

    async def try_token(self, claim: Claim) -> None:
        """Try the token that waits, and use it if it works."""
        connection_id = str(claim.payload["connection"])
        token = await self._database.reads.run(self._waiting_token, connection_id)
        if token is None:
            return
        try:
            reply = await self.call_with(connection_id, "auth.test", token, {})
        except Problem:
            if claim.attempt >= ATTEMPTS:
                await self._database.writes.run(self._refuse, connection_id, token, AWAY)
            raise
        await self._database.writes.run(self._settle, connection_id, token, reply)

    def _waiting_token(self, connection_id: str) -> str | None:
        with self._database.reading() as session:
            return workspaces.waiting_token(session, self._key, connection_id)

    def _refuse(self, connection_id: str, token: str, sentence: str) -> None:
        with self._database.unit_of_work() as session:
            workspaces.refuse(session, self._key, connection_id, token, sentence, self._clock.real())

    def _settle(self, connection_id: str, token: str, reply: Reply) -> None:
        verdict, said = reply.verdict, reply.document
        if verdict.kind != "done":
            usual = f"Slack refused the token: {verdict.error}."
            self._refuse(connection_id, token, REFUSED.get(verdict.scope, usual))
            return
        tried = Tried(
            str(said.get("team_id") or ""), str(said.get("team") or "")[:200], str(said.get("user_id") or ""),
            reply.scopes, is_org_wide=bool(said.get("is_enterprise_install")),
        )  # fmt: skip
        with self._database.unit_of_work() as session:
            workspaces.accept(session, self._key, connection_id, token, tried, self._clock.real())

    async def meet(self, claim: Claim) -> None:
        """Look somebody up, and know them from then on by the email that Slack confirmed."""
        connection_id, user_id = str(claim.payload["connection"]), str(claim.payload["user"])
        reply = await self.request(connection_id, "users.info", {"user": user_id}, is_awaited=True)
        if reply is not None and reply.verdict.kind == "done":
            await self._database.writes.run(self._meet, connection_id, user_id, reply)

    def _token(self, connection_id: str) -> str | None:
        with self._database.reading() as session:
            return workspaces.token_of(session, self._key, connection_id)

    def _meet(self, connection_id: str, user_id: str, reply: Reply) -> None:
        now = self._clock.real()
        with self._database.unit_of_work() as session:
            meeting.learn(session, connection_id, user_id, reply.document.get("user"), now)

    async def find(self, claim: Claim) -> None:
        """Look the next person up by their email who isn't known at Slack, and go on with the one after them."""
        connection_id, after = str(claim.payload.get("connection", "")), str(claim.payload.get("after", ""))
        if not connection_id:
            await self._database.writes.run(self._begin_finding)
            return
        person = await self._database.reads.run(self._next_one, connection_id, after)
        if person is None:
            return
        reply = await self.request(connection_id, "users.lookupByEmail", {"email": person.email})
        if reply is not None and reply.verdict.scope not in {"everything", "feature"}:
            await self._database.writes.run(self._found, connection_id, person, reply)

    def _begin_finding(self) -> None:
        with self._database.unit_of_work() as session:
            finding.begin(session, self._clock.real())

    def _next_one(self, connection_id: str, after: str) -> Unfound | None:
        with self._database.reading() as session:
            return finding.next_one(session, connection_id, after)

    def _found(self, connection_id: str, person: Unfound, reply: Reply) -> None:
        now = self._clock.real()
        with self._database.unit_of_work() as session:
            if reply.verdict.kind == "done":
                finding.found(session, connection_id, reply.document.get("user"), now)
            finding.go_on(session, connection_id, person.person_id, now)

    async def ask(self, connection_id: str, method: str, arguments: Mapping[str, Any]) -> bool:
        """Call a method for somebody who waits; False where there is no token, no answer or a refusal."""
        try:
            reply = await self.request(connection_id, method, arguments, is_awaited=True)
        except (Postponed, SlackAway, SlackUnreachable):
            return False
        return reply is not None and reply.verdict.kind == "done"

    async def request(
        self, connection_id: str, method: str, arguments: Mapping[str, Any], *, is_awaited: bool = False
    ) -> Reply | None:
        """Call a method with the token in use; None without one. A token that Slack took back is erased.

        Raises Postponed, SlackAway or SlackUnreachable.
        """
        begun = self._clock.real()
        token = await self._database.reads.run(self._token, connection_id)
        if token is None:
            return None
        reply = await self.call_with(connection_id, method, token, arguments, is_awaited=is_awaited)
        if reply.verdict.scope == "everything":
            await self._database.writes.run(self._end, connection_id, begun)
        return reply

    def _end(self, connection_id: str, begun: datetime) -> None:
        """Erase a token that Slack took back. Raises SlackAway where another one took its place, or is to."""
        now = self._clock.real()
        with self._database.unit_of_work() as session:
            if workspaces.is_renewed(session, connection_id, begun):
                raise SlackAway(RENEWED)
            why, act = REFUSED["everything"], Act(BY_SLACK, now)
            switching.revoked(session, connection_id, now, act, why, self._clock.game())

    async def call_with(
        self, connection_id: str, method: str, token: str, arguments: Mapping[str, Any], *, is_awaited: bool = False
    ) -> Reply:
        """Call a method with a token, in its turn.

        Raises Postponed until the turn comes, or while Slack wants to be left alone; SlackAway or SlackUnreachable.
        The turn that somebody who waits has booked is waited for here: who comes again would book another one.
        """
        now = self._clock.real()
        until = await self._database.writes.run(self._take, connection_id, method, now, is_awaited)
        if until is not None and is_awaited and until <= now + pace.PATIENCE:
            await asyncio.sleep((until - now).total_seconds())
        elif until is not None:
            raise Postponed(until)
        now = self._clock.real()
        reply = await self.threads.run(self._client.call, method, token, arguments, now, long=True)
        match reply.verdict.kind:
            case "rests":
                rested = self._clock.real() + timedelta(seconds=reply.verdict.seconds)
                await self._database.writes.run(self._rest, connection_id, method, rested)
                raise Postponed(rested)
            case "again":
                raise SlackAway(f"Slack has trouble of its own ({reply.verdict.error}).")
        return reply

    def _take(self, connection_id: str, method: str, now: datetime, is_awaited: bool) -> datetime | None:
        with self._database.unit_of_work() as session:
            return pace.take(session, connection_id, method, now, is_awaited=is_awaited)

    def _rest(self, connection_id: str, method: str, until: datetime) -> None:
        with self._database.unit_of_work() as session:
            pace.rest(session, connection_id, method, until, self._clock.real())
