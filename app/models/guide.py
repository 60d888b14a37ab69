"""The guide: every version of it that organizers saved. Rows are only ever added."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class GuideVersion(SQLModel, table=True):
    """One version of the guide, in Markdown; the one with the largest `id` is shown. Without a row, the shipped one."""

    __tablename__ = "guide_version"
    __table_args__ = (STRICT,)

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    text: str = Field(sa_column=string())
    note: str = Field(sa_column=string())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
