"""The watch over open Homes: what it asks the database."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from app.jobs.slack_homes import HomeWatch
from app.models import QueuedJob
from app.services.intake import connections
from app.services.operations.secrets import SigningKey
from app.services.slack import homes
from app.services.slack.homes import Opening
from tests.builders import NOW, SIGNING_KEY, Game
from tests.cost import statements_to
from tests.web.running_app import SettableClock

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

NEVER = 3_600.0


def open_home(game: Game) -> None:
    with game.database.unit_of_work() as session:
        connection = connections.connect(session, SigningKey(SIGNING_KEY), "slack", game.act).connection
        homes.opened(session, Opening(connection.id, "U1", "Ev1"), NOW)


def record(game: Game, number: int) -> None:
    for each in range(number):
        game.take(external_id=f"i{each}")


def is_sent_again(game: Game) -> bool:
    with game.database.reading() as session:
        sent = session.exec(select(QueuedJob).where(QueuedJob.kind == homes.HOME)).all()
    return len(sent) > 1


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


def looks_while(game: Game, deed: Callable[[], None], *, is_over: Callable[[], Any] = lambda: True) -> int:
    """Count the looks of the watch from its first one on, until something was done that is over."""
    with statements_to(game.database) as statements:

        def looks() -> int:
            return sum("opened_at >" in statement for statement in statements)

        async def play() -> None:
            watch = asyncio.create_task(HomeWatch(game.database, SettableClock(NOW), look=NEVER).run())
            await until(looks)
            await asyncio.to_thread(deed)
            await until(is_over)
            await asyncio.sleep(0.3)
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

        asyncio.run(play())
        return looks()


def test_many_changes_at_once_are_looked_at_together(game: Game) -> None:
    open_home(game)

    assert 1 < looks_while(game, lambda: record(game, 40)) < 20


def test_while_no_home_is_open_changes_are_not_looked_at(game: Game) -> None:
    assert looks_while(game, lambda: record(game, 2)) == 1


def test_a_home_that_was_opened_a_moment_ago_is_sent_again_after_a_change(game: Game) -> None:
    def open_and_record() -> None:
        open_home(game)
        record(game, 1)

    looks_while(game, open_and_record, is_over=lambda: is_sent_again(game))
