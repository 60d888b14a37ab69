"""Lists that were imported, so that each can be undone as a whole."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole


class ListImport(SQLModel, table=True):
    """One list that changed something; rows are added by imports and marked once, when somebody undoes one.

    `version` is the week's version it brought, by which its activities and memberships are known; `counts` says how
    much it changed and `made` the ids of what it made and of whom it named, both JSON. `undone_version` is the version
    of the undoing.
    """

    __tablename__ = "list_import"
    __table_args__ = (
        CheckConstraint("kind IN ('teams', 'people', 'activities', 'shifts', 'identities')", name="list_import_kind"),
        CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="list_import_undone"),
        Index("list_import_of_week", "week_id", "at"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    kind: str = Field(sa_column=string())
    week_id: int | None = Field(default=None, sa_column=whole(ForeignKey("week.id"), nullable=True))
    at: datetime = Field(sa_column=instant())
    by: str = Field(sa_column=string())
    version: int | None = Field(default=None, sa_column=whole(nullable=True))
    counts: str = Field(sa_column=string())
    made: str = Field(sa_column=string())
    undone_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    undone_by: str | None = Field(default=None, sa_column=string(nullable=True))
    undone_version: int | None = Field(default=None, sa_column=whole(nullable=True))
