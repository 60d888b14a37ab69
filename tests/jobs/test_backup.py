"""The daily backup as a job: once a day for all processes, tried again where it failed, given up when a server ends."""

import asyncio
import threading
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.bulkheads import Bulkhead
from app.config import Settings
from app.db.database import Database
from app.errors import Unavailable
from app.jobs import backup
from app.jobs.worker import Worker
from app.models import QueuedJob
from app.services.operations import backups, kept_backups
from app.services.operations.backups import Progress
from app.services.operations.kept_backups import BACK_UP
from tests.builders import NOW
from tests.jobs.test_worker import LOOK, run_until
from tests.races import several
from tests.web.running_app import SettableClock

DAY = timedelta(days=1)


@pytest.fixture
def engine() -> str:
    """SQLite, which alone is backed up like this."""
    return "sqlite"


@pytest.fixture
def backed_up(settings: Settings, tmp_path: Path) -> Settings:
    """The settings of an installation that keeps its backups of three days."""
    return settings.changed(backup_dir=tmp_path / "copies", backup_days=3, backup_weeks=0)


def worker(database: Database, settings: Settings, clock: SettableClock) -> Worker:
    daily = dict.fromkeys(backup.kinds(settings), settings.backup_hour)
    return Worker(database, clock, backup.jobs(settings, clock), daily=daily, look=LOOK)


def rows(database: Database) -> list[QueuedJob]:
    with database.reading() as session:
        return list(session.exec(select(QueuedJob).where(QueuedJob.kind == BACK_UP).order_by(col(QueuedJob.id))))


def test_backup_is_made_once_a_day_by_all_processes_and_kept_for_days(
    database: Database, backed_up: Settings, tmp_path: Path
) -> None:
    clock = SettableClock(NOW)

    def is_done(days: int) -> bool:
        return [row.done_at is not None for row in rows(database)] == [True] * days

    with several(database.url, 2) as places:
        for day in range(5):
            clock.now = NOW + day * DAY
            run_until(partial(is_done, day + 1), *(worker(place, backed_up, clock) for place in places))

    copies = kept_backups.copies(tmp_path / "copies", clock.now)
    assert [copy.at for copy in copies] == [NOW + day * DAY for day in (4, 3, 2)]
    assert [row.attempts for row in rows(database)] == [1] * 5


def test_backup_that_failed_says_why_and_is_made_once_it_can_be(
    database: Database, backed_up: Settings, tmp_path: Path
) -> None:
    clock = SettableClock(NOW)
    (tmp_path / "copies").write_text("a file in the way")

    run_until(lambda: rows(database) != [] and rows(database)[0].error is not None, worker(database, backed_up, clock))
    [failed] = rows(database)
    (tmp_path / "copies").unlink()
    clock.now = failed.run_at
    run_until(lambda: rows(database)[0].done_at is not None, worker(database, backed_up, clock))

    assert failed.error == f"{tmp_path / 'copies'} can’t be written: File exists. There’s no new backup."
    assert failed.run_at - NOW == backup.BACKOFF
    assert len(kept_backups.copies(tmp_path / "copies", clock.now)) == 1


def test_backup_of_a_server_that_ends_is_given_up_at_once(
    backed_up: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), threading.Event()
    copy = backups.copy

    def watched(address: str, part: Path, progress: Progress) -> None:
        begun.set()
        until = time.monotonic() + 10
        try:
            while time.monotonic() < until:
                copy(address, part, progress)
        except Unavailable:
            ended.set()
            raise

    async def play() -> None:
        threads = Bulkhead("backup", threads=1, seconds=5, sentence="")
        plan = kept_backups.plan_of(backed_up)
        assert plan is not None
        task = asyncio.create_task(backup.back_up(plan, SettableClock(NOW), threads))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(threads.drain)

    monkeypatch.setattr(backups, "copy", watched)
    asyncio.run(play())

    assert ended.is_set()
    assert sorted(path.name for path in (tmp_path / "copies").iterdir()) == [kept_backups.LOCK_NAME]
