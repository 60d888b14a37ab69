"""Aliases in queries: rows of people and teams that were merged into another one read as that one's."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Text, func, literal, union_all
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models import Person, Team


def ids_of(model: type[Person | Team], id_: Any) -> CompoundSelect[Any]:
    """Select an id, given as text or as a parameter, and those of its aliases, for `in_`."""
    own = literal(id_, Text) if isinstance(id_, str) else id_
    return union_all(sql_select(own), sql_select(col(model.id)).where(col(model.merged_into) == own))


def owner_id(model: type[Person | Team], column: Any) -> ColumnElement[Any]:
    """The column expression for whose the rows of a column of ids are."""
    one = aliased(model)
    into = sql_select(col(one.merged_into)).where(col(one.id) == column).correlate_except(one).scalar_subquery()
    return func.coalesce(into, column)
