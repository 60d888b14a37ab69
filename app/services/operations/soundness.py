"""Soundness of a SQLite file: an undamaged database of ours, with exactly a schema that we made."""

import sqlite3
from pathlib import Path

from app.errors import Malformed
from app.services.operations import schema, sqlite_schema

_HEADER = 100  # bytes; the file format of SQLite says what is in them
_SMALLEST_PAGE = 512
_MAGIC = b"SQLite format 3\x00"


def header_flaw(source: Path) -> str | None:
    """A sentence where a SQLite file's length or form isn't as its header says; None where it is, or has none.

    SQLite itself takes a file whose end is missing, if nothing that is in use lay there. Raises OSError.
    """
    size = source.stat().st_size
    with source.open("rb") as file:
        header = file.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        return None
    page, pages = int.from_bytes(header[16:18], "big"), int.from_bytes(header[28:32], "big")
    page = 65_536 if page == 1 else page
    is_counted = header[24:28] == header[92:96]  # what counts the pages has seen the last change
    if not {header[18], header[19]} <= {1, 2} or page < _SMALLEST_PAGE:
        return f"{source} isn’t a sound SQLite database: its header is of no version that there is."
    if size % page or (is_counted and size < pages * page):
        return f"{source} isn’t a sound SQLite database: it was cut off, or something was put behind it."
    return None


def check(connection: sqlite3.Connection, source: Path | str) -> None:
    """Raise Malformed, with a sentence that calls the file `source`, unless all is well. Raises sqlite3.Error.

    Nothing of the file's schema is run before it was compared with ours.
    """
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA query_only = ON")
    # Before anything else: a view in a table's place, or an index on an expression, runs when it is looked at.
    _check_schema(connection, source)
    _check_content(connection, source)


def _check_schema(connection: sqlite3.Connection, source: Path | str) -> None:
    revisions = list(sqlite_schema.revisions_in(connection))
    is_ours = sqlite_schema.is_ours(connection)
    if not is_ours or len(revisions) > 1:
        raise Malformed(f"{source} isn’t a database of Assembly Week.")
    if revisions and revisions[0] not in schema.revisions():
        raise Malformed(f"{source} was made by a newer version of Assembly Week. Install that one, or a newer one.")
    flaws = sqlite_schema.differences(connection, revisions[0] if revisions else schema.newest())
    if flaws:
        others = f", and differs in {len(flaws) - 1} more ways" if len(flaws) > 1 else ""
        raise Malformed(f"{source} {flaws[0]}{others}.")


def _check_content(connection: sqlite3.Connection, source: Path | str) -> None:
    if (encoding := connection.execute("PRAGMA encoding").fetchone()[0]) != "UTF-8":
        raise Malformed(f"{source} keeps its text as {encoding}, not as UTF-8.")
    if (found := connection.execute("PRAGMA integrity_check(1)").fetchone()[0]) != "ok":
        raise Malformed(f"{source} is damaged: {found}.")
    if (dangling := connection.execute("PRAGMA foreign_key_check").fetchone()) is not None:
        table, _row, parent, _key = dangling
        raise Malformed(f"{source} is damaged: a row of {table} needs one of {parent} that is gone.")
