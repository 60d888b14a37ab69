"""Health of sources: what was refused of each connection, and when no server was there to hear any."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, Instant, instant, string, whole


class RefusedDelivery(SQLModel, table=True):
    """Deliveries of a connection that were refused for one reason within one hour, counted; servers add to it.

    `seconds` is how far the last one's clock was ahead of ours, where that was the reason. Old rows are deleted.
    """

    __tablename__ = "refused_delivery"
    __table_args__ = (STRICT,)

    connection_id: str = Field(sa_column=string(ForeignKey("connection.id"), primary_key=True))
    hour: datetime = Field(sa_column=Column(Instant, primary_key=True, nullable=False))
    reason: str = Field(sa_column=string(primary_key=True))
    times: int = Field(sa_column=whole())
    last_at: datetime = Field(sa_column=instant())
    seconds: int | None = Field(default=None, sa_column=whole(nullable=True))


class Heartbeat(SQLModel, table=True):
    """The last moment at which a server ran: one row, which every server keeps up to date."""

    __tablename__ = "heartbeat"
    __table_args__ = (CheckConstraint("id = 1", name="heartbeat_alone"), STRICT)

    id: int = Field(default=1, sa_column=whole(primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=instant())


class Outage(SQLModel, table=True):
    """A time in which no server ran, so that what tools sent was not heard; written once it is over."""

    __tablename__ = "outage"
    __table_args__ = (STRICT,)

    began_at: datetime = Field(sa_column=Column(Instant, primary_key=True, nullable=False))
    ended_at: datetime = Field(sa_column=instant())
