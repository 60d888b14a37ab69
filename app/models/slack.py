"""Slack: workspaces whose bot token is here, and the pace at which each may be called."""

from datetime import datetime

from sqlalchemy import ForeignKey, text
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string


class SlackWorkspace(SQLModel, table=True):
    """The workspace behind a connection, once it was given a bot token; tokens are sealed, `token_end` is shown.

    `next_token` waits to be tried; what works replaces `token`, else `error` says why not. `off_at` is when Slack
    took the token back: then none is kept. `app_id` is learned from the first call; `channel_id` is where organizers
    want news to be posted, empty for nowhere.
    """

    __tablename__ = "slack_workspace"
    __table_args__ = (STRICT,)

    connection_id: str = Field(sa_column=string(ForeignKey("connection.id"), primary_key=True))
    token: str | None = Field(default=None, sa_column=string(nullable=True))
    token_end: str = Field(default="", sa_column=string())
    next_token: str | None = Field(default=None, sa_column=string(nullable=True))
    set_at: datetime = Field(sa_column=instant())
    set_by: str = Field(sa_column=string())
    team_id: str = Field(default="", sa_column=string())
    team_name: str = Field(default="", sa_column=string())
    bot_user_id: str = Field(default="", sa_column=string())
    scopes: str = Field(default="", sa_column=string())
    tried_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    error: str | None = Field(default=None, sa_column=string(nullable=True))
    off_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    app_id: str = Field(default="", sa_column=string(server_default=text("''")))
    channel_id: str = Field(default="", sa_column=string(server_default=text("''")))


class SlackPace(SQLModel, table=True):
    """The pace of one kind of calls of a workspace: the moment from which the next may be made.

    `rests_until` is what Slack asked for. Both are shared by all servers.
    """

    __tablename__ = "slack_pace"
    __table_args__ = (STRICT,)

    connection_id: str = Field(sa_column=string(ForeignKey("connection.id"), primary_key=True))
    lane: str = Field(sa_column=string(primary_key=True))
    ready_at: datetime = Field(sa_column=instant(index=True))
    rests_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
