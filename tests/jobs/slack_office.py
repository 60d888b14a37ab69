"""A connected workspace of the stand-in, people of the cast who are linked there, and workers that send messages."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from app.db.database import Database
from app.events import JobQueued
from app.jobs.slack_messages import SlackMessages
from app.jobs.worker import Worker
from app.models import Notice, Person, QueuedJob, SlackMessage, SlackWorkspace, SourceIdentity
from app.services import slack_messages
from app.services.intake import connections
from app.services.operations.secrets import SigningKey
from app.services.slack import workspaces
from tests.builders import ADA, BO, DUA, SIGNING_KEY
from tests.services.shifts.test_seats import Plan
from tests.slack.running import StandIn
from tests.slack.workspace import BOT_TOKEN, TEAM
from tests.web.running_app import SettableClock

KEY = SigningKey(SIGNING_KEY)
BASE = "https://week.example.com"
LINKED = {ADA: "UADA", BO: "UBO", DUA: "UDUA"}
"""The people who are linked."""
LOOK = 0.02
"""The seconds between looks at what is waiting, and from one moment of the game to the next."""


@dataclass
class SlackOffice:
    """The week, and Slack beside it; the clock is the real one and the game's alike."""

    plan: Plan
    stand_in: StandIn
    connection_id: str
    clock: SettableClock = field(default_factory=SettableClock)

    @classmethod
    def open(cls, plan: Plan, stand_in: StandIn) -> "SlackOffice":
        """Connect the workspace, with its token, and link people."""
        stand_in.order("restart")
        for user in LINKED.values():
            stand_in.order("user", id=user)
        act = plan.organizer
        with plan.game.database.unit_of_work() as session:
            made = connections.connect(session, KEY, "slack", act).connection
            for email, user in LINKED.items():
                person = session.exec(select(Person).where(Person.email == email)).one()
                session.add(
                    SourceIdentity(
                        source=made.source, external_id=user, person_id=person.id, created_at=act.now, created_by="Olu"
                    )
                )
            session.add(
                SlackWorkspace(
                    connection_id=made.id, token=KEY.seal(workspaces.PURPOSE, BOT_TOKEN), token_end="mnop",
                    set_at=act.now - timedelta(hours=1), set_by="Olu", team_id=TEAM, team_name="Test team",
                    scopes="commands chat:write",
                )
            )  # fmt: skip
        return cls(plan, stand_in, made.id, SettableClock(act.now))

    def open_channel(self) -> str:
        """Have news posted in a channel; its id."""
        self.stand_in.order("channel", id="CNEWS")
        with self.database.unit_of_work() as session:
            workspaces.announce_in(session, self.connection_id, "CNEWS", self.plan.organizer)
        return "CNEWS"

    def posts(self) -> list[dict[str, Any]]:
        """The messages in that channel."""
        return [each for each in self.said() if each["channel"] == "CNEWS"]

    @property
    def database(self) -> Database:
        """The database."""
        return self.plan.game.database

    def at(self, moment: datetime) -> Plan:
        """Let it be a moment; the plan then."""
        self.clock.set(moment)
        self.plan = replace(self.plan, now=moment)
        return self.plan

    def work(self, *places: Database, until: Callable[[], bool] | None = None) -> None:
        """Send what is due, on as many servers as there are databases, as time goes by, until nothing is due."""

        def is_over(jobs: Sequence[QueuedJob]) -> bool:
            return not jobs if until is None else until()

        async def play() -> None:
            workers = [
                Worker(place, self.clock, [SlackMessages(place, self.clock, KEY, self.stand_in.api_url, BASE).job()])
                for place in places or (self.database,)
            ]  # fmt: skip
            tasks = [asyncio.create_task(worker.run()) for worker in workers]
            async with asyncio.timeout(30):
                while not is_over(jobs := self.waiting()):
                    self.clock.set(self._next(jobs))
                    for worker in workers:
                        worker.notify(JobQueued(slack_messages.SEND))
                    await asyncio.sleep(LOOK)
            for worker in workers:
                await worker.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run(play())
        self.plan = replace(self.plan, now=self.clock.now)

    def _next(self, jobs: Sequence[QueuedJob]) -> datetime:
        """As long as a look takes later, or when the next job is due if that is later: nobody waits for minutes."""
        soon = self.clock.now + timedelta(seconds=LOOK)
        return soon if not jobs or any(job.leased_by for job in jobs) else max(soon, min(job.run_at for job in jobs))

    def waiting(self, within: timedelta = timedelta(minutes=5)) -> list[QueuedJob]:
        """The jobs of messages that are due soon, or under way."""
        with self.database.reading() as session:
            query = select(QueuedJob).where(QueuedJob.kind == slack_messages.SEND, col(QueuedJob.done_at).is_(None))
            found = session.exec(query.where(col(QueuedJob.dead_at).is_(None))).all()
        return [job for job in found if job.leased_by or job.run_at <= self.clock.now + within]

    def messages(self) -> Sequence[SlackMessage]:
        """The messages as they are kept here, as they were planned."""
        with self.database.reading() as session:
            return session.exec(select(SlackMessage).order_by(col(SlackMessage.created_at), col(SlackMessage.id))).all()

    def said(self, user: str = "") -> list[dict[str, Any]]:
        """The messages that Slack shows, to one of its people or in all."""
        found = self.stand_in.order("messages")
        return [each for each in found if not user or each["channel"] == f"D{user[1:]}"]

    def buttons(self, user: str) -> list[list[str]]:
        """The buttons of each message to somebody, in their order: the acts, and of what."""
        return [acts_of(each) for each in self.said(user)]

    def mailed(self) -> list[tuple[str, str]]:
        """The kinds of emails that were written, and to whom."""
        with self.database.reading() as session:
            query = select(Notice.kind, Person.email).join(Person, col(Person.id) == Notice.person_id)
            return sorted(session.exec(query.where(Notice.channel == "email")))

    def refusals(self) -> list[str]:
        """The errors that Slack answered with."""
        return [each["error"] for each in self.stand_in.order("calls") if each["error"]]


def acts_of(message: dict[str, Any]) -> list[str]:
    """The buttons of a message that do something: their acts and values."""
    return [
        f"{each['action_id']} {each.get('value', '')}"
        for block in message.get("blocks") or []
        for each in [*block.get("elements", ()), block.get("accessory") or {}]
        if each.get("type") == "button" and not each.get("url")
    ]
