"""Backups that are kept in a directory: each verified, with its checksum beside it, and gone when its time is over."""

import logging
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from app.config import Settings
from app.db.outages import write_trouble
from app.domain import backup_retention
from app.domain.wording import size
from app.errors import Malformed, NotFound, Unavailable
from app.services.operations import backups, checksums, server_lock, soundness
from app.services.operations.backups import Progress
from app.services.operations.whole_files import part_of, sweep, sync

BACK_UP: Final = "upkeep.back_up"
LOCK_NAME = "backup.lock"

_NAME = re.compile(r"assembly-week-(\d{8}T\d{6})Z\.sqlite3")
_PART = re.compile(rf"\.({_NAME.pattern}(?:{re.escape(checksums.ENDING)})?)\.[0-9a-f]{{8}}\.part")
_FORM = "%Y%m%dT%H%M%S"
_OPERATIONS = 100_000  # of SQLite's between two looks whether to stop: some milliseconds
_NONE = "There’s no new backup."
_BUSY = "Another backup is being made. Try again in a moment."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Plan:
    """The database to copy, the directory for its copies, and the days and weeks of which one is kept each."""

    ledger: Path
    directory: Path
    days: int
    weeks: int


class Copy(NamedTuple):
    """A backup as it lies there, made at this moment (UTC, to the second)."""

    path: Path
    at: datetime
    bytes: int


class Made(NamedTuple):
    """A new backup, and the paths of older ones that were removed."""

    copy: Copy
    removed: list[Path]


def plan_of(settings: Settings) -> Plan | None:
    """The plan of this installation; None where no directory is set."""
    if settings.backup_dir is None:
        return None
    return Plan(backups.ledger_file(settings), settings.backup_dir, settings.backup_days, settings.backup_weeks)


def copies(directory: Path, now: datetime) -> list[Copy]:
    """Every whole backup made here until now, the newest first. Raises Unavailable.

    Only what has its checksum beside it is one of ours; a moment to come was written by a clock that was wrong.
    """
    try:
        entries = {entry.name: entry for entry in os.scandir(directory) if entry.is_file(follow_symlinks=False)}
        found = [
            Copy(directory / name, at, entry.stat(follow_symlinks=False).st_size)
            for name, entry in entries.items()
            if (at := _moment_of(name)) is not None and at <= now and name + checksums.ENDING in entries
        ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise Unavailable(f"{directory} can’t be read: {error.strerror or error}.") from error
    return sorted(found, key=lambda copy: copy.at, reverse=True)


def _moment_of(name: str) -> datetime | None:
    if (match := _NAME.fullmatch(name)) is None:
        return None
    with suppress(ValueError):
        return datetime.strptime(match[1], _FORM).replace(tzinfo=UTC)
    return None


def make(plan: Plan, now: datetime, *, progress: Progress | None = None, is_stopped: Callable[[], bool] = bool) -> Made:
    """Make a backup: whole, verified and on disk with its checksum; then remove those that the plan does not keep.

    Raises Conflict while another one is made, NotFound without a database, or Unavailable with what to do; then nothing
    is left of it, and older ones stay. It gives up soon after `is_stopped` says so.
    """
    if not plan.ledger.is_file():
        raise NotFound(f"There’s no database {plan.ledger} yet, so there’s nothing to back up.")
    with _explained(plan.directory), server_lock.held(plan.directory / LOCK_NAME, _BUSY):
        _clear(plan.directory)
        _require_room(plan)
        at = now.astimezone(UTC).replace(microsecond=0)
        while (target := plan.directory / f"assembly-week-{at:{_FORM}}Z.sqlite3").exists():
            at += timedelta(seconds=1)
        _write(plan.ledger, target, progress, is_stopped)
        return Made(Copy(target, at, target.stat().st_size), _forget(plan, at))


def clear(directory: Path) -> None:
    """Remove what killed processes left in a directory, unless a backup is being made there now."""
    if directory.is_dir():
        with _explained(directory), server_lock.held(directory / LOCK_NAME, _BUSY):
            _clear(directory)


@contextmanager
def _explained(directory: Path) -> Iterator[None]:
    """Turn what SQLite, the system and our own look at the copy say into what to do."""
    try:
        yield
    except Malformed as flaw:
        raise Unavailable(f"{flaw.detail} {_NONE} Look at the disk, and at the database with `verify`.") from flaw
    except (sqlite3.Error, OSError) as error:
        trouble = write_trouble(error, directory) or f"The database can’t be copied: {error}."
        raise Unavailable(f"{trouble} {_NONE}") from error


def _require_room(plan: Plan) -> None:
    """Refuse before the disk is full: it may be the one that the server writes to."""
    log = plan.ledger.with_name(f"{plan.ledger.name}-wal")
    needed = plan.ledger.stat().st_size + (log.stat().st_size if log.exists() else 0)
    free = shutil.disk_usage(plan.directory).free
    if free < needed:
        raise Unavailable(
            f"A backup needs {size(needed)}, and {plan.directory.resolve()} has {size(free)} left: make room there. "
            f"{_NONE}"
        )


def _write(ledger: Path, target: Path, progress: Progress | None, is_stopped: Callable[[], bool]) -> None:
    def go_on(done: int, total: int) -> None:
        if is_stopped():
            raise Unavailable(f"It was stopped. {_NONE}")
        if progress is not None:
            progress(done, total)

    with part_of(target) as part:
        backups.copy(backups.uri(ledger), part, go_on)
        _verify(part, is_stopped)
        go_on(1, 1)
        # The checksum first: what has its own name always has one, and one without a copy is cleared away.
        checksums.write(target, checksums.of(part))
        part.replace(target)
        sync(target.parent)


def _verify(part: Path, is_stopped: Callable[[], bool]) -> None:
    """Read the copy again, as `restore` would before it is put in place."""
    with closing(sqlite3.connect(f"{backups.uri(part)}?immutable=1", uri=True, isolation_level=None)) as copy:
        copy.set_progress_handler(lambda: int(is_stopped()), _OPERATIONS)
        soundness.check(copy, "The copy")


def _forget(plan: Plan, now: datetime) -> list[Path]:
    """Remove the copies that the plan does not keep; those that can't be removed stay, and the log says so."""
    found = copies(plan.directory, now)
    stay = backup_retention.kept((copy.at for copy in found), days=plan.days, weeks=plan.weeks)
    removed = []
    for copy in found:
        if copy.at not in stay:
            try:
                copy.path.unlink()
                checksums.beside(copy.path).unlink()
                removed.append(copy.path)
            except OSError as error:
                logger.warning("%s stays, it can’t be removed: %s", copy.path, error.strerror)
    sync(plan.directory)
    return removed


def _clear(directory: Path) -> None:
    """Remove unfinished copies, and checksums of what isn't there. The caller holds the lock."""
    names = set(os.listdir(directory))  # noqa: PTH208 (names are enough)
    for name in names:
        if (part := _PART.fullmatch(name)) is not None:
            sweep(directory / part[1])
        elif name.endswith(checksums.ENDING):
            copy = name.removesuffix(checksums.ENDING)
            if _NAME.fullmatch(copy) and copy not in names:
                (directory / name).unlink(missing_ok=True)
