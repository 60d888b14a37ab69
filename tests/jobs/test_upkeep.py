"""Upkeep: what ended long ago goes, by the settings' days."""

import asyncio
from datetime import timedelta

from app.jobs import upkeep
from app.services.jobs import Claim
from tests.builders import Game
from tests.integrations.sources.samples import LINEAR
from tests.services.intake.inbox import Inbox
from tests.web.running_app import SettableClock


def test_forget_ended_deletes_the_bodies_of_unread_deliveries(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("linear")
    unread = inbox.take("linear", LINEAR, {**LINEAR.body, "data": {}})
    clock = SettableClock(inbox.now + timedelta(days=8))

    asyncio.run(
        upkeep.forget_ended(game.database, clock, upkeep.Keeping(7, 400), Claim(1, upkeep.FORGET, {}, 1, "worker"))
    )

    assert inbox.find(unread).body is None
