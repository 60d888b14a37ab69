"""Deliveries on their way to the disk: stored together, each failing alone; connections trusted for a moment."""

import asyncio
from asyncio import CancelledError
from itertools import count
from typing import Any

import pytest
from sqlmodel import select

from app.db.database import Database
from app.errors import Busy, NotFound
from app.models import Delivery
from app.services.intake import connections
from app.services.intake.deliveries import Incoming
from app.services.operations.secrets import SigningKey
from app.web import recipients
from app.web.delivery_queue import DeliveryQueue
from app.web.group_commit import MEMORY
from app.web.recipients import Recipients
from tests.builders import SIGNING_KEY, Game
from tests.web.running_app import SettableClock

KEY = SigningKey(SIGNING_KEY)


def connect(game: Game) -> str:
    with game.database.unit_of_work() as session:
        return connections.connect(session, KEY, "linear", game.act, secret="one").connection.id


def incoming(connection_id: str, event_id: str) -> Incoming:
    return Incoming(connection_id, [], b"{}", Game.now, event_id)


def stored(game: Game, *several: Incoming, memory: int = MEMORY) -> list[Any]:
    async def store_all() -> list[Any]:
        queue = DeliveryQueue(game.database, memory=memory)
        return await asyncio.gather(*map(queue.store, several), return_exceptions=True)

    return asyncio.run(store_all())


def test_deliveries_that_come_together_are_stored_together_and_copies_answered_alike(
    game: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(game)
    commits, statements = count(), game.database.statements
    monkeypatch.setattr(game.database, "statements", lambda: (next(commits), statements())[1])

    ids = stored(game, *(incoming(connection, f"e-{number % 10}") for number in range(40)))

    assert ids == ids[:10] * 4
    assert len(set(ids)) == 10
    assert next(commits) == 1


def test_a_delivery_that_cannot_be_stored_fails_alone(game: Game) -> None:
    connection = connect(game)

    fine, broken, too = stored(
        game, incoming(connection, "e-1"), incoming("no connection", "e-2"), incoming(connection, "e-3")
    )

    assert isinstance(broken, Exception)
    with game.database.reading() as session:
        assert {each.id for each in session.exec(select(Delivery))} == {fine, too}


def test_closing_waits_for_what_was_taken_and_a_caller_who_leaves_harms_nobody(game: Game) -> None:
    connection = connect(game)

    async def leave() -> list[Any]:
        queue = DeliveryQueue(game.database)
        tasks = [asyncio.create_task(queue.store(incoming(connection, "e-0")))]
        await asyncio.sleep(0)  # taken, and
        await asyncio.sleep(0)  # on its way, so that the others wait
        tasks += [asyncio.create_task(queue.store(incoming(connection, f"e-{number}"))) for number in (1, 2, 3)]
        await asyncio.sleep(0)
        for gone in (tasks[0], tasks[2]):  # one under way, and one that still waits
            gone.cancel()
        await queue.close()
        await queue.close()
        with game.database.reading() as session:
            known = set(session.exec(select(Delivery.event_id)))
        return [known, *await asyncio.gather(*tasks, return_exceptions=True)]

    known, first, second, third, fourth = asyncio.run(leave())

    assert known == {"e-0", "e-1", "e-3"}
    assert [type(each) for each in (first, second, third, fourth)] == [CancelledError, str, CancelledError, str]


def test_more_than_fits_in_memory_is_refused(game: Game) -> None:
    connection = connect(game)

    first, second = stored(game, incoming(connection, "e-1"), incoming(connection, "e-2"), memory=3)

    assert isinstance(first, str)
    assert isinstance(second, Busy)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_recipient_is_trusted_until_a_change_of_ours_or_for_a_moment(
    game: Game, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(game)
    elsewhere = Database(game.database.url)

    def rotate(database: Database, secret: str) -> None:
        with database.unit_of_work() as session:
            connections.rotate(session, KEY, "linear", game.act, secret=secret, at_once=True)

    async def watch() -> list[list[str]]:
        known = Recipients(game.database, KEY, SettableClock(game.now))
        seen = [(await known.find("linear")).secrets]
        rotate(elsewhere, "two")
        seen.append((await known.find("linear")).secrets)
        rotate(game.database, "three")
        seen.append((await known.find("linear")).secrets)
        rotate(elsewhere, "four")
        monkeypatch.setattr(recipients, "TRUST_SECONDS", 0)
        seen.append((await known.find("linear")).secrets)
        with pytest.raises(NotFound):
            await known.find("nowhere")
        return seen

    assert asyncio.run(watch()) == [["one"], ["one"], ["three"], ["four"]]
    elsewhere.dispose()
