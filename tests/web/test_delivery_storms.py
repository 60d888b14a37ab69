"""Deliveries in a storm: copies at once on two servers, and a server that is killed before it has recorded them."""

import asyncio
import copy
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from sqlmodel import col, func, select

from app.config import Settings
from app.models import Delivery, LedgerEntry
from app.services.intake import connections
from app.services.operations.secrets import SigningKey
from tests.builders import SIGNING_KEY, Game
from tests.integrations.sources.samples import LINEAR, SECRET
from tests.web.process import server_process
from tests.web.running_app import until

COPIES = 20
AT_ONCE = 16


def connect(game: Game) -> None:
    with game.database.unit_of_work() as session:
        connections.connect(session, SigningKey(SIGNING_KEY), "linear", game.act, secret=SECRET)


def request_of(number: int) -> dict[str, Any]:
    """A delivery of an issue of its own, signed now."""
    body = copy.deepcopy(LINEAR.body)
    body["data"]["id"], body["webhookTimestamp"] = f"i-{number}", int(time.time() * 1000)
    envelope = LINEAR.envelope(json.dumps(body).encode(), linear_delivery=f"d-{number}")
    return {"headers": dict(envelope.headers), "content": envelope.body}


async def send_all(addresses: Sequence[str], numbers: Sequence[int]) -> list[tuple[int, int, str]]:
    """Number, status and delivery of each answer; several under way at once, to the servers in turn."""
    requests = {number: request_of(number) for number in set(numbers)}
    turn = asyncio.Semaphore(AT_ONCE)

    async def send(client: httpx.AsyncClient, place: int, number: int) -> tuple[int, int, str]:
        async with turn:
            answer = await client.post(f"{addresses[place % len(addresses)]}/hooks/linear", **requests[number])
        return number, answer.status_code, answer.json().get("delivery", "")

    async with httpx.AsyncClient(timeout=60) as client:
        return await asyncio.gather(*(send(client, *each) for each in enumerate(numbers)))


def states(game: Game) -> Counter[str]:
    with game.database.reading() as session:
        return Counter(session.exec(select(Delivery.state)).all())


def activities(game: Game) -> int:
    with game.database.reading() as session:
        return session.exec(select(func.count(col(LedgerEntry.seq)))).one()


@pytest.mark.parametrize("engine", ["postgresql"])
def test_copies_at_once_on_two_servers_are_one_delivery_and_one_activity_each(settings: Settings, game: Game) -> None:
    connect(game)
    numbers = [number for number in range(25) for _ in range(COPIES)]
    random.Random(1).shuffle(numbers)  # noqa: S311 (an order, not a secret)

    with server_process(settings) as (_one, first), server_process(settings) as (_two, second):
        answers = asyncio.run(send_all([first, second], numbers))
        until(lambda: states(game) == {"recorded": 25}, 30)

    assert {status for _, status, _ in answers} == {200}
    ids = defaultdict(set)
    for number, _, delivery in answers:
        ids[number].add(delivery)
    assert {len(each) for each in ids.values()} == {1}
    assert (len(set.union(*ids.values())), activities(game), game.verify()) == (25, 25, [])


@pytest.mark.parametrize("engine", ["sqlite"])
def test_what_a_killed_server_stored_and_did_not_record_the_next_one_records(settings: Settings, game: Game) -> None:
    connect(game)

    with server_process(settings) as (process, address):
        answers = asyncio.run(send_all([address], range(30)))
        process.kill()
        process.wait()
    waiting = states(game)["received"]

    assert {status for _, status, _ in answers} == {200}
    assert waiting > 0, "it was killed too late to prove anything"
    with server_process(settings):
        until(lambda: states(game) == {"recorded": 30}, 30)
    assert (activities(game), game.verify()) == (30, [])
