"""The state of a week's ceremony."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class Ceremony(SQLModel, table=True):
    """One row a week, from the first step on; every screen shows the same one."""

    __tablename__ = "ceremony"
    __table_args__ = (STRICT,)

    week_id: int = Field(sa_column=whole(ForeignKey("week.id"), primary_key=True, autoincrement=False))
    step: int = Field(sa_column=whole())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
