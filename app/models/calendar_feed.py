"""Calendar feeds: addresses that a calendar program reads somebody's or a team's shifts at, and what it was given."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole


class CalendarFeed(SQLModel, table=True):
    """A feed of a team's shifts, or without a team of a person's; `sha256` is of the secret in its address.

    `person_id` is whose it is: they see and revoke it. A team's feed made by a program is nobody's.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        CheckConstraint("person_id IS NOT NULL OR team_id IS NOT NULL", name="calendar_feed_subject"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    sha256: str = Field(sa_column=string(unique=True))
    person_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True, index=True))
    team_id: str | None = Field(default=None, sa_column=string(ForeignKey("team.id"), nullable=True))
    created_at: datetime = Field(sa_column=instant())
    created_by: str = Field(sa_column=string())
    revoked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class CalendarEvent(SQLModel, table=True):
    """An event as calendars were last given it: `sha256` is of all it says, `sequence` the number it has for that.

    It was given that number at `changed_at` or for a change of then, and ends at `ends_at`.
    """

    __tablename__ = "calendar_event"
    __table_args__ = (STRICT,)

    uid: str = Field(sa_column=string(primary_key=True))
    sha256: str = Field(sa_column=string())
    sequence: int = Field(sa_column=whole())
    changed_at: datetime = Field(sa_column=instant())
    ends_at: datetime = Field(sa_column=instant())
