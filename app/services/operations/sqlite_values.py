"""Validation of a SQLite file's values against their columns' types: its schema cannot say all of it."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Table, Text
from sqlmodel import SQLModel

from app.models.columns import Day, Instant, instant_text

_JSON = {
    ("audit", "before"), ("audit", "after"), ("job", "payload"), ("list_import", "counts"), ("list_import", "made"),
    ("notice", "facts"), ("rules_file", "refusal"),
}  # fmt: skip


def flaws(connection: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each value that no page could show, such as “week.name is not UTF-8”, one for each column.

    Reads every text there is. The schema has to be ours and the newest.
    """
    for table in SQLModel.metadata.sorted_tables:
        checks = {column.name: check for column in table.columns if (check := _check_of(table, column)) is not None}
        if checks:
            yield from _flaws_of(connection, table.name, checks)


def _flaws_of(connection: sqlite3.Connection, table: str, checks: dict[str, Callable[[str], object]]) -> Iterator[str]:
    # As bytes: what is no UTF-8 would stop the driver, which reports it as if the database were away.
    names = ", ".join(f'CAST("{name}" AS BLOB)' for name in checks)
    seen: set[str] = set()
    for row in connection.execute(f'SELECT {names} FROM "{table}"'):  # noqa: S608 (names of ours)
        for (name, check), value in zip(checks.items(), row, strict=True):
            if value is not None and name not in seen and (flaw := _flaw(value, check)):
                seen.add(name)
                yield f"{table}.{name} {flaw}"


def _flaw(value: bytes, check: Callable[[str], object]) -> str | None:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return "isn’t UTF-8"
    if "\x00" in text:
        return "holds a NUL"
    try:
        check(text)
    except (ValueError, OverflowError):
        return f"can’t be read: “{text[:40]}”"
    return None


def _check_of(table: Table, column: Column[Any]) -> Callable[[str], object] | None:
    if isinstance(column.type, Instant):
        return _check_instant
    if isinstance(column.type, Day):
        return date.fromisoformat
    if (table.name, column.name) in _JSON:
        return json.loads
    return str if isinstance(column.type, Text) else None


def _check_instant(text: str) -> None:
    """Moments sort as text, so they have one form."""
    if instant_text(datetime.fromisoformat(text)) != text:
        raise ValueError(text)
