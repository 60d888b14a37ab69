"""Commands that say something to others: cheers, for all of a channel to read, and the channel for news."""

import asyncio
from dataclasses import replace
from typing import NamedTuple

from starlette.responses import Response

from app.domain.slack import writing
from app.domain.slack.calls import Call
from app.domain.slack.commands import Command
from app.domain.slack.writing import Audience, Lines
from app.services.intake.connections import Recipient
from app.services.slack import answers, cheering, pending, people, sentences, strangers, workspaces
from app.services.slack.cheering import Cheer
from app.web.slack.parts import Desk, asked, said


class _Told(NamedTuple):
    """An answer, and who reads it."""

    lines: Lines
    audience: Audience


class SaidCommands:
    """Answers what is said to others."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def cheer(self, recipient: Recipient, call: Call, command: Command, delivery_id: str) -> Response:
        """Cheer for somebody, once; a copy gets the same answer."""
        told: list[_Told] = []
        is_over = asyncio.Event()

        async def work() -> Lines:
            try:
                told.append(await self._desk.database.writes.run(self._cheer, recipient, call, command))
            finally:
                is_over.set()
            return told[0].lines

        async def later() -> None:
            await is_over.wait()
            if told:
                await self._desk.database.writes.run(self._answer_later, recipient, call, told[0].lines)

        lines = await self._desk.in_time(work(), later)
        return said(delivery_id, lines, told[0].audience if told else "ephemeral")

    def _cheer(self, recipient: Recipient, call: Call, command: Command) -> _Told:
        """Say a cheer that wasn't said yet. Raises the problem that stands against it."""
        desk, now = self._desk, self._desk.clock.real()
        with desk.database.unit_of_work() as session:
            made = pending.add(session, recipient.id, replace(call, response_url=""), answers.CHEER, "", now)
            kept = pending.find(session, made) if made else pending.of_event(session, recipient.id, call.event_id)
            is_copy = kept is None or kept.done_at is not None
            person = people.find(session, recipient.source, call.user_id)
            if person is None:
                return _Told(strangers.greet(session, desk.site, asked(recipient, call), now), "ephemeral")
            cheer = Cheer(recipient.source, person, command.rest)
            line = cheering.say(session, cheer, desk.clock.game())
            if kept is not None and not is_copy:
                cheering.count(session, cheer, now)
                kept.value = "in_channel"
                pending.settle(session, kept, "", now)
            return _Told([line], "in_channel")

    def _answer_later(self, recipient: Recipient, call: Call, lines: Lines) -> None:
        with self._desk.database.unit_of_work() as session:
            pending.answer_later(session, recipient.id, call, writing.dump(lines), self._desk.clock.real())

    async def announce(self, recipient: Recipient, call: Call, command: Command) -> Lines:
        """Choose the channel for news, or none."""
        where = command.rest.strip().casefold()
        if where not in {"here", "off"}:
            return [sentences.ANNOUNCE_USAGE]
        return await self._desk.database.writes.run(self._announce, recipient, call, where == "here")

    def _announce(self, recipient: Recipient, call: Call, is_here: bool) -> Lines:
        desk, now = self._desk, self._desk.clock.real()
        with desk.database.unit_of_work() as session:
            person = people.find(session, recipient.source, call.user_id)
            if person is None:
                return strangers.greet(session, desk.site, asked(recipient, call), now)
            channel = call.channel_id if is_here else ""
            workspaces.announce_in(session, recipient.id, channel, people.act_of(person, now))
        return [sentences.ANNOUNCED if is_here else sentences.SILENT]
