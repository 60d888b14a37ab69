"""Versions of what can be watched of a week beside its board."""

from sqlalchemy import ForeignKey
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, string, whole


class TopicVersion(SQLModel, table=True):
    """The number of changes of a week's topic; no row until the first one.

    Only `app/services/topics.py` writes it, as the last thing in a transaction.
    """

    __tablename__ = "topic_version"
    __table_args__ = (STRICT,)

    week_id: int = Field(sa_column=whole(ForeignKey("week.id"), primary_key=True))
    topic: str = Field(sa_column=string(primary_key=True))
    version: int = Field(sa_column=whole())
