"""Types of forms' fields: how a text is read, and the sentence for who typed one that cannot be."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, TypeVar, TypeVarTuple

from pydantic import BeforeValidator

from app.domain.text import emails, names
from app.errors import Malformed
from app.services import reasons

T = TypeVar("T")
Values = TypeVarTuple("Values")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)
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


def needed(sentence: str, longest: int) -> BeforeValidator:
    """A type's way to ask for a text of at most so many characters, which are not all spaces."""

    def read(text: str) -> str:
        if not text.strip() or len(text.strip()) > longest:
            raise ValueError(sentence)
        return text

    return BeforeValidator(read)


def chosen(check: Callable[[Collection[str]], Iterable[str]]) -> BeforeValidator:
    """A type's way to read what was chosen of several as a service does."""

    def read(choices: Collection[str]) -> tuple[str, ...]:
        return tuple(say(check, choices))

    return BeforeValidator(read)


def optional(check: Callable[[str], str]) -> BeforeValidator:
    """A type's way to read a text as a service does where there is one."""

    def read(text: str) -> str:
        return say(check, text) if text.strip() else ""

    return BeforeValidator(read)


def a_day(sentence: str) -> BeforeValidator:
    """A type's way to read a day, YYYY-MM-DD, as browsers send it; the sentence is for who typed something else."""

    def read(text: str | None) -> date | None:
        if text is None:
            return None
        try:
            # The pattern first: fromisoformat also takes week dates (2022-W37-3) and digits without hyphens.
            return date.fromisoformat(text.strip() if _DAY.fullmatch(text.strip()) else "")
        except ValueError:
            raise ValueError(sentence) from None

    return BeforeValidator(read)


def a_time(sentence: str) -> BeforeValidator:
    """A type's way to read a time of day, HH:MM or HH:MM:SS, as browsers send it."""

    def read(text: str | None) -> time | None:
        if text is None:
            return None
        try:
            return time.fromisoformat(text.strip() if _TIME.fullmatch(text.strip()) else "")
        except ValueError:
            raise ValueError(sentence) from None

    return BeforeValidator(read)


Day = Annotated[date, a_day(A_DAY)]
Text = Annotated[str, MaxLength(2_000)]
Reason = Annotated[str, MaxLength(reasons.LONGEST), says(reasons.require)]
Name = Annotated[str, MaxLength(names.LONGEST)]
Email = Annotated[str, MaxLength(emails.LONGEST)]
