"""The watch over open Homes: what it asks the database."""

import asyncio

import pytest

from app.jobs.slack_homes import HomeWatch
from tests.builders import NOW, Game
from tests.cost import statements_to
from tests.web.running_app import SettableClock


@pytest.mark.parametrize("engine", ["sqlite"])
def test_many_changes_at_once_are_looked_at_together(game: Game) -> None:
    with statements_to(game.database) as statements:

        def looks() -> int:
            return sum("opened_at" in statement for statement in statements)

        async def play() -> None:
            watch = asyncio.create_task(HomeWatch(game.database, SettableClock(NOW)).run())
            while not looks():
                await asyncio.sleep(0.01)
            await asyncio.to_thread(lambda: [game.take(external_id=f"i{number}") for number in range(40)])
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

        asyncio.run(play())

        assert looks() < 20
