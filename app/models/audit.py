"""The audit: who did what, when, from where, to which object. Rows are only ever added."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class AuditEntry(SQLModel, table=True):
    """One thing done or refused. `by` is how the ledger names who acted; `before` and `after` are JSON objects."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_of_person", "person_id", "id"),
        Index("audit_of_action", "action", "id"),
        STRICT,
    )

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    at: datetime = Field(sa_column=instant())
    by: str = Field(sa_column=string())
    person_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    address: str = Field(sa_column=string())
    action: str = Field(sa_column=string())
    object_kind: str = Field(sa_column=string())
    object_id: str = Field(sa_column=string())
    object_name: str = Field(sa_column=string())
    before: str | None = Field(default=None, sa_column=string(nullable=True))
    after: str | None = Field(default=None, sa_column=string(nullable=True))
