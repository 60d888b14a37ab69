"""Text as organizers type it into a search: straight quotation marks and apostrophes find curly ones too."""

from typing import Any

from sqlalchemy import ColumnElement, String, func
from sqlmodel import col

_STRAIGHT = {"’": "'", "‘": "'", "“": '"', "”": '"'}


def holds(column: Any, typed: str) -> ColumnElement[bool]:
    """The condition that a column holds what somebody typed, letters from A to Z in either case."""
    straight: Any = col(column)
    for curly, plain in _STRAIGHT.items():
        straight, typed = func.replace(straight, curly, plain, type_=String), typed.replace(curly, plain)
    found: ColumnElement[bool] = straight.icontains(typed, autoescape=True)
    return found
