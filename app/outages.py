"""Outages: what a database says that is away, busy or silent, in words for people."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.errors import Busy, Unavailable

BUSY = "The database is busy. Nothing was changed; try again in a moment."
SILENT = "The database does not answer. Nothing was changed; try again in a moment."
UNCONFIRMED = "The database did not confirm this in time. It may have been done: look before you send it again."
CONNECT_SECONDS = 5
ASK_AGAIN_SECONDS = 1.0

_OUTAGES = (sqlite3.OperationalError, sqlite3.InternalError, psycopg.OperationalError, psycopg.InternalError)


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
        raise Unavailable("The database cannot be written or reached. Nothing was changed; try again.") from error


def _cause(error: BaseException | None) -> BaseException | None:
    """What the driver said."""
    return error.orig if isinstance(error, DBAPIError) else error


def _is_outage(error: DBAPIError | sqlite3.Error | psycopg.Error) -> bool:
    """Whether the database failed, not a statement of ours; some errors come without SQLAlchemy's wrapping."""
    if getattr(_cause(error), "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        return False  # a statement of ours that SQLite cannot make sense of
    is_cut = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_cut or isinstance(_cause(error), _OUTAGES)


def _is_busy(error: DBAPIError | sqlite3.Error | psycopg.Error) -> bool:
    """Whether the database is there, but somebody else has what this needs, or it took too long."""
    cause = _cause(error)
    if isinstance(cause, sqlite3.Error):
        return (getattr(cause, "sqlite_errorcode", 0) & 0xFF) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    return isinstance(cause, (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled))


def is_silence(error: BaseException | None) -> bool:
    """Whether PostgreSQL said nothing, where others at least refuse."""
    return isinstance(_cause(error), (Silent, psycopg.errors.ConnectionTimeout))


class Silence:
    """Remembers that PostgreSQL did not answer: until it does, one asks at a time, and nobody else waits for that."""

    def __init__(self) -> None:
        self.lasts = False
        self._ask_at = 0.0

    def check(self) -> None:
        """Let the next one ask, if it is time to. Raises Unavailable for all others."""
        if not self.lasts:
            return
        now = time.monotonic()
        if now < self._ask_at:
            raise Unavailable(SILENT)
        self._ask_at = now + CONNECT_SECONDS + ASK_AGAIN_SECONDS

    def begin(self) -> None:
        """Note that there was no answer."""
        self.lasts, self._ask_at = True, time.monotonic() + ASK_AGAIN_SECONDS

    def is_over(self) -> None:
        """Note that there was an answer."""
        self.lasts = False
