"""The one line that organizers have to say to everyone."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class Announcement(SQLModel, table=True):
    """The announcement (one row, none until the first one); an empty `text` is none.

    Only `app/services/announcements.py` writes it; `version` grows with every change, so that boards know of it.
    """

    __tablename__ = "announcement"
    __table_args__ = (CheckConstraint("id = 1", name="announcement_one"), STRICT)

    id: int = Field(default=1, sa_column=whole(primary_key=True, autoincrement=False))
    text: str = Field(sa_column=string())
    link: str = Field(sa_column=string())
    until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    version: int = Field(sa_column=whole())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
