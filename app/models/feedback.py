"""Feedback items: what becomes of people's wishes, and the guestbook's entries they come from."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, Day, instant, new_id, string, whole


class FeedbackItem(SQLModel, table=True):
    """One thing to improve. `did` is what was done, `why` the reason where it is not done now, both may be empty.

    `owner_id` and `due_on` are set from `planned` on; `version` counts its changes, for those who change it at once.
    """

    __tablename__ = "feedback_item"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'planned', 'doing', 'done', 'not_now')", name="feedback_item_state"),
        CheckConstraint("state <> 'done' OR did <> ''", name="feedback_item_did"),
        CheckConstraint("state <> 'not_now' OR why <> ''", name="feedback_item_why"),
        Index("feedback_of_week", "week_id", "created_at", "id"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id")))
    title: str = Field(sa_column=string())
    state: str = Field(default="new", sa_column=string())
    owner_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    due_on: date | None = Field(default=None, sa_column=Column(Day, nullable=True))
    did: str = Field(default="", sa_column=string())
    why: str = Field(default="", sa_column=string())
    version: int = Field(default=1, sa_column=whole())
    created_at: datetime = Field(sa_column=instant())
    changed_at: datetime = Field(sa_column=instant())


class FeedbackEntry(SQLModel, table=True):
    """An entry of the guestbook that an item comes from."""

    __tablename__ = "feedback_entry"
    __table_args__ = (STRICT,)

    item_id: str = Field(sa_column=string(ForeignKey("feedback_item.id"), primary_key=True))
    entry_id: str = Field(sa_column=string(ForeignKey("guestbook_entry.id"), primary_key=True, index=True))
