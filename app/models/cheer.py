"""Cheers: who claps for an activity. They earn nothing, and are no part of the ledger."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class Cheer(SQLModel, table=True):
    """One person's cheer for one activity; deleted by `app/services/cheers.py` alone, when it is taken back."""

    __tablename__ = "cheer"
    __table_args__ = (Index("cheer_of_person", "person_id", "activity_seq"), STRICT)

    activity_seq: int = Field(sa_column=whole(ForeignKey("activity.seq"), primary_key=True, autoincrement=False))
    person_id: str = Field(sa_column=string(ForeignKey("person.id"), primary_key=True))
    cheered_at: datetime = Field(sa_column=instant())
