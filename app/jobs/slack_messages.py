"""Slack's messages, as jobs: each is posted once, and changed in place whenever what it tells of changes."""

from datetime import datetime, timedelta
from typing import Final

from app.bulkheads import Bulkhead
from app.clock import Clock
from app.db.database import Database
from app.errors import Problem
from app.integrations.slack.client import Reply, SlackClient, SlackUnreachable
from app.jobs.worker import Job, Postponed
from app.services import slack_messages
from app.services.jobs import Claim
from app.services.operations.secrets import SigningKey
from app.services.slack import sending
from app.services.slack.sending import Failed, Moment, Outgoing

ATTEMPTS: Final = 14
"""A second later, then twice as long each, five minutes at most: half an hour."""
AT_ONCE: Final = 4
CROWDED: Final = "Too many messages to Slack are under way."


class SlackAway(Problem):
    """Slack has trouble of its own; it is tried again."""

    status = 502
    title = "Slack is away"


class MessageRefused(Problem):
    """Slack takes a message never: there is a mistake of ours in it."""

    status = 502
    title = "Slack refuses a message"


class SlackMessages:
    """The handler of messages. What is to be sent, and that it was, are committed apart from the call between them."""

    def __init__(self, database: Database, clock: Clock, key: SigningKey, api_url: str, public_url: str) -> None:
        self._database, self._clock, self._key, self._public_url = database, clock, key, public_url
        self._client = SlackClient(api_url)
        self._threads = Bulkhead("slack", threads=AT_ONCE, seconds=5.0, sentence=CROWDED)

    def job(self) -> Job:
        """The job, with how it is tried again."""
        return Job(
            slack_messages.SEND, self.send, attempts=ATTEMPTS, backoff=timedelta(seconds=1), factor=2,
            longest=timedelta(minutes=5), final=(MessageRefused,),
        )  # fmt: skip

    async def send(self, claim: Claim) -> None:
        """Post the `message` of the payload, or show in it what is so now. Raises what the worker goes by."""
        message_id, again = str(claim.payload["message"]), bool(claim.payload.get("again"))
        found = await self._database.writes.run(self._begin, message_id, again)
        if found is None:
            return
        if not isinstance(found, Outgoing):
            raise Postponed(found)
        try:
            reply = await self._threads.run(
                self._client.call, found.method, found.token, found.arguments, self._clock.real(), long=True
            )
        except Problem as problem:
            is_unknown = isinstance(problem, SlackUnreachable) and problem.was_sent
            await self._fail(found, claim, "unknown" if is_unknown else "unsent")
            raise
        await self._settle(found, claim, reply)

    async def _settle(self, outgoing: Outgoing, claim: Claim, reply: Reply) -> None:
        verdict = reply.verdict
        match verdict.kind:
            case "done":
                await self._database.writes.run(self._sent, outgoing, reply)
            case "rests":
                until = self._clock.real() + timedelta(seconds=verdict.seconds)
                await self._database.writes.run(self._rest, outgoing, until)
                raise Postponed(until)
            case "again":
                await self._fail(outgoing, claim, "unsent")
                raise SlackAway(f"Slack has trouble of its own ({verdict.error}).")
            case "refused":
                if await self._database.writes.run(self._refuse, outgoing, reply):
                    raise MessageRefused(f"Slack refused a message: {verdict.error}.")

    async def _fail(self, outgoing: Outgoing, claim: Claim, how: Failed) -> None:
        """Note that Slack had trouble. Raises Postponed while it is away: waiting for it spends no attempts."""
        until = await self._database.writes.run(self._failed, outgoing, how, claim.attempt >= ATTEMPTS)
        if until is not None:
            raise Postponed(until)

    def _moment(self) -> Moment:
        return Moment(self._clock.real(), self._clock.game())

    def _begin(self, message_id: str, again: bool) -> Outgoing | datetime | None:
        with self._database.unit_of_work() as session:
            return sending.begin(session, self._key, message_id, self._public_url, self._moment(), again=again)

    def _sent(self, outgoing: Outgoing, reply: Reply) -> None:
        with self._database.unit_of_work() as session:
            sending.sent(session, outgoing, reply.document, self._public_url, self._moment())

    def _failed(self, outgoing: Outgoing, how: Failed, is_last: bool) -> datetime | None:
        with self._database.unit_of_work() as session:
            until = sending.failed(session, outgoing, how, self._moment())
            if until is None and is_last:
                sending.give_up(session, outgoing.message_id, self._moment())
            return until

    def _rest(self, outgoing: Outgoing, until: datetime) -> None:
        with self._database.unit_of_work() as session:
            sending.rests(session, outgoing, until, self._moment())

    def _refuse(self, outgoing: Outgoing, reply: Reply) -> bool:
        with self._database.unit_of_work() as session:
            return sending.refused(session, outgoing, reply.verdict, self._moment())
