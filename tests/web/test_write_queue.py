"""Activities that arrive together: one commit, an answer each, and nobody suffers for another."""

import asyncio
import json
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlmodel import Session

from app.db.outages import UNCONFIRMED
from app.domain.draft import Reading
from app.errors import Busy, Malformed, PersonUnknown, Problem, Unavailable, WeekUnknown
from app.services.ledger import ledger
from app.services.ledger.admission import Recorded
from app.services.ledger.drafts import read_json
from app.services.ledger.ledger import Submission
from app.web.write_queue import WriteQueue, size_of
from tests.builders import ADA, CATS, DUA, OWLS, SLUG, Game, a_reading, a_tool, an_activity
from tests.web.running_app import SettableClock


def sent(queue: WriteQueue, *bodies: dict[str, Any] | bytes, slug: str = SLUG) -> list[Recorded | BaseException]:
    """The answers to all who send one of these at the same moment."""

    async def together() -> list[Recorded | BaseException]:
        readings = [read_json(body if isinstance(body, bytes) else json.dumps(body)) for body in bodies]
        return await asyncio.gather(
            *(queue.record(slug, reading, a_tool()) for reading in readings), return_exceptions=True
        )

    return asyncio.run(together())


def gist(results: Sequence[Recorded | BaseException]) -> list[object]:
    """The external id of an activity and whether it was there before, or the kind of problem."""
    return [
        (result.key.external_id, result.repeated) if isinstance(result, Recorded) else type(result)
        for result in results
    ]


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

    def __call__(self, session: Session, slug: str, submissions: Sequence[Submission], **options: Any) -> Any:
        """Record."""
        self.groups.append(len(submissions))
        self.may_go_on.wait(10)
        if self.error is not None and any("break" in str(submission) for submission in submissions):
            raise self.error
        return ledger.record(session, slug, submissions, **options)


def named(name: str) -> Reading:
    return a_reading(external_id=name)


async def asked(queue: WriteQueue, *names: str) -> list[asyncio.Task[Recorded]]:
    """Requests that were sent and have no answer yet."""
    tasks = [asyncio.create_task(queue.record(SLUG, named(name), a_tool())) for name in names]
    await asyncio.sleep(0.05)
    return tasks


async def answers(tasks: Sequence[asyncio.Task[Recorded]]) -> list[object]:
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
    assert len({result.id for result in results if isinstance(result, Recorded)}) == 2
    assert game.points() == {OWLS: 10, CATS: 0}


def test_those_of_another_week_are_not_kept_from_theirs(queue: WriteQueue, game: Game) -> None:
    async def together() -> list[Recorded | BaseException]:
        one, slugs = a_reading(external_id="one"), (SLUG, "no-such-week", SLUG)
        return await asyncio.gather(*(queue.record(slug, one, a_tool()) for slug in slugs), return_exceptions=True)

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


def test_record_waits_for_no_company_and_takes_those_who_come_meanwhile_together(game: Game) -> None:
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


def test_record_that_waits_too_long_is_busy_and_records_nothing(game: Game) -> None:
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
    queue = WriteQueue(game.database, SettableClock(), memory=2 * size_of(named("one")), record=recording)
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
