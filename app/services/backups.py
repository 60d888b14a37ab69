"""Backups of a SQLite ledger: a consistent copy while the server writes, and the way back."""

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from app.config import Settings, sqlite_url
from app.db import Database
from app.errors import Conflict, Malformed, NotFound, Unavailable
from app.services import schema, server_lock

_TABLES = {"alembic_version", "week", "activity"}
_PAGES_PER_STEP = 2_000
_BESIDE = ("-wal", "-shm")

Progress = Callable[[int, int], None]


class Restored(NamedTuple):
    """Where the replaced database went (None when there was none), and the schema the restored one has now."""

    replaced: Path | None
    revision: str


def ledger_file(settings: Settings) -> Path:
    """The SQLite file of this installation. Raises Conflict on PostgreSQL, which has its own tools."""
    path = settings.sqlalchemy_url.database
    if not settings.on_sqlite or not path:
        raise Conflict(
            "This installation keeps its ledger in PostgreSQL. Back it up with pg_dump, bring it back with pg_restore."
        )
    return Path(path)


def back_up(ledger: Path, target: Path, *, overwrite: bool, progress: Progress) -> int:
    """Copy the ledger as it is at one moment to `target`, on disk when this returns; gives the copy's bytes.

    `progress` hears of pages copied and pages in all. Raises NotFound, Conflict or Unavailable; then there is no copy.
    """
    if not ledger.is_file():
        raise NotFound(f"There is no database {ledger} yet, so there is nothing to back up.")
    if target.exists() and (not target.is_file() or target.samefile(ledger)):
        raise Conflict(f"{target} cannot become a backup: it is no plain file, or the database itself.")
    if not target.parent.is_dir():
        raise NotFound(f"There is no directory {target.parent} to back up to.")
    if target.exists() and not overwrite:
        raise Conflict(f"{target} exists already. Choose another name, or replace it with --force.")
    with _part_of(target) as part:
        try:
            _copy(_uri(ledger), part, progress)
        except sqlite3.Error as error:
            raise Unavailable(f"{ledger} cannot be read: {error}. There is no backup.") from error
        part.replace(target)
        _sync(target.parent)
    return target.stat().st_size


def restore(ledger: Path, source: Path, *, now: datetime) -> Restored:
    """Put a backup in the ledger's place, migrated to the newest schema; what it replaces is kept beside it.

    Raises Conflict while a server runs, Malformed for a file that is no good database of ours; then nothing changed.
    """
    if ledger.exists() and source.samefile(ledger):
        raise Conflict(f"{source} is the database itself; there is nothing to restore.")
    refusal = "A server is running on this data. Stop it, restore, and start it again."
    with server_lock.held(ledger.parent / server_lock.LOCK_NAME, refusal), _part_of(ledger) as part:
        try:
            _copy(_address(source), part, lambda _done, _all: None)
            _check(part, source)
        except sqlite3.Error as error:
            raise Malformed(f"{source} is no sound SQLite database: {error}. Nothing was changed.") from error
        revision = _migrate(part)
        if ledger.exists():
            _take_after(part, ledger)
        replaced = _set_aside(ledger, now)
        part.replace(ledger)
        _sync(ledger.parent)
    return Restored(replaced, revision)


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """A file beside the target in the making, for its owner's eyes alone; nothing is left under its name."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    part.touch(mode=0o600)
    try:
        yield part
    finally:
        for ending in ("", *_BESIDE, "-journal"):
            part.with_name(part.name + ending).unlink(missing_ok=True)


def _address(source: Path) -> str:
    """Read a backup without leaving files beside it, unless its own WAL lies there and must be read too."""
    has_wal = source.with_name(f"{source.name}-wal").exists()
    return f"{_uri(source)}?{'mode=ro' if has_wal else 'immutable=1'}"


def _uri(file: Path) -> str:
    return f"file:{quote(os.fsencode(file.resolve()))}"


def _copy(address: str, part: Path, progress: Progress) -> None:
    """Copy page by page inside one read transaction, so that writers neither wait nor make the copy start again."""
    with (
        closing(sqlite3.connect(address, uri=True, isolation_level=None)) as origin,
        closing(sqlite3.connect(part, isolation_level=None)) as copy,
    ):
        origin.execute("PRAGMA wal_autocheckpoint = 0")
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
        origin.backup(
            copy, pages=_PAGES_PER_STEP, progress=lambda _status, remaining, total: progress(total - remaining, total)
        )
        copy.execute("PRAGMA journal_mode = DELETE")
    _sync(part)


def _check(part: Path, source: Path) -> None:
    """Raise Malformed unless this is an undamaged database of ours with a schema we know."""
    with closing(sqlite3.connect(part)) as copy:
        if (found := copy.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
            raise Malformed(f"{source} is damaged: {found}. Nothing was changed.")
        tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables >= _TABLES:
            raise Malformed(f"{source} is no database of Assembly Week. Nothing was changed.")
        revisions = {revision for (revision,) in copy.execute("SELECT version_num FROM alembic_version")}
    if not revisions or revisions - schema.revisions().keys():
        raise Malformed(f"{source} was made by a newer version of Assembly Week. Install that one, or a newer one.")


def _migrate(part: Path) -> str:
    """Bring the copy to the newest schema and fold its WAL into it, so that it is one file."""
    database = Database(sqlite_url(part))
    try:
        revision = schema.migrate(database)
    finally:
        database.dispose()
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
    _sync(part)
    return revision


def _take_after(part: Path, ledger: Path) -> None:
    """Give the copy the ledger's owner and mode: whoever restores may not be whom the server runs as."""
    shutil.copymode(ledger, part)
    owner = ledger.stat()
    with suppress(PermissionError):
        os.chown(part, owner.st_uid, owner.st_gid)


def _set_aside(ledger: Path, now: datetime) -> Path | None:
    """Rename the ledger and what belongs to it: a WAL left behind would be read into the restored file."""
    if not ledger.exists():
        return None
    with suppress(sqlite3.Error), closing(sqlite3.connect(ledger, isolation_level=None)) as old:
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    aside = ledger.with_name(f"{ledger.name}.replaced-{now:%Y%m%dT%H%M%S.%f}Z")
    for ending in (*_BESIDE, ""):
        beside = ledger.with_name(ledger.name + ending)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + ending))
    return aside


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
