"""Intake: connections to outside tools, what they delivered, and whom their ids belong to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.domain.intake.kinds import source_of
from app.models.columns import STRICT, instant, new_id, string, whole

_IN_USE = sql("disconnected_at IS NULL")
_WAITS = sql("state = 'received'")
_NOT_RULED = sql("ruled_at IS NULL")
_UNMATCHED = sql("state = 'unmatched'")
_OUTSIDE = sql("state = 'outside'")
_RETRIES = sql("retry_at IS NOT NULL")
_QUARANTINED = sql("state = 'quarantined'")


class Connection(SQLModel, table=True):
    """One webhook of a tool, under its name until it is disconnected.

    `secret` and `previous_secret` are sealed with the installation's key; the previous ones (blanks between) are valid
    until `previous_until`, or until the new one is seen. `key_sha256` is of the key in the address of tools that sign
    nothing or too little; it is changed in the same way. With `reverses_gone` 1, what the tool deletes is reversed.
    """

    __tablename__ = "connection"
    __table_args__ = (
        Index("connection_name", "name", unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE),
        CheckConstraint("reverses_gone IN (0, 1)", name="connection_flags"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    name: str = Field(sa_column=string())
    kind: str = Field(sa_column=string())
    account: str = Field(default="", sa_column=string())
    secret: str = Field(sa_column=string())
    previous_secret: str | None = Field(default=None, sa_column=string(nullable=True))
    previous_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    key_sha256: str | None = Field(default=None, sa_column=string(nullable=True))
    reverses_gone: int = Field(default=0, sa_column=whole())
    created_at: datetime = Field(sa_column=instant())
    created_by: str = Field(sa_column=string())
    disconnected_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    previous_key_sha256: str | None = Field(default=None, sa_column=string(nullable=True))
    previous_key_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))

    @property
    def source(self) -> str:
        """The source of what it reports: two connections to one account share it, so nothing counts twice."""
        return source_of(self.kind, self.account)


class Delivery(SQLModel, table=True):
    """One call of a connection, kept whole until it is read: then only its `reading` (JSON) stays, without any text.

    `event_id` is the tool's id of it; a copy is not stored. `sent_at` is when it was signed, where its tool says so.
    `retry_at` is when to look at it again by itself; one that is `received` waits to be confirmed until then.
    `author`, `author_name`, `kind` and `occurred_at` are of the report that its state is about; names are of
    colleagues only.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("connection_id", "event_id", name="delivery_once"),
        CheckConstraint(
            "state IN ('received', 'recorded', 'repeated', 'ignored', 'unmatched', 'outside', 'quarantined')",
            name="delivery_state",
        ),
        Index("delivery_by_connection", "connection_id", "received_at"),
        Index("delivery_waiting", "seq", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("delivery_unmatched", "connection_id", sqlite_where=_UNMATCHED, postgresql_where=_UNMATCHED),
        Index("delivery_outside", "seq", sqlite_where=_OUTSIDE, postgresql_where=_OUTSIDE),
        Index("delivery_due", "retry_at", sqlite_where=_RETRIES, postgresql_where=_RETRIES),
        Index("delivery_quarantined", "seq", sqlite_where=_QUARANTINED, postgresql_where=_QUARANTINED),
        STRICT,
    )

    seq: int = Field(default=None, sa_column=whole(primary_key=True))
    id: str = Field(default_factory=new_id, sa_column=string(unique=True))
    connection_id: str = Field(sa_column=string(ForeignKey("connection.id")))
    event_id: str | None = Field(default=None, sa_column=string(nullable=True))
    received_at: datetime = Field(sa_column=instant())
    state: str = Field(default="received", sa_column=string())
    reason: str | None = Field(default=None, sa_column=string(nullable=True))
    author: str | None = Field(default=None, sa_column=string(nullable=True))
    activity_id: str | None = Field(default=None, sa_column=string(nullable=True))
    attempts: int = Field(default=0, sa_column=whole())
    retry_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    headers: str = Field(default="[]", sa_column=string())
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    reading: str | None = Field(default=None, sa_column=string(nullable=True))
    author_name: str | None = Field(default=None, sa_column=string(nullable=True))
    kind: str | None = Field(default=None, sa_column=string(nullable=True))
    occurred_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    sent_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ServiceAccount(SQLModel, table=True):
    """A bot or integration among a connection's accounts, by its id there or its e-mail: never a person."""

    __tablename__ = "service_account"
    __table_args__ = (STRICT,)

    connection_id: str = Field(sa_column=string(ForeignKey("connection.id"), primary_key=True))
    external_id: str = Field(sa_column=string(primary_key=True))
    created_at: datetime = Field(sa_column=instant())
    created_by: str = Field(sa_column=string())


class SourceIdentity(SQLModel, table=True):
    """A person's id in an outside tool; company sign-ins are a table of their own."""

    __tablename__ = "source_identity"
    __table_args__ = (UniqueConstraint("source", "external_id", name="source_identity_once"), STRICT)

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    source: str = Field(sa_column=string())
    external_id: str = Field(sa_column=string())
    person_id: str = Field(sa_column=string(ForeignKey("person.id"), index=True))
    created_at: datetime = Field(sa_column=instant())
    created_by: str = Field(sa_column=string())


class WithdrawnActivity(SQLModel, table=True):
    """An activity that its tool took back; `ruled_at` is when that reversed it, None while it has not arrived."""

    __tablename__ = "withdrawn_activity"
    __table_args__ = (
        Index(
            "withdrawn_activity_waiting", "source", "kind", "external_id", sqlite_where=_NOT_RULED,
            postgresql_where=_NOT_RULED,
        ),
        STRICT,
    )  # fmt: skip

    source: str = Field(sa_column=string(primary_key=True))
    kind: str = Field(sa_column=string(primary_key=True))
    external_id: str = Field(sa_column=string(primary_key=True))
    cause: str = Field(sa_column=string(primary_key=True))
    withdrawn_at: datetime = Field(sa_column=instant())
    ruled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
