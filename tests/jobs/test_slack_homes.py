"""The watch over open Homes: what it asks the database."""

import asyncio

import pytest
from sqlalchemy import event

from app.jobs.slack_homes import HomeWatch
from tests.builders import NOW, Game
from tests.web.running_app import SettableClock


@pytest.mark.parametrize("engine", ["sqlite"])
def test_many_changes_at_once_are_looked_at_together(game: Game) -> None:
    looks: list[str] = []
    event.listen(game.database.reader, "before_cursor_execute", note := lambda *call: looks.append(call[2]))

    async def play() -> None:
        watch = asyncio.create_task(HomeWatch(game.database, SettableClock(NOW)).run())
        while not looks:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(lambda: [game.take(external_id=f"i{number}") for number in range(40)])
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)

    try:
        asyncio.run(play())
    finally:
        event.remove(game.database.reader, "before_cursor_execute", note)

    assert len([look for look in looks if "slack_user" in look]) < 20
