"""Bulkheads: few threads for each kind of waiting, a deadline for all of it, and no way around them in a server."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from prometheus_client import REGISTRY

from app import bulkheads
from app.bulkheads import LEAST_SECONDS, Bulkhead, Kind, permit_for
from app.errors import Busy

T = TypeVar("T")


def a_bulkhead(kind: Kind = "writing", *, threads: int = 2, seconds: float = 5.0) -> Bulkhead:
    return Bulkhead(kind, threads=threads, seconds=seconds, sentence="Full.")


def in_request(work: Callable[[], Awaitable[T]]) -> T:
    """Do what one request does."""

    async def request() -> T:
        bulkheads.begin_request()
        return await work()

    return asyncio.run(request())


def permit() -> bulkheads.Permit:
    found = permit_for("writing", "reading", "mail", "provider")
    assert found is not None
    return found


def seconds_left() -> float:
    return round(permit().remaining(), 1)


def times_refused(kind: Kind) -> float:
    return REGISTRY.get_sample_value("assembly_week_waits_refused_total", {"kind": kind}) or 0.0


class Blocked:
    """Work that lasts until it is released; knows how many were at it at once."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.most = self.now = 0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        """Wait for the release."""
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.release.wait(10)
        with self._lock:
            self.now -= 1
        return "done"


def test_run_gives_what_the_function_gives_or_raises() -> None:
    bulkhead = a_bulkhead()

    assert in_request(lambda: bulkhead.run(divmod, 7, 2)) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        in_request(lambda: bulkhead.run(divmod, 7, 0))


def test_run_beyond_its_threads_waits_in_the_loop_and_is_served_in_turn() -> None:
    bulkhead, work = a_bulkhead(threads=2), Blocked()

    async def play() -> list[str]:
        waits = [asyncio.create_task(bulkhead.run(work)) for _ in range(6)]
        await asyncio.sleep(0.05)
        work.release.set()
        return await asyncio.gather(*waits)

    assert (in_request(play), work.most) == (["done"] * 6, 2)


def test_run_without_a_free_thread_in_time_is_busy_and_counted() -> None:
    bulkhead, work = a_bulkhead("mail", threads=1, seconds=0.05), Blocked()
    before = times_refused("mail")

    async def play() -> tuple[type[BaseException] | None, str]:
        first = asyncio.create_task(bulkhead.run(work))
        await asyncio.sleep(0)
        with pytest.raises(Busy, match="Full") as refusal:
            await bulkhead.run(work)
        work.release.set()
        return refusal.type, await first

    assert in_request(play) == (Busy, "done")
    assert times_refused("mail") == before + 1


def test_run_that_nobody_waits_for_any_more_keeps_its_thread_until_it_ends() -> None:
    bulkhead, work = a_bulkhead(threads=1, seconds=0.05), Blocked()

    async def play() -> str:
        given_up = asyncio.create_task(bulkhead.run(work))
        await asyncio.sleep(0.02)
        given_up.cancel()
        await asyncio.gather(given_up, return_exceptions=True)
        with pytest.raises(Busy):
            await bulkhead.run(str)
        work.release.set()
        await asyncio.sleep(0.02)
        return await bulkhead.run(str, "free")

    assert in_request(play) == "free"


def test_bulkheads_do_not_keep_each_other_or_the_usual_threads_waiting() -> None:
    writing, reading, work = a_bulkhead(threads=1), a_bulkhead("reading", threads=1), Blocked()

    async def play() -> tuple[str, str]:
        writes = [asyncio.create_task(writing.run(work)) for _ in range(100)]
        await asyncio.sleep(0)
        answers = await reading.run(str, "read"), await asyncio.to_thread(str, "other")
        work.release.set()
        await asyncio.gather(*writes)
        return answers

    assert in_request(play) == ("read", "other")


def test_bulkhead_serves_one_loop_after_another() -> None:
    bulkhead, work = a_bulkhead(threads=1, seconds=0.05), Blocked()

    async def fill() -> None:
        running = asyncio.create_task(bulkhead.run(work))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await bulkhead.run(str)
        work.release.set()
        await running

    asyncio.run(fill())

    assert asyncio.run(bulkhead.run(str, "again")) == "again"


def test_all_writes_of_a_request_have_one_deadline_and_what_follows_them_too() -> None:
    writes, reads = a_bulkhead(seconds=2.0), a_bulkhead("reading", seconds=2.0)

    async def play() -> list[float]:
        first = await reads.run(permit)
        await asyncio.sleep(0.01)
        return [first.until, *[(await each.run(permit)).until for each in (writes, writes, reads)]]

    first, count, change, page = in_request(play)
    assert first < count == change == page


def test_deadline_that_is_over_leaves_the_least_there_is() -> None:
    writes = a_bulkhead(seconds=0.6)

    async def play() -> float:
        await writes.run(time.sleep, 0.4)
        return await writes.run(seconds_left)

    assert in_request(play) == LEAST_SECONDS


def test_long_work_starts_in_time_and_then_takes_its_own() -> None:
    bulkhead, work = a_bulkhead(threads=1, seconds=0.7), Blocked()

    def started() -> list[float]:
        before = seconds_left()
        permit().has_started = True
        return [before, seconds_left()]

    async def play() -> list[float]:
        left = await bulkhead.run(started, long=True)
        running = asyncio.create_task(bulkhead.run(work))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await bulkhead.run(started, long=True)
        work.release.set()
        await running
        return left

    assert in_request(play) == [0.7, 30.0]


def test_stop_within_shortens_what_is_under_way_and_what_comes() -> None:
    bulkhead = a_bulkhead(seconds=60.0)

    async def play() -> list[float]:
        before = await bulkhead.run(permit)
        bulkhead.stop_within(2.0)
        after = await bulkhead.run(permit)
        return [round(each.remaining(), 1) for each in (before, after)]

    assert in_request(play) == [2.0, 2.0]


def test_outside_of_a_server_anybody_may_wait() -> None:
    assert permit_for("writing") is None


def refused_in(work: Callable[[], object]) -> bool:
    try:
        work()
    except RuntimeError:
        return True
    return False


def test_in_a_server_nobody_waits_outside_of_the_bulkhead_for_it() -> None:
    writing, reading = a_bulkhead(), a_bulkhead("reading")

    def write() -> bool:
        return refused_in(lambda: permit_for("writing"))

    def read() -> bool:
        return refused_in(lambda: permit_for("writing", "reading"))

    async def play() -> dict[str, bool]:
        return {
            "write in the loop": write(),
            "read in the loop": read(),
            "write in a usual thread": await asyncio.to_thread(write),
            "write among readers": await reading.run(write),
            "write among writers": await writing.run(write),
            "read among writers": await writing.run(read),
            "read among readers": await reading.run(read),
        }

    async def job() -> dict[str, bool]:
        bulkheads.begin_job()
        return await play()

    assert in_request(play) == asyncio.run(job()) == {
        "write in the loop": True,
        "read in the loop": True,
        "write in a usual thread": True,
        "write among readers": True,
        "write among writers": False,
        "read among writers": False,
        "read among readers": False,
    }  # fmt: skip
