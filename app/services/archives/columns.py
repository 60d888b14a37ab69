"""Values of rows as archives hold them: each column by its type, with what nobody here would have written refused."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Text
from sqlmodel import SQLModel

from app.errors import Malformed
from app.models.columns import Day, Instant, instant_text

LONGEST_TEXT = 70_000
"""Characters: rules have the longest texts that people write, 64 KiB. A frozen board is looked at by itself."""
_LARGEST = 2**62
"""Half of what a database counts to: versions go on counting here."""
_FIRST_YEAR, _LAST_YEAR = 1899, 9001
"""The years around those in which a week may be: clocks of every zone show their moments."""


class Codec(NamedTuple):
    """The way of one column into an archive and back; `read` raises ValueError with the end of a sentence."""

    name: str
    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    is_nullable: bool
    target: str | None
    """The table that it refers to."""
    default: Any


def table_of(model: type[SQLModel]) -> Any:
    """The table of a model."""
    return model.__table__  # type: ignore[attr-defined]


def codecs(model: type[SQLModel], leave_out: frozenset[str] = frozenset()) -> dict[str, Codec]:
    """The codecs of a model's columns, by name."""
    return {column.name: _codec(column, model) for column in table_of(model).columns if column.name not in leave_out}


def _codec(column: Column[Any], model: type[SQLModel]) -> Codec:
    target = next((key.column.table.name for key in column.foreign_keys), None)
    field = model.model_fields[column.name]
    default = None if field.is_required() or field.default_factory is not None else field.default
    is_nullable = bool(column.nullable)
    if isinstance(column.type, Instant):
        return Codec(column.name, instant_text, _read_instant, is_nullable, target, default)
    if isinstance(column.type, Day):
        return Codec(column.name, date.isoformat, _read_day, is_nullable, target, default)
    if isinstance(column.type, Text):
        return Codec(column.name, str, _read_text, is_nullable, target, default)
    return Codec(column.name, int, _read_whole, is_nullable, target, default)


def write(codec: Codec, value: Any) -> Any:
    """A value as JSON has it."""
    return None if value is None else codec.write(value)


def read_row(table: str, known: Mapping[str, Codec], row: Any) -> dict[str, Any]:
    """The values of a row, whatever a file says. Raises Malformed."""
    if not isinstance(row, dict):
        raise Malformed(f"This archive has a {table} that isn’t an object. Export the week again.")
    if unknown := row.keys() - known.keys():
        raise Malformed(
            f"This archive has “{str(min(unknown))[:40]}” in a {table}, which this version of Assembly Week doesn’t "
            "know. Update Assembly Week, then import it."
        )
    return {name: _read(table, codec, row) for name, codec in known.items()}


def _read(table: str, codec: Codec, row: Mapping[str, Any]) -> Any:
    value = row.get(codec.name, codec.default)
    if value is None and codec.is_nullable:
        return None
    try:
        return codec.read(value)
    except (ValueError, OverflowError) as flaw:
        raise bad(table, codec.name, str(flaw)) from None


def bad(table: str, name: str, flaw: str) -> Malformed:
    """The refusal of an archive for one of its values; `flaw` is the end of a sentence."""
    return Malformed(f"This archive can’t be imported: a {table}’s “{name}” {flaw}.")


def _read_instant(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if instant_text(moment) == value and _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            return moment
    except (TypeError, ValueError, OverflowError):
        pass
    raise ValueError("isn’t a moment in UTC, in a year that weeks have")


def _read_day(value: Any) -> date:
    try:
        day = date.fromisoformat(value)
        if day.isoformat() == value:
            return day
    except (TypeError, ValueError):
        pass
    raise ValueError("isn’t a day")


def _read_whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST:
        return value
    raise ValueError("isn’t a whole number")


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("isn’t a text")  # noqa: TRY004 (a flaw of a file, not of our code)
    if len(value) > LONGEST_TEXT and not value.startswith("{"):
        raise ValueError(f"has more than {LONGEST_TEXT:,} characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("isn’t valid Unicode") from None
    if "\x00" in value:
        raise ValueError("holds a NUL")
    return value
