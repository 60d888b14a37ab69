"""Backups of a SQLite ledger: a consistent copy while the server writes."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from app.config import Settings
from app.db.outages import write_trouble
from app.errors import Conflict, NotFound, Unavailable
from app.services.operations.whole_files import part_of, sync

_PAGES_PER_STEP = 2_000  # 8 MB between two moves of the progress bar; writers go on meanwhile, beside the snapshot

Progress = Callable[[int, int], None]


def ledger_file(settings: Settings) -> Path:
    """The SQLite file of this installation. Raises Conflict on PostgreSQL, which has its own tools."""
    path = settings.sqlalchemy_url.database
    if not settings.on_sqlite or not path:
        raise Conflict(
            "This server keeps its ledger in PostgreSQL. Back it up with pg_dump, bring it back with pg_restore."
        )
    return Path(path)


def back_up(ledger: Path, target: Path, *, overwrite: bool, progress: Progress) -> int:
    """Copy the ledger as it is at one moment to `target`, on disk when this returns; gives the copy's bytes.

    `progress` hears of pages copied and pages in all. Raises NotFound, Conflict or Unavailable; then there is no copy.
    """
    _check_target(ledger, target, overwrite=overwrite)
    try:
        with part_of(target) as part:
            copy(uri(ledger), part, progress)
            part.replace(target)
            sync(target.parent)
    except (sqlite3.Error, OSError) as error:
        if trouble := write_trouble(error, target.parent):
            raise Unavailable(f"{trouble} There’s no backup.") from error
        raise Unavailable(f"{ledger} can’t be read: {error}. There’s no backup.") from error
    return target.stat().st_size


def _check_target(ledger: Path, target: Path, *, overwrite: bool) -> None:
    if not ledger.is_file():
        raise NotFound(f"There’s no database {ledger} yet, so there’s nothing to back up.")
    if target.exists() and (not target.is_file() or target.samefile(ledger)):
        raise Conflict(f"{target} can’t become a backup: it isn’t a plain file, or the database itself.")
    if not target.parent.is_dir():
        raise NotFound(f"There’s no directory {target.parent} to back up to.")
    if target.exists() and not overwrite:
        raise Conflict(f"{target} exists already. Choose another name, or replace it with --force.")


def uri(file: Path) -> str:
    """A file's address as SQLite takes it, whatever characters its path has."""
    return f"file:{quote(os.fsencode(file.resolve()))}"


def copy(address: str, part: Path, progress: Progress) -> None:
    """Copy page by page inside one read transaction, so that writers neither wait nor make the copy start again.

    Nothing of the copied schema is run.
    """
    with (
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as origin,
        closing(sqlite3.connect(part, isolation_level=None)) as target,
    ):
        origin.execute("PRAGMA trusted_schema = OFF")
        origin.execute("PRAGMA wal_autocheckpoint = 0")
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
        origin.backup(
            target,
            pages=_PAGES_PER_STEP,
            progress=lambda _status, remaining, total: progress(total - remaining, total),
        )
        target.execute("PRAGMA journal_mode = DELETE")
    sync(part)
