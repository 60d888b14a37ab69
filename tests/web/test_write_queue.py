"""Activities that arrive together: one commit, an answer each, and nobody suffers for another."""

import asyncio
import json
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from app.errors import Busy, Malformed, PersonUnknown, Problem, Unavailable, WeekUnknown
from app.outages import UNCONFIRMED
from app.services import ledger
from app.services.ledger import Answer, Arrival
from app.web.write_queue import WriteQueue
from tests.builders import ADA, CATS, DUA, OWLS, SLUG, Game, an_activity
from tests.web.site import SettableClock


def sent(queue: WriteQueue, *bodies: dict[str, Any] | bytes, slug: str = SLUG) -> list[Answer | BaseException]:
    """What everybody hears who sends one of these at the same moment."""

    async def together() -> list[Answer | BaseException]:
        raw = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
        return await asyncio.gather(*(queue.record(slug, body, "a tool") for body in raw), return_exceptions=True)

    return asyncio.run(together())


def gist(results: Sequence[Answer | BaseException]) -> list[object]:
    """The external id of an activity and whether it was there before, or the kind of problem."""
    return [(each.key.external_id, each.repeated) if isinstance(each, Answer) else type(each) for each in results]


@pytest.fixture
def queue(game: Game) -> WriteQueue:
    """The queue of a server."""
    return WriteQueue(game.database, SettableClock())


class Recording:
    """Records as the ledger does, but first waits until it may, or fails on a certain word."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.groups: list[int] = []

    def __call__(self, session: Session, slug: str, arrivals: Sequence[Arrival], *, now: datetime) -> Any:
        """Record."""
        self.groups.append(len(arrivals))
        self.may_go_on.wait(10)
        if self.error is not None and any("break" in str(each) for each in arrivals):
            raise self.error
        return ledger.take_all(session, slug, arrivals, now=now)


def raw(name: str) -> bytes:
    return json.dumps(an_activity(external_id=name)).encode()


async def asked(queue: WriteQueue, *names: str) -> list[asyncio.Task[Answer]]:
    """Requests that were sent and have no answer yet."""
    tasks = [asyncio.create_task(queue.record(SLUG, raw(name), "a tool")) for name in names]
    await asyncio.sleep(0.05)
    return tasks


async def answers(tasks: Sequence[asyncio.Task[Answer]]) -> list[object]:
    return gist(await asyncio.gather(*tasks, return_exceptions=True))


def test_those_who_wait_together_share_one_change_of_the_week(queue: WriteQueue, game: Game) -> None:
    before = game.week().version

    results = sent(queue, *(an_activity(external_id=f"i-{number}") for number in range(10)))

    assert gist(results) == [(f"i-{number}", False) for number in range(10)]
    assert game.week().version == before + 1
    assert (game.points(), game.verify()) == ({OWLS: 50, CATS: 0}, [])


def test_each_hears_what_became_of_its_own(queue: WriteQueue, game: Game) -> None:
    results = sent(
        queue,
        an_activity(external_id="first"),
        an_activity(external_id="good"),
        an_activity(external_id="bad", person="nobody@example.com"),
        b"{",
        an_activity(external_id="also good", person=DUA),
    )

    assert gist(results) == [("first", False), ("good", False), PersonUnknown, Malformed, ("also good", False)]
    assert (game.points(), game.verify()) == ({OWLS: 10, CATS: 5}, [])


def test_copies_that_wait_together_are_one_activity(queue: WriteQueue, game: Game) -> None:
    results = sent(queue, an_activity(external_id="alone"), *[an_activity(external_id="once")] * 4)

    assert gist(results) == [("alone", False), ("once", False), *[("once", True)] * 3]
    assert len({each.id for each in results if isinstance(each, Answer)}) == 2
    assert game.points() == {OWLS: 10, CATS: 0}


def test_those_of_another_week_are_not_kept_from_theirs(queue: WriteQueue, game: Game) -> None:
    async def together() -> list[Answer | BaseException]:
        body = json.dumps(an_activity(external_id="one")).encode()
        slugs = (SLUG, "no-such-week", SLUG)
        return await asyncio.gather(*(queue.record(slug, body, "a") for slug in slugs), return_exceptions=True)

    results = asyncio.run(together())

    assert gist(results) == [("one", False), WeekUnknown, ("one", True)]


def test_one_that_breaks_takes_nobody_with_it(game: Game) -> None:
    queue = WriteQueue(game.database, SettableClock(), record=Recording(ZeroDivisionError()))

    results = sent(queue, *(an_activity(external_id=name) for name in ("first", "good", "break", "fine")))

    assert gist(results) == [("first", False), ("good", False), ZeroDivisionError, ("fine", False)]
    assert game.points() == {OWLS: 15, CATS: 0}


def test_while_the_database_is_away_everybody_hears_it(game: Game) -> None:
    queue = WriteQueue(game.database, SettableClock(), record=Recording(Unavailable("Away.")))

    results = sent(queue, *(an_activity(external_id=name) for name in ("first", "good", "break")))

    assert (gist(results), game.points()) == ([Unavailable] * 3, {OWLS: 0, CATS: 0})


def test_nobody_waits_for_company_and_those_who_come_meanwhile_go_next_together(game: Game) -> None:
    recording = Recording()
    queue = WriteQueue(game.database, SettableClock(), record=recording)
    recording.may_go_on.clear()

    async def play() -> list[object]:
        tasks = await asked(queue, "first") + await asked(queue, "a", "b", "c")
        recording.may_go_on.set()
        return await answers(tasks)

    assert asyncio.run(play()) == [("first", False), ("a", False), ("b", False), ("c", False)]
    assert recording.groups == [1, 3]


@pytest.mark.parametrize("victim", [0, 1])
def test_request_that_is_cancelled_harms_nobody(game: Game, victim: int) -> None:
    """The first one is being committed, the others wait; whoever is cancelled, all others hear what became of them."""
    recording = Recording()
    queue = WriteQueue(game.database, SettableClock(), record=recording)
    recording.may_go_on.clear()

    async def play() -> list[object]:
        tasks = await asked(queue, "first") + await asked(queue, "second", "third")
        tasks[victim].cancel()
        await asyncio.sleep(0)
        recording.may_go_on.set()
        return await answers(tasks)

    results = asyncio.run(play())

    everybody: list[object] = [("first", False), ("second", False), ("third", False)]
    everybody[victim] = asyncio.CancelledError
    assert results == everybody
    assert game.points() == {OWLS: 15 if victim == 0 else 10, CATS: 0}  # what is under way is committed all the same


def test_who_waits_too_long_hears_so_and_is_not_recorded(game: Game) -> None:
    recording = Recording()
    queue = WriteQueue(game.database, SettableClock(), seconds=0.1, record=recording)
    recording.may_go_on.clear()

    async def play() -> list[object]:
        tasks = await asked(queue, "first") + await asked(queue, "late")
        await asyncio.sleep(0.15)
        recording.may_go_on.set()
        return await answers(tasks)

    assert asyncio.run(play()) == [("first", False), Busy]
    assert game.points() == {OWLS: 5, CATS: 0}


def test_disk_that_hangs_leaves_nobody_without_an_answer(game: Game) -> None:
    recording = Recording()
    queue = WriteQueue(game.database, SettableClock(), seconds=0.1, record=recording)
    recording.may_go_on.clear()

    async def play() -> tuple[list[object], str, list[object]]:
        tasks = await asked(queue, "first", "together") + await asked(queue, "behind")
        hanging = await answers(tasks)
        sentence = str(tasks[0].exception())
        later = await answers(await asked(queue, "later"))
        recording.may_go_on.set()
        await queue.close()
        return hanging, sentence, later

    assert asyncio.run(play()) == ([Unavailable, Unavailable, Busy], UNCONFIRMED, [Busy])
    assert game.points() == {OWLS: 10, CATS: 0}  # the hanging ones did go through in the end, as they were told may be


def test_closing_waits_for_what_is_under_way_and_takes_nothing_more(game: Game) -> None:
    recording = Recording()
    queue = WriteQueue(game.database, SettableClock(), record=recording)
    recording.may_go_on.clear()

    async def play() -> tuple[bool, list[object]]:
        tasks = await asked(queue, "first") + await asked(queue, "second")
        closing = asyncio.create_task(queue.close())
        refused = await asked(queue, "too late")
        is_open = not closing.done()
        recording.may_go_on.set()
        await closing
        return is_open, await answers(tasks + refused)

    assert asyncio.run(play()) == (True, [("first", False), ("second", False), Unavailable])


def test_more_than_the_memory_for_waiting_is_busy(game: Game) -> None:
    recording = Recording()
    queue = WriteQueue(game.database, SettableClock(), memory=2 * len(raw("one")), record=recording)
    recording.may_go_on.clear()

    async def play() -> list[object]:
        tasks = await asked(queue, "now") + await asked(queue, "one", "two", "off")
        recording.may_go_on.set()
        return await answers(tasks) + await answers(await asked(queue, "end"))

    assert asyncio.run(play()) == [("now", False), ("one", False), ("two", False), Busy, ("end", False)]


def test_queue_goes_on_after_a_problem(queue: WriteQueue, game: Game) -> None:
    refused = sent(queue, an_activity(person="nobody@example.com"))

    taken = sent(queue, an_activity(person=ADA, external_id="next"))

    assert ([isinstance(each, Problem) for each in refused], gist(taken)) == ([True], [("next", False)])
    assert game.points() == {OWLS: 5, CATS: 0}
