"""Activities that organizers reversed together, so that each bulk can be undone as a whole."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole


class BulkReversal(SQLModel, table=True):
    """One reversal of many activities; rows are added by organizers and marked once, when somebody undoes one.

    `version` is the week's version it brought, by which its rulings are known; `activities` is how many it reversed.
    """

    __tablename__ = "bulk_reversal"
    __table_args__ = (
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="bulk_reversal_undone"),
        Index("bulk_reversal_of_week", "week_id", "version"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id")))
    at: datetime = Field(sa_column=instant())
    by: str = Field(sa_column=string())
    reason: str = Field(sa_column=string())
    version: int = Field(sa_column=whole())
    activities: int = Field(sa_column=whole())
    undone_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    undone_by: str | None = Field(default=None, sa_column=string(nullable=True))
