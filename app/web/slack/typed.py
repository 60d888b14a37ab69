"""Commands as people type them: a log is recorded at once, all else is looked at or said and leaves no text."""

from dataclasses import replace
from functools import partial

from starlette.responses import Response

from app.domain.slack import commands
from app.domain.slack.calls import Call
from app.domain.slack.commands import Command
from app.domain.slack.writing import Lines
from app.integrations.sources import registry
from app.models import Person
from app.services.intake import processing
from app.services.intake.connections import Recipient
from app.services.intake.deliveries import Incoming
from app.services.slack import answers, logs, looks, opening, people, sentences, workspaces
from app.services.slack.logs import LogOutcome
from app.services.slack.looks import LOOKS
from app.web.slack.parts import Desk, said
from app.web.slack.said import SaidCommands


class TypedCommands:
    """Answers commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._said = SaidCommands(desk)

    async def answer(self, recipient: Recipient, incoming: Incoming, call: Call) -> Response:
        """Answer a command; a copy of it gets the same answer."""
        command = commands.parse(call.text)
        desk = self._desk
        if command.verb == "log" and command.kind:
            delivery_id = await desk.queue.store(incoming)
            later = partial(self._later, recipient, call, answers.LOG, delivery_id)
            work = self._log(recipient, call, delivery_id)
            return said(delivery_id, await desk.in_time(work, later, sentences.SAVED))
        delivery_id = await desk.queue.store(incoming.ignored(f"Answered: /assembly {command.verb}."))
        if command.verb in LOOKS:
            later = partial(self._later, recipient, call, command.verb, "")
            return said(delivery_id, await desk.in_time(self._look(recipient, call, command), later))
        match command.verb:
            case "connect":
                later = partial(self._later, recipient, call, answers.CONNECT, "")
                return said(delivery_id, await desk.in_time(self._connect(recipient, call), later))
            case "log":
                return said(delivery_id, await desk.database.writes.run(self._open_form, recipient, call, command))
            case "cheer":
                return await self._said.cheer(recipient, call, command, delivery_id)
            case "announce":
                later = partial(self._later, recipient, call, answers.ANNOUNCE, "")
                return said(delivery_id, await desk.in_time(self._said.announce(recipient, call, command), later))
        return said(delivery_id, sentences.help_lines(desk.site.url))

    async def _later(self, recipient: Recipient, call: Call, action: str, value: str) -> None:
        desk = self._desk
        await desk.database.writes.run(desk.keep, recipient, call, action, value, desk.clock.real())

    async def _log(self, recipient: Recipient, call: Call, delivery_id: str) -> Lines:
        outcome = await self.process(recipient, call, delivery_id)
        greeting = await self._greet(recipient, call) if outcome.state == "unmatched" else ()
        return sentences.log_lines(outcome, greeting)

    async def process(self, recipient: Recipient, call: Call, delivery_id: str) -> LogOutcome:
        """Process a log now, unless another process does; what became of it. One that was undone is logged again."""
        database = self._desk.database
        await database.writes.run(self._process, delivery_id)
        outcome = await database.reads.run(self._outcome, delivery_id)
        is_undone = outcome.state == "repeated" and outcome.is_undone
        if is_undone and await database.writes.run(self._log_again, recipient, call, outcome):
            return replace(outcome, state="recorded", is_live=True, is_undone=False)
        return outcome

    def _process(self, delivery_id: str) -> None:
        with self._desk.database.unit_of_work() as session:
            delivery = logs.claim(session, delivery_id)
            if delivery is not None:
                processing.process(session, delivery, registry.parse, self._desk.clock.game())

    def _outcome(self, delivery_id: str) -> LogOutcome:
        with self._desk.database.reading() as session:
            return logs.outcome(session, delivery_id)

    def _log_again(self, recipient: Recipient, call: Call, outcome: LogOutcome) -> bool:
        with self._desk.database.unit_of_work() as session:
            person = people.find(session, recipient.source, call.user_id)
            if person is None:
                return False
            return logs.log_again(session, outcome.activity_id, person, people.act_of(person, self._desk.clock.game()))

    def _open_form(self, recipient: Recipient, call: Call, command: Command) -> Lines | None:
        """Have the form for a log opened; where Slack can't be asked, say how a log is typed."""
        desk = self._desk
        with desk.database.unit_of_work() as session:
            workspace = workspaces.find(session, recipient.id)
            if workspace is not None and workspace.token is not None and call.trigger_id:
                said = {"link": command.link, "note": command.note}
                opening.plan(session, recipient.id, call, opening.LOG, desk.clock.real(), **said)
                return None
        return [sentences.USAGE]

    async def _greet(self, recipient: Recipient, call: Call) -> Lines:
        desk = self._desk
        return await desk.database.writes.run(desk.greet, recipient, call, desk.clock.real())

    async def _look(self, recipient: Recipient, call: Call, command: Command) -> Lines:
        lines = await self._desk.database.reads.run(self._lines, recipient, call, command.verb)
        return lines if lines is not None else await self._greet(recipient, call)

    def _lines(self, recipient: Recipient, call: Call, verb: str) -> Lines | None:
        desk = self._desk
        with desk.database.reading() as session:
            person = people.find(session, recipient.source, call.user_id)
            return looks.lines(session, desk.site, verb, person, desk.clock.game())

    async def _connect(self, recipient: Recipient, call: Call) -> Lines:
        person = await self._desk.database.reads.run(self._person, recipient, call)
        return sentences.known_as(person.name) if person is not None else await self._greet(recipient, call)

    def _person(self, recipient: Recipient, call: Call) -> Person | None:
        with self._desk.database.reading() as session:
            return people.find(session, recipient.source, call.user_id)
