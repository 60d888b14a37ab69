"""Outages: what a database says that is away, busy or silent, in words for people."""

import errno
import os
import pwd
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import Busy, Unavailable

BUSY = "The database is busy. Nothing was changed; try again in a moment."
SILENT = "The database does not answer. Nothing was changed; try again in a moment."
UNCONFIRMED = "The database did not confirm this in time. It may have been done: look before you send it again."
AWAY = "The database cannot be written or reached. Nothing was changed; try again."
FULL = "The database’s disk is full. Nothing was changed. Ask an organizer to free disk space."
CONNECT_SECONDS = 5
"""As long as a request has in all; psycopg's own time-out for connecting takes whole seconds."""
ASK_AGAIN_SECONDS = 1.0
"""Between two jobs that ask a silent database: what came back shows within a second."""
REQUEST_SECONDS = 10.0
"""Without an answer to any job for so long, a request asks itself: a server that is just starting has no jobs yet."""

# By class, to which drivers map their codes: SQLite's OperationalError holds BUSY, LOCKED, IOERR, FULL and READONLY,
# PostgreSQL's a connection that is gone, 53 (no resources), 57 (shut down) and 58; its InternalError 25006, a standby
# that takes no writes. Never DatabaseError as a whole: it also holds what a statement of ours does wrong.
_OUTAGES = (sqlite3.OperationalError, sqlite3.InternalError, psycopg.OperationalError, psycopg.InternalError)


_BY_EFFECTIVE_ID = os.access in os.supports_effective_ids
_FULL_ERRORS = {"SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"}  # the second: no room for what SQLite keeps beside the file
_WRITE_ERRORS = {
    "SQLITE_READONLY", "SQLITE_READONLY_DIRECTORY", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE",
    "SQLITE_IOERR_DIR_FSYNC", "SQLITE_IOERR_DELETE", "SQLITE_IOERR_SHMOPEN",
}  # fmt: skip


class Silent(psycopg.OperationalError):
    """PostgreSQL is connected and says nothing."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn a database that is away, full or locked into Unavailable; other database errors stay what they are."""
    try:
        yield
    except PoolTimeout as error:
        raise Busy(BUSY) from error
    except (DBAPIError, sqlite3.Error, psycopg.Error) as error:
        if not _is_outage(error):
            raise
        if _is_busy(error):
            raise Busy(BUSY) from error
        raise Unavailable(FULL if _is_full(error) else AWAY) from error


def _cause(error: BaseException | None) -> BaseException | None:
    """The driver's own error."""
    return error.orig if isinstance(error, DBAPIError) else error


def _is_outage(error: DBAPIError | sqlite3.Error | psycopg.Error) -> bool:
    """Tell whether the database failed, not a statement of ours; some errors come without SQLAlchemy's wrapping."""
    if getattr(_cause(error), "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return False  # a statement of ours that SQLite cannot make sense of
    is_cut = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_cut or isinstance(_cause(error), _OUTAGES)


def _is_busy(error: DBAPIError | sqlite3.Error | psycopg.Error) -> bool:
    """Tell whether the database is there, but somebody else has what this needs, or it took too long."""
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        return (getattr(cause, "sqlite_errorcode", 0) & 0xFF) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return isinstance(cause, (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled))


def _is_full(error: BaseException) -> bool:
    cause = _cause(error)
    if isinstance(cause, OSError):
        return cause.errno in {errno.ENOSPC, errno.EDQUOT}
    return isinstance(cause, psycopg.errors.DiskFull) or getattr(cause, "sqlite_errorname", "") in _FULL_ERRORS


def write_trouble(error: BaseException, directory: Path) -> str | None:
    """Say that a directory's disk is full or can't be written, by what the system or SQLite raised over a file there.

    None where writing is not what failed.
    """
    cause, directory = _cause(error), directory.resolve()
    if _is_full(error):
        return f"The disk that holds {directory} is full: make room there."
    if isinstance(cause, OSError):
        return f"{directory} can’t be written: {cause.strerror or cause}."
    if getattr(cause, "sqlite_errorname", "") in _WRITE_ERRORS:
        return f"{directory} can’t be written: {cause}."
    return None


def check_writable(file: Path) -> None:
    """Raise Unavailable unless this process may write a SQLite file, its directory and what SQLite keeps beside it.

    SQLite itself would say no more than that something cannot be opened, or that a database is read-only.
    """
    directory = file.parent
    if not os.access(directory, os.R_OK | os.W_OK | os.X_OK, effective_ids=_BY_EFFECTIVE_ID):
        raise Unavailable(_denied(directory))
    for path in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        if path.is_dir():
            raise Unavailable(f"{path} is a directory, where a database belongs. Move it away.")
        if path.exists() and not os.access(path, os.R_OK | os.W_OK, effective_ids=_BY_EFFECTIVE_ID):
            raise Unavailable(_denied(path))


def _denied(path: Path) -> str:
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return f"{path} lies on a disk that is mounted read-only. Mount it for writing, or choose another directory."
    status, user = path.stat(), _name(os.geteuid())
    owner = _name(status.st_uid)
    remedy = f"`chmod u+{'rwx' if path.is_dir() else 'rw'} {path}` helps."
    if owner != user:
        remedy = f"Run this as {owner}, or give {path} to {user} with `chown`."
    mode = f"{status.st_mode & 0o7777:04o}"
    return f"{path} can’t be read and written by {user}: it belongs to {owner}, mode {mode}. {remedy}"


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def is_silence(error: BaseException | None) -> bool:
    """Tell whether PostgreSQL said nothing, where others at least refuse."""
    return isinstance(_cause(error), (Silent, psycopg.errors.ConnectionTimeout))


class Silence:
    """Remembers that PostgreSQL did not answer: until it does, one asks at a time, and nobody else waits for that.

    A job should ask, of which a server has some that ask all the time; a request only where none did for a while.
    """

    def __init__(self) -> None:
        self.lasts = False
        self._ask_at = 0.0

    def check(self, *, is_request: bool) -> None:
        """Let the next one ask, if it is time to. Raises Unavailable for all others."""
        if not self.lasts:
            return
        now = time.monotonic()
        if now < self._ask_at + (REQUEST_SECONDS if is_request else 0):
            raise Unavailable(SILENT)
        self._ask_at = now + CONNECT_SECONDS + ASK_AGAIN_SECONDS

    def begin(self) -> None:
        """Note that there was no answer."""
        self.lasts, self._ask_at = True, time.monotonic() + ASK_AGAIN_SECONDS

    def is_over(self) -> None:
        """Note that there was an answer."""
        self.lasts = False
