"""Notices: what somebody is told about a shift, on their page and by email, and of which kinds they want no email."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole

_ON_PAGE = sql("channel = 'page'")


class Notice(SQLModel, table=True):
    """Something told once to a person on a channel, from `due_at` on; `facts` (JSON) are what its words are made of.

    `subject` is the id of the shift or team it is about, `revision` tells changes of that apart. One for the page may
    be read, an email is tried, then sent or dropped: one that was tried and is neither may have reached its reader.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("person_id", "subject", "kind", "revision", "channel", name="notice_once"),
        CheckConstraint("channel IN ('page', 'email')", name="notice_channel"),
        CheckConstraint("sent_at IS NULL OR dropped_at IS NULL", name="notice_end"),
        Index("notice_inbox", "person_id", "due_at", "id", sqlite_where=_ON_PAGE, postgresql_where=_ON_PAGE),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    kind: str = Field(sa_column=string())
    person_id: str = Field(sa_column=string(ForeignKey("person.id")))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id")))
    shift_id: str | None = Field(default=None, sa_column=string(ForeignKey("shift.id"), nullable=True))
    subject: str = Field(sa_column=string())
    revision: int = Field(sa_column=whole())
    channel: str = Field(sa_column=string())
    facts: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=instant())
    due_at: datetime = Field(sa_column=instant())
    read_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    tried_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    sent_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    dropped_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class NoticeOptOut(SQLModel, table=True):
    """A kind of notice that a person wants no email about."""

    __tablename__ = "notice_opt_out"
    __table_args__ = (STRICT,)

    person_id: str = Field(sa_column=string(ForeignKey("person.id"), primary_key=True))
    kind: str = Field(sa_column=string(primary_key=True))
    created_at: datetime = Field(sa_column=instant())
