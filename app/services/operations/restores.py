"""Restoring a backup of a SQLite ledger: nobody is trusted, and what it replaces is kept."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError

from app.config import sqlite_url
from app.db.database import Database
from app.db.outages import write_trouble
from app.errors import Conflict, Malformed, Problem, Unavailable
from app.services.operations import backups, schema, server_lock, sqlite_schema, sqlite_values
from app.services.operations.whole_files import BESIDE, part_of, sync
from app.services.standings import verification

KEPT = 3
"""The number of replaced databases kept: a wrong backup restored first must not push out what was there before."""

_NOTHING = "Nothing was changed."


class Restored(NamedTuple):
    """The path of the replaced database (None when there was none), and the restored one's schema revision."""

    replaced: Path | None
    revision: str


def restore(ledger: Path, source: Path, *, now: datetime, verified: bool = True) -> Restored:
    """Put a backup in the ledger's place, migrated to the newest schema; what it replaces is kept beside it.

    Its schema is compared with ours before anything is done with it that could run a trigger or a view of somebody
    else's. `verified` says that its boards must follow from its ledger. Raises Conflict while a server runs, Malformed
    for a file that is no good database of ours, Unavailable where there is no room; then nothing changed.
    """
    if ledger.exists() and source.samefile(ledger):
        raise Conflict(f"{source} is the database itself; there’s nothing to restore.")
    refusal = "A server is running on this data. Stop it, restore, and start it again."
    with _explained(source, ledger.parent), server_lock.held(ledger.parent / server_lock.LOCK_NAME, refusal):
        with part_of(ledger) as part:
            backups.copy(_address(source), part, lambda _done, _all: None)
            _check(part, source)
            revision = _migrate(part, source, now if verified else None)
            if ledger.exists():
                _take_after(part, ledger)
            replaced = _set_aside(ledger, now)
            part.replace(ledger)
            sync(ledger.parent)
        _forget_old(ledger, source)
    return Restored(replaced, revision)


@contextmanager
def _explained(source: Path, directory: Path) -> Iterator[None]:
    """Turn what SQLite, SQLAlchemy and the system say into what went wrong, and where."""
    try:
        yield
    except (sqlite3.Error, DBAPIError, OSError, Unavailable) as error:
        cause = error.__cause__ if isinstance(error, Unavailable) else error
        if cause is not None and (trouble := write_trouble(cause, directory)):
            raise Unavailable(f"{trouble} {_NOTHING}") from error
        if isinstance(error, (Unavailable, OSError)):
            raise
        raise Malformed(f"{source} isn’t a sound SQLite database: {_said(error)}. {_NOTHING}") from error


def _said(error: Exception) -> str:
    return str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]


def _address(source: Path) -> str:
    """Read a backup without leaving files beside it, unless its own WAL lies there and must be read too."""
    has_wal = source.with_name(f"{source.name}-wal").exists()
    return f"{backups.uri(source)}?{'mode=ro' if has_wal else 'immutable=1'}"


def _check(part: Path, source: Path) -> None:
    """Raise Malformed unless this is an undamaged database of ours, with exactly a schema that we made."""
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        copy.execute("PRAGMA trusted_schema = OFF")
        copy.execute("PRAGMA query_only = ON")
        # Before anything else: a view in a table's place, or an index on an expression, runs when it is looked at.
        _check_schema(copy, source)
        _check_content(copy, source)


def _check_schema(copy: sqlite3.Connection, source: Path) -> None:
    revisions = list(sqlite_schema.revisions_in(copy))
    is_ours = sqlite_schema.is_ours(copy)
    if not is_ours or len(revisions) > 1:
        raise Malformed(f"{source} isn’t a database of Assembly Week. {_NOTHING}")
    if revisions and revisions[0] not in schema.revisions():
        raise Malformed(f"{source} was made by a newer version of Assembly Week. Install that one, or a newer one.")
    flaws = sqlite_schema.differences(copy, revisions[0] if revisions else schema.newest())
    if flaws:
        others = f", and differs in {len(flaws) - 1} more ways" if len(flaws) > 1 else ""
        raise Malformed(f"{source} {flaws[0]}{others}. {_NOTHING}")


def _check_content(copy: sqlite3.Connection, source: Path) -> None:
    if (encoding := copy.execute("PRAGMA encoding").fetchone()[0]) != "UTF-8":
        raise Malformed(f"{source} keeps its text as {encoding}, not as UTF-8. {_NOTHING}")
    if (found := copy.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
        raise Malformed(f"{source} is damaged: {found}. {_NOTHING}")
    if (dangling := copy.execute("PRAGMA foreign_key_check").fetchone()) is not None:
        table, _row, parent, _key = dangling
        raise Malformed(f"{source} is damaged: a row of {table} needs one of {parent} that is gone. {_NOTHING}")


def _migrate(part: Path, source: Path, verify_at: datetime | None) -> str:
    """Bring the copy to the newest schema, verify its boards, and fold its WAL into it, so that it is one file."""
    database = Database(sqlite_url(part))
    try:
        revision = schema.migrate(database)
        if verify_at is not None:
            try:
                _verify(database, source, verify_at)
            except Unavailable:
                # Text that is no UTF-8 looks to the driver as if the database were away.
                _check_values(part, source)
                raise
            _check_values(part, source)
    finally:
        database.dispose()
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode = DELETE")
        if flaws := sqlite_schema.differences(copy, revision):
            raise Malformed(f"{source} {flaws[0]} once it is migrated. {_NOTHING}")
    sync(part)
    return revision


def _check_values(part: Path, source: Path) -> None:
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        if (flaw := next(sqlite_values.flaws(copy), None)) is not None:
            raise Malformed(f"{source} is damaged: {flaw}. {_NOTHING}")


def _verify(database: Database, source: Path, now: datetime) -> None:
    """Raise Malformed where boards don't follow from the ledger, or cannot be made at all."""
    try:
        with database.reading() as session:
            weeks = verification.weeks_to_verify(session, None, now)
            differences = [each for week in weeks for each in verification.verify(session, week, now)]
    except Problem as problem:
        if isinstance(problem, Unavailable):
            raise
        differences = [problem.detail]
    if differences:
        others = f" There are {len(differences) - 1} more differences." if len(differences) > 1 else ""
        raise Malformed(
            f"{source} doesn’t verify. {differences[0]}{others} {_NOTHING} `restore --unverified` restores it all the "
            "same."
        )


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
    for ending in (*BESIDE, ""):
        beside = ledger.with_name(ledger.name + ending)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + ending))
    return aside


def _forget_old(ledger: Path, source: Path) -> None:
    """Remove all but the newest replaced databases, and never what was just restored."""
    replaced = [
        path
        for path in ledger.parent.iterdir()
        if path.name.startswith(f"{ledger.name}.replaced-") and not path.name.endswith(BESIDE)
    ]
    for old in sorted(replaced)[:-KEPT]:
        if not old.samefile(source):
            for ending in (*BESIDE, ""):
                old.with_name(old.name + ending).unlink(missing_ok=True)
