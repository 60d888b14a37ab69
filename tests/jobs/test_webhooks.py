"""Webhooks as receivers get them: signed, at least once, under one id, whatever a receiver answers."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from standardwebhooks import Webhook

from app.db.database import Database
from app.domain.text.public_addresses import Allowed
from app.domain.webhooks.events import EVENTS
from app.integrations.outbound import Outbound
from app.jobs import webhooks as jobs
from app.jobs.webhooks import Webhooks
from app.models import WebhookEndpoint, WebhookMessage
from app.services.operations.secrets import SigningKey
from app.services.webhooks import endpoints, messages
from app.services.webhooks.endpoints import NewSecret
from tests.builders import SIGNING_KEY, Game
from tests.races import several
from tests.receiver import OK, Received, Receiver, answer, receiver
from tests.web.running_app import SettableClock

LOOK = 0.02
KEY = SigningKey(SIGNING_KEY)
ONLY_ACTIVITIES = ("activity.recorded",)
SECONDS = 20


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture
def clock(now: datetime) -> SettableClock:
    return SettableClock(now)


def add(game: Game, server: Receiver, events: tuple[str, ...] = EVENTS, **wishes: Any) -> NewSecret:
    with game.database.unit_of_work() as session:
        return endpoints.add(
            session, KEY, game.act, url=server.url, events=events, allowed=Allowed(private=True), **wishes
        )


def run_until(condition: Callable[[], bool], clock: SettableClock, *places: Database, timeout: float = 2.0) -> None:
    """Let a sender for each of these processes work until the condition holds."""

    async def play() -> None:
        outbound = Outbound(allow_private=True, timeout=timeout, largest=jobs.ANSWER_BYTES, cuts=True)
        senders = [Webhooks(place, clock, KEY, outbound, look=LOOK) for place in places]
        tasks = [asyncio.create_task(sender.run()) for sender in senders]
        async with asyncio.timeout(SECONDS):
            while not condition():
                await asyncio.sleep(LOOK)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(play())
    for place in places:
        place.writes.drain()  # a thread at work would see the next moment of the clock


def rows(database: Database) -> list[WebhookMessage]:
    with database.reading() as session:
        return list(session.exec(select(WebhookMessage).order_by(col(WebhookMessage.seq))))


def states(database: Database) -> Counter[str]:
    return Counter(row.state for row in rows(database))


def tried(database: Database, times: int = 1) -> bool:
    """Tell whether everything was tried so many times, and nothing is under way."""
    found = rows(database)
    return bool(found) and all(row.attempts >= times and row.leased_by is None for row in found)


def endpoint_of(database: Database) -> WebhookEndpoint:
    with database.reading() as session:
        return session.exec(select(WebhookEndpoint)).one()


def kinds(server: Receiver) -> list[str]:
    return [json.loads(received.body)["type"] for received in server.received]


def test_what_happens_is_sent_signed_and_once(game: Game, server: Receiver, clock: SettableClock) -> None:
    new = add(game, server)
    first, second = game.take(), game.take()
    clock.set(datetime.now(clock.now.tzinfo))  # a verifier looks at the time of a signature

    run_until(lambda: states(game.database)["sent"] == 3, clock, game.database)

    said = [Webhook(new.secret).verify(received.body, received.headers) for received in server.received]
    ids = [each["data"]["id"] for each in said if each["type"] == "activity.recorded"]
    assert ids == [first.entry.id, second.entry.id]
    assert Counter(kinds(server)) == {"activity.recorded": 2, "standings.changed": 1}
    assert len({received.headers["webhook-id"] for received in server.received}) == 3


def test_what_happened_before_is_not_sent(game: Game, server: Receiver, clock: SettableClock) -> None:
    game.take()
    add(game, server)
    after = game.take()

    run_until(lambda: states(game.database)["sent"] == 2, clock, game.database)

    assert [json.loads(row.body)["data"].get("id") for row in rows(game.database)] == [after.entry.id, None]


def test_failed_tries_come_again_later_under_the_same_id(game: Game, server: Receiver, clock: SettableClock) -> None:
    add(game, server, ONLY_ACTIVITIES)
    game.take()
    refusals = iter([answer(500, body=b"out of \x00order\n"), answer(302, "Location: http://127.0.0.1/")])
    server.respond = lambda _: [next(refusals, OK)]

    run_until(lambda: tried(game.database), clock, game.database)
    [first] = rows(game.database)
    clock.set(clock.now + timedelta(seconds=7))
    run_until(lambda: tried(game.database, 2), clock, game.database)
    [second] = rows(game.database)
    clock.set(clock.now + timedelta(minutes=7))
    run_until(lambda: states(game.database)["sent"] == 1, clock, game.database)

    assert (first.state, first.last_status, first.last_answer) == ("waiting", 500, "out of order")
    assert (second.last_status, second.last_answer or "") == (
        302, "It sent us elsewhere, and redirects aren’t followed. Enter the new address.",
    )  # fmt: skip
    assert len({received.headers["webhook-id"] for received in server.received}) == 1
    assert [received.body for received in server.received] == [server.received[0].body] * 3
    assert endpoint_of(game.database).failing_since is None


def test_retry_after_is_respected_for_the_whole_endpoint(game: Game, server: Receiver, clock: SettableClock) -> None:
    add(game, server, ONLY_ACTIVITIES)
    game.take()
    game.take()
    server.respond = lambda _: [answer(429, "Retry-After: 600")]
    run_until(lambda: endpoint_of(game.database).resting_until is not None, clock, game.database)

    early, begun = clock.now + timedelta(seconds=599), clock.now
    clock.set(early)
    server.respond = lambda _: [OK]
    stop = time.monotonic() + 0.3
    run_until(lambda: time.monotonic() > stop, clock, game.database)
    sent_early = len(server.received)
    clock.set(begun + timedelta(seconds=600))
    run_until(lambda: states(game.database)["sent"] == 2, clock, game.database)

    assert (sent_early, len(server.received)) == (1, 3)


def test_receiver_that_is_gone_is_disabled_at_once(game: Game, server: Receiver, clock: SettableClock) -> None:
    add(game, server, ONLY_ACTIVITIES)
    game.take()
    game.take()
    server.respond = lambda _: [answer(410)]

    run_until(lambda: endpoint_of(game.database).disabled_for == "gone", clock, game.database)

    assert len(server.received) == 1
    assert states(game.database) == {"failed": 2}


def test_receiver_that_fails_for_a_day_is_disabled_and_can_be_sent_all_of_it(
    game: Game, server: Receiver, clock: SettableClock
) -> None:
    new = add(game, server, ONLY_ACTIVITIES)
    game.take()
    server.respond = lambda _: [b""]
    begun = clock.now
    for times, hours in enumerate([0, 0.01, 0.2, 1, 4, 10, 20], 1):
        clock.set(begun + timedelta(hours=hours))
        run_until(lambda: tried(game.database, times), clock, game.database)  # noqa: B023 (called at once)
    enabled = endpoint_of(game.database).disabled_at is None
    clock.set(begun + timedelta(hours=31))
    run_until(lambda: endpoint_of(game.database).disabled_for == "failing", clock, game.database)

    server.respond = lambda _: [OK]
    with game.database.unit_of_work() as session:
        endpoint = endpoints.enable(session, new.endpoint.id, game.act)
        again = messages.replay_failed(session, endpoint, game.act)
    run_until(lambda: states(game.database)["sent"] == 1, clock, game.database)

    assert (enabled, again) == (True, 1)
    assert len({received.headers["webhook-id"] for received in server.received}) == 1


def drip(_received: Received) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for _ in range(200):
        time.sleep(0.05)
        yield b"X-More: 1\r\n"


def test_slow_receiver_keeps_no_other_waiting(game: Game, server: Receiver, clock: SettableClock) -> None:
    with receiver() as slow:
        slow.respond = drip
        for _ in range(3):
            add(game, slow, ONLY_ACTIVITIES)
        add(game, server, ONLY_ACTIVITIES)
        for _ in range(5):
            game.take()
        begun = time.monotonic()

        run_until(lambda: states(game.database)["sent"] == 5, clock, game.database, timeout=5.0)

    assert time.monotonic() - begun < 4.0


def test_private_address_is_sent_nothing(game: Game, server: Receiver, clock: SettableClock) -> None:
    add(game, server, ONLY_ACTIVITIES)
    game.take()

    async def play() -> None:
        task = asyncio.create_task(Webhooks(game.database, clock, KEY, Outbound(), look=LOOK).run())
        async with asyncio.timeout(SECONDS):
            while not tried(game.database):
                await asyncio.sleep(LOOK)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(play())

    assert server.connections == 0
    assert (rows(game.database)[0].last_answer or "").startswith("127.0.0.1 isn’t a public address.")


def test_two_processes_send_each_message_once(game: Game, server: Receiver, clock: SettableClock) -> None:
    add(game, server, ONLY_ACTIVITIES)
    add(game, server, ONLY_ACTIVITIES)
    for _ in range(20):
        game.take()

    with several(game.database.url, 2) as places:
        run_until(lambda: states(game.database)["sent"] == 40, clock, *places)

    assert Counter(Counter(received.headers["webhook-id"] for received in server.received).values()) == {1: 40}


def test_frozen_week_tells_nothing_until_it_is_revealed(game: Game, server: Receiver, clock: SettableClock) -> None:
    add(game, server, ("activity.recorded", "standings.changed"))
    before = game.take()
    game.freeze()
    hidden = game.take()
    run_until(lambda: states(game.database)["sent"] == 2, clock, game.database)
    clock.set(clock.now + timedelta(minutes=1))
    stop = time.monotonic() + 0.3
    run_until(lambda: time.monotonic() > stop, clock, game.database)
    said = b"".join(received.body for received in server.received).decode()

    game.reveal()
    run_until(lambda: states(game.database)["sent"] == 4, clock, game.database)

    assert (before.entry.id in said, hidden.entry.id in said) == (True, False)
    assert hidden.entry.id.encode() in server.received[2].body
    points = [
        json.loads(row.body)["data"]["standings"][0]["points"]
        for row in rows(game.database)
        if row.kind == "standings.changed"
    ]
    assert points == [5, 10]


def test_standings_are_told_once_for_what_changes_within_five_seconds(
    game: Game, server: Receiver, clock: SettableClock
) -> None:
    add(game, server, ("standings.changed",))
    game.take()
    run_until(lambda: len(rows(game.database)) == 1, clock, game.database)
    for _ in range(3):
        game.take()
    stop = time.monotonic() + 0.3
    run_until(lambda: time.monotonic() > stop, clock, game.database)
    soon = len(rows(game.database))

    clock.set(clock.now + timedelta(seconds=5))
    run_until(lambda: len(rows(game.database)) == 2, clock, game.database)

    assert soon == 1
    assert json.loads(rows(game.database)[1].body)["data"]["standings"][0]["points"] == 20


def test_old_secret_is_valid_beside_the_new_one_for_a_day(game: Game, server: Receiver, clock: SettableClock) -> None:
    old = add(game, server, ONLY_ACTIVITIES)
    game = game.at(datetime.now(clock.now.tzinfo))
    with game.database.unit_of_work() as session:
        mislaid = endpoints.rotate(session, KEY, old.endpoint.id, game.act)
        new = endpoints.rotate(session, KEY, old.endpoint.id, game.act)
        messages.send_test(session, new.endpoint, game.act)
    clock.set(game.now)
    run_until(lambda: states(game.database)["sent"] == 1, clock, game.database)
    [received] = server.received

    said = [Webhook(each.secret).verify(received.body, received.headers)["type"] for each in (old, mislaid, new)]
    with game.database.unit_of_work() as session:
        messages.send_test(session, new.endpoint, game.act)
    clock.set(clock.now + timedelta(hours=24))
    run_until(lambda: states(game.database)["sent"] == 2, clock, game.database)

    assert said == ["webhook.test"] * 3
    assert [len(each.headers["webhook-signature"].split()) for each in server.received] == [3, 1]
