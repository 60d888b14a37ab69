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
from app.domain.actor import Act
from app.errors import Conflict, Malformed, Problem, Unavailable
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.operations import (
    backups,
    checksums,
    schema,
    server_lock,
    soundness,
    sqlite_schema,
    sqlite_values,
)
from app.services.operations.whole_files import BESIDE, part_of, sync
from app.services.standings import verification

KEPT = 3
"""The number of replaced databases kept: a wrong backup restored first must not push out what was there before."""

_NOTHING = "Nothing was changed."


class Restored(NamedTuple):
    """The path of the replaced database (None when there was none), and the restored one's schema revision."""

    replaced: Path | None
    revision: str


def restore(ledger: Path, source: Path, act: Act, *, verified: bool = True) -> Restored:
    """Put a backup in the ledger's place, migrated to the newest schema; what it replaces is kept beside it.

    Everything is proven on a copy, whose audit says who restored it. A checksum beside the file must fit. Its schema is
    compared with ours before anything is done with it that could run a trigger or a view of somebody else's.
    `verified` says that its boards must follow from its ledger. Raises Conflict while a server runs, Malformed for a
    file that is no good database of ours, Unavailable where there is no room; then nothing changed.
    """
    if ledger.exists() and source.samefile(ledger):
        raise Conflict(f"{source} is the database itself; there’s nothing to restore.")
    refusal = "A server is running on this data. Stop it, restore, and start it again."
    with _explained(source, ledger.parent), server_lock.held(ledger.parent / server_lock.LOCK_NAME, refusal):
        with part_of(ledger) as part:
            _check_whole(source)
            backups.copy(_address(source), part, lambda _done, _all: None)
            _check(part, source)
            revision = _migrate(part, source, act, verified=verified)
            if ledger.exists():
                _take_after(part, ledger)
            replaced = _swap(part, ledger, act.now)
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
    with closing(sqlite3.connect(part, isolation_level=None)) as copy, _nothing_changed():
        soundness.check(copy, source)


def _check_whole(source: Path) -> None:
    """Raise Malformed for a copy that was cut off, changed on its way, or is being written."""
    journal = source.with_name(f"{source.name}-journal")
    with _nothing_changed():
        checksums.check(source)
        if not source.with_name(f"{source.name}-wal").exists() and (flaw := soundness.header_flaw(source)) is not None:
            raise Malformed(flaw)
        if journal.exists() and journal.stat().st_size:
            raise Malformed(f"{source} was cut off while it was written: {journal.name} lies beside it.")


@contextmanager
def _nothing_changed() -> Iterator[None]:
    """Say at the end of a refusal that nothing was changed."""
    try:
        yield
    except Malformed as flaw:
        raise Malformed(f"{flaw.detail} {_NOTHING}") from flaw


def _migrate(part: Path, source: Path, act: Act, *, verified: bool) -> str:
    """Bring the copy to the newest schema, verify its boards, and fold its WAL into it, so that it is one file."""
    database = Database(sqlite_url(part))
    try:
        revision = schema.migrate(database)
        if verified:
            try:
                _verify(database, source, act.now)
            except Unavailable:
                # Text that is no UTF-8 looks to the driver as if the database were away.
                _check_values(part, source)
                raise
            _check_values(part, source)
        with database.unit_of_work() as session:
            name = os.fsencode(source.name).decode(errors="replace")
            audit.note(session, "database.restored", AuditTarget("database", "ledger", name), act)
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


def _swap(part: Path, ledger: Path, now: datetime) -> Path | None:
    """Put the copy in the ledger's place in one step; the one it replaces, with what belongs to it, gets another name.

    There is a ledger at every moment, so whoever is killed here leaves the old one or the new one: a server that found
    none would begin another. A log that could not be folded in goes first: it would be read into the restored file.
    """
    aside = None
    if ledger.exists():
        with suppress(sqlite3.Error), closing(sqlite3.connect(ledger, isolation_level=None)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        aside = ledger.with_name(f"{ledger.name}.replaced-{now:%Y%m%dT%H%M%S.%f}Z")
        _give_second_name(ledger, aside)
        for ending in BESIDE:
            beside = ledger.with_name(ledger.name + ending)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + ending))
    part.replace(ledger)
    sync(ledger.parent)
    return aside


def _give_second_name(file: Path, name: Path) -> None:
    try:
        name.hardlink_to(file)
    except OSError:  # not every file system has such links; then there is a moment without a ledger
        file.rename(name)


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
