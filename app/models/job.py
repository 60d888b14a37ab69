"""The job queue: work that is done later, whatever happens to the process that was to do it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole

_WAITING = sql("done_at IS NULL AND dead_at IS NULL")


class QueuedJob(SQLModel, table=True):
    """A job of some `kind` with its `payload` (JSON, never a secret), due at `run_at`.

    It waits until it is done or, after too many attempts, dead. While `lease_until` lies ahead, one attempt of
    `leased_by` is under way. Of jobs with the same `key` there is one, so that several processes plan timed work once.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("job_waiting", "run_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        CheckConstraint("done_at IS NULL OR dead_at IS NULL", name="job_end"),
        CheckConstraint("(lease_until IS NULL) = (leased_by IS NULL)", name="job_lease"),
        STRICT,
    )

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    kind: str = Field(sa_column=string())
    key: str | None = Field(default=None, sa_column=string(nullable=True, unique=True))
    payload: str = Field(sa_column=string())
    run_at: datetime = Field(sa_column=instant())
    attempts: int = Field(default=0, sa_column=whole())
    lease_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    leased_by: str | None = Field(default=None, sa_column=string(nullable=True))
    error: str | None = Field(default=None, sa_column=string(nullable=True))
    done_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    dead_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
