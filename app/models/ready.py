"""Ready for a first shift: the list that organizers write, what people ticked of it, and who has finished it."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class ReadyList(SQLModel, table=True):
    """One version of the list, an item a line; the one with the largest `id` holds. Without a row, the shipped one."""

    __tablename__ = "ready_list"
    __table_args__ = (STRICT,)

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    text: str = Field(sa_column=string())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())


class ReadyTick(SQLModel, table=True):
    """An item that a person ticked, by its key: a reworded item has another one."""

    __tablename__ = "ready_tick"
    __table_args__ = (STRICT,)

    person_id: str = Field(sa_column=string(ForeignKey("person.id"), primary_key=True))
    item: str = Field(sa_column=string(primary_key=True))
    at: datetime = Field(sa_column=instant())


class ReadyPerson(SQLModel, table=True):
    """Somebody who had ticked the whole list at a moment, and stays ready whatever is added to it."""

    __tablename__ = "ready_person"
    __table_args__ = (STRICT,)

    person_id: str = Field(sa_column=string(ForeignKey("person.id"), primary_key=True))
    at: datetime = Field(sa_column=instant())
