"""Openings, freezes and closings of weeks that happen by themselves."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole


class ScheduledChange(SQLModel, table=True):
    """A change of a week planned by an organizer; at most one of each action, deleted when it happens or is dropped.

    `id` is another one whenever it is planned anew: the job has it, and whoever saw the one before is known by it.
    `grace_minutes` delay a closing. `failure` says why it could not happen at its time; the row then stays until an
    organizer plans it anew or drops it.
    """

    __tablename__ = "scheduled_change"
    __table_args__ = (
        CheckConstraint("action IN ('open', 'freeze', 'close')", name="scheduled_change_action"),
        CheckConstraint("grace_minutes >= 0", name="scheduled_change_grace"),
        STRICT,
    )

    week_id: int = Field(sa_column=whole(ForeignKey("week.id"), primary_key=True, autoincrement=False))
    action: str = Field(sa_column=string(primary_key=True))
    id: str = Field(default_factory=new_id, sa_column=string(unique=True))
    at: datetime = Field(sa_column=instant())
    grace_minutes: int = Field(default=0, sa_column=whole(server_default="0"))
    by: str = Field(sa_column=string())
    person_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    failure: str | None = Field(default=None, sa_column=string(nullable=True))

    @property
    def due_at(self) -> datetime:
        """The moment at which it happens: its time, and for a closing the grace after it."""
        return self.at + timedelta(minutes=self.grace_minutes)
