"""Commands as people type them: a log is recorded at once, all else is looked at and leaves no text."""

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
from app.services.slack import answers, logs, looks, people, sentences
from app.services.slack.looks import LOOKS
from app.web.slack.parts import Desk, said


class TypedCommands:
    """Answers commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def answer(self, recipient: Recipient, incoming: Incoming, call: Call) -> Response:
        """Answer a command; a copy of it gets the same answer."""
        command = commands.parse(call.text)
        desk = self._desk
        if command.verb == "log" and command.kind:
            delivery_id = await desk.queue.store(incoming)
            later = partial(self._later, recipient, call, answers.LOG, delivery_id)
            return said(delivery_id, await desk.in_time(self._log(recipient, call, delivery_id), later))
        delivery_id = await desk.queue.store(incoming.ignored(f"Answered: /assembly {command.verb}."))
        if command.verb in LOOKS:
            later = partial(self._later, recipient, call, command.verb, "")
            return said(delivery_id, await desk.in_time(self._look(recipient, call, command), later))
        if command.verb == "connect":
            return said(delivery_id, await desk.in_time(self._connect(recipient, call)))
        if command.verb == "log":
            return said(delivery_id, [sentences.USAGE])
        return said(delivery_id, sentences.help_lines(desk.site.url))

    async def _later(self, recipient: Recipient, call: Call, action: str, value: str) -> None:
        desk = self._desk
        await desk.database.writes.run(desk.keep, recipient, call, action, value, desk.clock.real())

    async def _log(self, recipient: Recipient, call: Call, delivery_id: str) -> Lines:
        """Process a log now, unless another process does; what became of it."""
        database = self._desk.database
        await database.writes.run(self._process, delivery_id)
        outcome = await database.reads.run(self._outcome, delivery_id)
        greeting = await self._greet(recipient, call) if outcome.state == "unmatched" else ()
        return sentences.log_lines(outcome, greeting)

    def _process(self, delivery_id: str) -> None:
        with self._desk.database.unit_of_work() as session:
            delivery = logs.claim(session, delivery_id)
            if delivery is not None:
                processing.process(session, delivery, registry.parse, self._desk.clock.game())

    def _outcome(self, delivery_id: str) -> logs.LogOutcome:
        with self._desk.database.reading() as session:
            return logs.outcome(session, delivery_id)

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
