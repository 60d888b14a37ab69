"""The guestbook: what people write about a week or one of its shifts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole


class GuestbookEntry(SQLModel, table=True):
    """One entry: what worked, what should improve, either may be empty. Flags are 0 or 1.

    Its author withdraws it, which erases its words; organizers hide it with a reason, and show it again.
    """

    __tablename__ = "guestbook_entry"
    __table_args__ = (
        CheckConstraint("is_public IN (0, 1) AND may_quote IN (0, 1)", name="guestbook_entry_flags"),
        CheckConstraint("may_quote <= is_public", name="guestbook_entry_quote"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (worked <> '' OR improve <> '')", name="guestbook_entry_words_until_withdrawn"
        ),
        Index("guestbook_of_week", "week_id", "written_at", "id"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id")))
    person_id: str = Field(sa_column=string(ForeignKey("person.id")))
    shift_id: str | None = Field(default=None, sa_column=string(ForeignKey("shift.id"), nullable=True))
    worked: str = Field(sa_column=string())
    improve: str = Field(sa_column=string())
    is_public: int = Field(sa_column=whole())
    may_quote: int = Field(sa_column=whole())
    written_at: datetime = Field(sa_column=instant())
    withdrawn_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    hidden_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    hidden_reason: str | None = Field(default=None, sa_column=string(nullable=True))
