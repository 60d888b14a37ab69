"""Types of forms' fields: how a text is read, and the sentence for who typed one that cannot be."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeVar, TypeVarTuple

from pydantic import BeforeValidator

from app.domain.text import emails, names
from app.errors import Malformed
from app.services import reasons

T = TypeVar("T")
Values = TypeVarTuple("Values")
A_DAY = "Write a day as year-month-day: 2026-03-09."


@dataclass(frozen=True, slots=True)
class MaxLength:
    """The characters a browser lets somebody type; the type itself says what it takes."""

    characters: int


def say(check: Callable[[*Values], T], *values: *Values) -> T:
    """Read values as a service does: what it raises as Malformed stands at the field. Raises ValueError."""
    try:
        return check(*values)
    except Malformed as problem:
        raise ValueError(problem.detail) from None


def says(check: Callable[[str], T]) -> BeforeValidator:
    """A type's way to read a text as a service does."""

    def read(text: str) -> T:
        return say(check, text)

    return BeforeValidator(read)


def _day(text: object) -> date:
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(str(text).strip().encode("ascii").decode())
    except ValueError:
        raise ValueError(A_DAY) from None


Day = Annotated[date, BeforeValidator(_day)]
Text = Annotated[str, MaxLength(2_000)]
Reason = Annotated[str, MaxLength(reasons.LONGEST), says(reasons.demanded)]
Name = Annotated[str, MaxLength(names.LONGEST)]
Email = Annotated[str, MaxLength(emails.LONGEST)]
