"""Backfills: keys of tools' APIs, and what was asked of them, page by page."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole

_RUNS = sql("state = 'running'")


class ApiKey(SQLModel, table=True):
    """The key of a connection's tool, sealed with the installation's key, and where to ask with it.

    `repositories` are those of GitHub to ask for, parted by blanks. Set anew as a whole, so that no key goes to an
    address it was not given for.
    """

    __tablename__ = "api_key"
    __table_args__ = (STRICT,)

    connection_id: str = Field(sa_column=string(ForeignKey("connection.id"), primary_key=True))
    sealed: str = Field(sa_column=string())
    address: str = Field(sa_column=string())
    repositories: str = Field(default="", sa_column=string())
    set_at: datetime = Field(sa_column=instant())
    set_by: str = Field(sa_column=string())


class Backfill(SQLModel, table=True):
    """A tool is asked for what was since a moment: by somebody, or to compare with what its webhook delivered.

    A connection has one that runs. `step` counts the attempts at a page and `cursor` is where the next one begins;
    both change in the transaction that stores the page's deliveries. `fetched` things were read, of which `stored` were
    new here, those of `first_at` to `last_at`. `failures` in a row are tried again at `resumes_at`.
    """

    __tablename__ = "backfill"
    __table_args__ = (
        Index("backfill_running", "connection_id", unique=True, sqlite_where=_RUNS, postgresql_where=_RUNS),
        Index("backfill_of_connection", "connection_id", "created_at"),
        CheckConstraint("state IN ('running', 'done', 'failed', 'cancelled')", name="backfill_state"),
        CheckConstraint("purpose IN ('asked', 'comparison')", name="backfill_purpose"),
        CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="backfill_end"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    connection_id: str = Field(sa_column=string(ForeignKey("connection.id")))
    purpose: str = Field(sa_column=string())
    since: datetime = Field(sa_column=instant())
    until: datetime = Field(sa_column=instant())
    state: str = Field(default="running", sa_column=string())
    cursor: str | None = Field(default=None, sa_column=string(nullable=True))
    step: int = Field(default=0, sa_column=whole())
    pages: int = Field(default=0, sa_column=whole())
    fetched: int = Field(default=0, sa_column=whole())
    stored: int = Field(default=0, sa_column=whole())
    first_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    last_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    failures: int = Field(default=0, sa_column=whole())
    error: str | None = Field(default=None, sa_column=string(nullable=True))
    resumes_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    created_at: datetime = Field(sa_column=instant())
    created_by: str = Field(sa_column=string())
    finished_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
