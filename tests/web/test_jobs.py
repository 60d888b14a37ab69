"""Timed work: a failing job is logged and started again, and ends with the server."""

import asyncio
import logging
import threading
from functools import partial

import pytest
from starlette.concurrency import run_in_threadpool

from app.errors import Unavailable
from app.jobs import background


class Job:
    """Fails as told, then waits for ever; counts its starts and its end."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.starts = 0
        self.has_recovered = asyncio.Event()
        self.has_ended = False

    async def __call__(self) -> None:
        """Fail, or go on."""
        self.starts += 1
        if self.failures:
            raise self.failures.pop(0)
        self.has_recovered.set()
        try:
            await asyncio.sleep(60)
        finally:
            self.has_ended = True


def test_a_failing_job_is_logged_and_started_again(caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> Job:
        job = Job(RuntimeError("a bug"), Unavailable("The database is away."))
        async with background.running(job, retry=0.01):
            await asyncio.wait_for(job.has_recovered.wait(), 5)
        return job

    job = asyncio.run(play())

    assert (job.starts, job.has_ended) == (3, True)
    assert [(record.levelno, record.getMessage(), bool(record.exc_info)) for record in caplog.records] == [
        (logging.ERROR, "a job failed and starts again", True),
        (logging.WARNING, "The database is away.", False),
    ]


def test_an_outage_is_logged_once_a_minute_for_each_job(caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> Job:
        job = Job(*[Unavailable("The database is away.")] * 5, Unavailable("The disk is full."))
        async with background.running(job, retry=0.01):
            await asyncio.wait_for(job.has_recovered.wait(), 5)
        return job

    assert asyncio.run(play()).starts == 7
    assert [record.getMessage() for record in caplog.records] == ["The database is away.", "The disk is full."]


def test_a_failing_job_does_not_hold_up_another() -> None:
    async def play() -> tuple[Job, Job]:
        broken, sound = Job(*[RuntimeError("a bug")] * 5), Job()
        async with background.running(broken, sound, retry=1):
            await asyncio.wait_for(sound.has_recovered.wait(), 5)
        return broken, sound

    broken, sound = asyncio.run(play())

    assert (broken.starts, sound.starts, sound.has_ended) == (1, 1, True)


def test_the_end_waits_for_a_step_in_a_thread() -> None:
    begun, may_end, steps = threading.Event(), threading.Event(), []

    def step() -> None:
        begun.set()
        may_end.wait(5)
        steps.append("whole")

    async def play() -> list[str]:
        async with background.running(partial(run_in_threadpool, step), retry=1):
            await run_in_threadpool(begun.wait, 5)
            asyncio.get_running_loop().call_later(0.05, may_end.set)
        return list(steps)

    assert asyncio.run(play()) == ["whole"]
