"""Clocks: the moments in the life of tickets that response times and contacts are computed from, for good."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string


class KeptClockFact(SQLModel, table=True):
    """A moment at which a ticket of a source was opened, or its customer or staff wrote, without a word of that.

    `external_id` is the comment's, empty for the ticket's creation; `author` an id at the tool, empty where none was
    told; `channel` chat or phone, empty for email. Whatever was told is kept: of several rows of one comment the
    earliest counts. Rows are only ever added, whether or not a week holds their time.
    """

    __tablename__ = "clock_fact"
    __table_args__ = (
        CheckConstraint("event IN ('created', 'customer', 'staff')", name="clock_fact_event"),
        CheckConstraint("(event = 'created') = (external_id = '')", name="clock_fact_shape"),
        # All that is asked of it: SQLite would rather read a source's whole primary key than this and the table.
        Index("clock_fact_of_comment", "source", "external_id", "event", "at", "ticket"),
        Index("clock_fact_at", "at"),  # for contacts, of all sources
        STRICT,
    )

    source: str = Field(sa_column=string(primary_key=True))
    ticket: str = Field(sa_column=string(primary_key=True))
    external_id: str = Field(sa_column=string(primary_key=True))
    event: str = Field(sa_column=string(primary_key=True))
    at: datetime = Field(sa_column=instant(primary_key=True))
    author: str = Field(sa_column=string(primary_key=True))
    channel: str = Field(sa_column=string())
