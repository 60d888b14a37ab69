"""The installation's own name and accent colour."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class Appearance(SQLModel, table=True):
    """The looks of this installation (one row, none until organizers choose); what is empty is as it ships.

    Only `app/services/appearances.py` writes it; `version` grows with every change.
    """

    __tablename__ = "appearance"
    __table_args__ = (CheckConstraint("id = 1", name="appearance_one"), STRICT)

    id: int = Field(default=1, sa_column=whole(primary_key=True, autoincrement=False))
    name: str = Field(sa_column=string())
    accent: str = Field(sa_column=string())
    version: int = Field(sa_column=whole())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
