"""Webhooks that we send: addresses of others, the messages to them, and how far each week's news was written."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole

_WAITS = sql("state = 'waiting'")


class WebhookEndpoint(SQLModel, table=True):
    """An address that is told of `events` (with blanks between), of one week or of all.

    `secret` and `previous_secret` (several with blanks between) are sealed with the installation's key; messages are
    signed with all until `previous_until`. Since `failing_since` every try failed; nothing is sent before
    `resting_until`, and nothing is written while it is disabled.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("disabled_for IN ('organizer', 'gone', 'failing')", name="webhook_endpoint_disabled_for"),
        CheckConstraint("(disabled_at IS NULL) = (disabled_for IS NULL)", name="webhook_endpoint_disabled"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    url: str = Field(sa_column=string())
    events: str = Field(sa_column=string())
    week_id: int | None = Field(default=None, sa_column=whole(ForeignKey("week.id"), nullable=True))
    secret: str = Field(sa_column=string())
    previous_secret: str | None = Field(default=None, sa_column=string(nullable=True))
    previous_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    created_at: datetime = Field(sa_column=instant())
    created_by: str = Field(sa_column=string())
    failing_since: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    resting_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    disabled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    disabled_for: str | None = Field(default=None, sa_column=string(nullable=True))


class WebhookMessage(SQLModel, table=True):
    """A message to one endpoint: its `body` is sent as it stands on every try, until there is an answer that says yes.

    It waits until it is sent or, after a day of tries, failed; replayed, it waits again. `due_at` None is at once.
    While `lease_until` lies ahead, one try of `leased_by` is under way. `happened_at` is by the game's clock.
    """

    __tablename__ = "webhook_message"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="webhook_message_state"),
        CheckConstraint("(lease_until IS NULL) = (leased_by IS NULL)", name="webhook_message_lease"),
        Index("webhook_message_of_endpoint", "endpoint_id", "seq"),
        Index(
            "webhook_message_waiting", "endpoint_id", "attempts", "seq", sqlite_where=_WAITS, postgresql_where=_WAITS
        ),
        STRICT,
    )

    seq: int = Field(default=None, sa_column=whole(primary_key=True))
    id: str = Field(default_factory=new_id, sa_column=string(unique=True))
    endpoint_id: str = Field(sa_column=string(ForeignKey("webhook_endpoint.id")))
    kind: str = Field(sa_column=string())
    body: str = Field(sa_column=string())
    happened_at: datetime = Field(sa_column=instant())
    state: str = Field(default="waiting", sa_column=string())
    attempts: int = Field(default=0, sa_column=whole())
    due_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    lease_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    leased_by: str | None = Field(default=None, sa_column=string(nullable=True))
    tried_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    last_status: int | None = Field(default=None, sa_column=whole(nullable=True))
    last_answer: str | None = Field(default=None, sa_column=string(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class WebhookProgress(SQLModel, table=True):
    """The place up to which a week's ledger and standings were turned into messages, in the transaction of these.

    `seq` is the last activity, `version` the week's version up to which there is none after it; `standings` is a digest
    of the standings that were told last, judged up to `standings_version` at `standings_at`.
    """

    __tablename__ = "webhook_progress"
    __table_args__ = (STRICT,)

    week_id: int = Field(sa_column=whole(ForeignKey("week.id"), primary_key=True, autoincrement=False))
    seq: int = Field(default=0, sa_column=whole())
    version: int = Field(default=0, sa_column=whole())
    standings_version: int = Field(default=0, sa_column=whole())
    standings_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    standings: str = Field(default="", sa_column=string())
