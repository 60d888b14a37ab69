"""Column types that mean the same on SQLite and PostgreSQL, and opaque ids."""

import re
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Dialect, Integer, Text
from sqlalchemy.dialects.postgresql import DATE, TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

STRICT = {"sqlite_strict": True}


class Instant(TypeDecorator[datetime]):
    """A moment in UTC with microseconds: timestamptz, or fixed-width ISO text that sorts as time does."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Timestamptz on PostgreSQL, text on SQLite."""
        is_postgresql = dialect.name == "postgresql"
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if is_postgresql else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Aware datetimes only: a naive one is a programming mistake."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value if dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else datetime.fromisoformat(value)


class RawInstant(NamedTuple):
    """The conversions between moments and a driver's own form of them, which sorts like time."""

    read: Callable[[Any], datetime]
    write: Callable[[datetime], Any]


def raw_instant(dialect: Dialect) -> RawInstant:
    """The conversions of this engine."""
    if dialect.name == "postgresql":
        return RawInstant(lambda value: value.astimezone(UTC), lambda value: value)
    return RawInstant(datetime.fromisoformat, instant_text)


class Day(TypeDecorator[date]):
    """A calendar day: date, or ISO text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Date on PostgreSQL, text on SQLite."""
        return dialect.type_descriptor(DATE() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """ISO text where there is no date type."""
        return value if value is None or dialect.name == "postgresql" else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """A date again."""
        return value if value is None or dialect.name == "postgresql" else date.fromisoformat(value)


def instant_text(value: datetime) -> str:
    """The SQLite form of a moment: `2022-09-12T13:00:00.000000+00:00`, always 32 characters."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def string(*constraints: Any, **options: Any) -> Column[Any]:
    """Text compared code point by code point on both engines."""
    return Column(Text(collation="C").with_variant(Text(), "sqlite"), *constraints, **{"nullable": False} | options)


def instant(**options: Any) -> Column[Any]:
    """A moment; required unless told otherwise."""
    return Column(Instant, **{"nullable": False} | options)


def day() -> Column[Any]:
    """A required calendar day."""
    return Column(Day, nullable=False)


def whole(*constraints: Any, **options: Any) -> Column[Any]:
    """A whole number of up to 64 bits."""
    return Column(BigInteger().with_variant(Integer, "sqlite"), *constraints, **{"nullable": False} | options)


_ID = re.compile("[0-9a-f]{16}")


def is_id(text: str) -> bool:
    """Tell whether a text can be an id at all; what cannot, such as NUL, need not trouble the database."""
    return _ID.fullmatch(text) is not None


def new_id() -> str:
    """An opaque id: 16 hexadecimal characters, 64 random bits."""
    return secrets.token_hex(8)
