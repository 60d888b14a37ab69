"""Slack's people: what is known of them, links by which they connect, and calls of theirs that are answered later."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string


class SlackUser(SQLModel, table=True):
    """Somebody in a workspace beside whom they are here: `kind` and `zone` as Slack told, else empty.

    `kind` is `member`, `guest`, `bot` or `gone`. `opened_at` is when they last looked at their Home, `published_at`
    when it was last sent, or is being sent. `seen_at` is when they were last here, to a day, whatever they did.
    """

    __tablename__ = "slack_user"
    __table_args__ = (STRICT,)

    connection_id: str = Field(sa_column=string(ForeignKey("connection.id"), primary_key=True))
    user_id: str = Field(sa_column=string(primary_key=True))
    kind: str = Field(default="", sa_column=string())
    zone: str = Field(default="", sa_column=string())
    opened_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    published_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    seen_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class SlackLink(SQLModel, table=True):
    """A link by which somebody in a workspace says who they are here; its secret is hashed, and it is used once.

    `user_name` names them on its page. `response_url` is where they are told, until that is done.
    """

    __tablename__ = "slack_link"
    __table_args__ = (STRICT,)

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    sha256: str = Field(sa_column=string(unique=True))
    connection_id: str = Field(sa_column=string(ForeignKey("connection.id"), index=True))
    user_id: str = Field(sa_column=string())
    user_name: str = Field(sa_column=string())
    response_url: str = Field(default="", sa_column=string())
    created_at: datetime = Field(sa_column=instant(index=True))
    expires_at: datetime = Field(sa_column=instant())
    used_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    used_by: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    undone_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class SlackCall(SQLModel, table=True):
    """A call that is answered later: what was asked for (`action` with its `value`), and what to say once it is done.

    `event_id` names it for good, so that a copy is none. `response_url` is where the answer goes, until it has.
    """

    __tablename__ = "slack_call"
    __table_args__ = (UniqueConstraint("connection_id", "event_id"), STRICT)

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    connection_id: str = Field(sa_column=string(ForeignKey("connection.id")))
    event_id: str = Field(sa_column=string())
    user_id: str = Field(sa_column=string())
    action: str = Field(sa_column=string())
    value: str = Field(default="", sa_column=string())
    response_url: str = Field(default="", sa_column=string())
    created_at: datetime = Field(sa_column=instant(index=True))
    done_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    result: str = Field(default="", sa_column=string())
