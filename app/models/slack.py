"""Slack: workspaces whose bot token is here, the messages written there, and the pace at which each may be called."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole


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


class SlackSocket(SQLModel, table=True):
    """The socket over which a workspace's calls come: its app token, sealed, and the server that holds it.

    Only `holder` connects, until `held_until`, which it prolongs. `connected_at` is since when it is, `error` why not.
    """

    __tablename__ = "slack_socket"
    __table_args__ = (STRICT,)

    connection_id: str = Field(sa_column=string(ForeignKey("connection.id"), primary_key=True))
    token: str | None = Field(default=None, sa_column=string(nullable=True))
    token_end: str = Field(default="", sa_column=string())
    set_at: datetime = Field(sa_column=instant())
    set_by: str = Field(sa_column=string())
    error: str | None = Field(default=None, sa_column=string(nullable=True))
    connected_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    holder: str = Field(default="", sa_column=string())
    held_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))


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


class SlackMessage(SQLModel, table=True):
    """A message to somebody or in a channel (`target`), told once; none of its text, which is made when it is sent.

    `subject` and `revision` say what it tells of, as a notice's do. Once posted it is changed in place, in `channel` by
    `ts`: `wanted` counts what it is to show, `begun` what was last read for it, `shown` what Slack has. While
    `busy_until` lies ahead, one call about it is under way, so that its changes come in order. A post that was tried
    and neither posted nor surely failed may be there. It is over (`ended_at`) when nothing will change it any more.
    """

    __tablename__ = "slack_message"
    __table_args__ = (
        UniqueConstraint("connection_id", "kind", "subject", "revision", "target", name="slack_message_once"),
        CheckConstraint("shown <= begun AND begun <= wanted", name="slack_message_order"),
        CheckConstraint("(posted_at IS NULL) = (ts IS NULL)", name="slack_message_posted"),
        Index("slack_message_of_shift", "shift_id", "person_id"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    connection_id: str = Field(sa_column=string(ForeignKey("connection.id")))
    kind: str = Field(sa_column=string())
    subject: str = Field(sa_column=string())
    revision: int = Field(sa_column=whole())
    target: str = Field(sa_column=string())
    person_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    week_id: int | None = Field(default=None, sa_column=whole(ForeignKey("week.id"), nullable=True))
    shift_id: str | None = Field(default=None, sa_column=string(ForeignKey("shift.id"), nullable=True))
    created_at: datetime = Field(sa_column=instant())
    due_at: datetime = Field(sa_column=instant())
    wanted: int = Field(default=1, sa_column=whole())
    begun: int = Field(default=0, sa_column=whole())
    shown: int = Field(default=0, sa_column=whole())
    busy_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    tried_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    posted_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    channel: str | None = Field(default=None, sa_column=string(nullable=True))
    ts: str | None = Field(default=None, sa_column=string(nullable=True))
    is_plain: int = Field(default=0, sa_column=whole())
    pressed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    why: str = Field(default="", sa_column=string())


class SlackTrouble(SQLModel, table=True):
    """The trouble that a workspace makes: failures in a row, since when, and when it is asked next."""

    __tablename__ = "slack_trouble"
    __table_args__ = (STRICT,)

    connection_id: str = Field(sa_column=string(ForeignKey("connection.id"), primary_key=True))
    failures: int = Field(default=0, sa_column=whole())
    since: datetime = Field(sa_column=instant())
    probe_at: datetime = Field(sa_column=instant())


class SlackOptOut(SQLModel, table=True):
    """A kind of notice that a person wants no message at Slack about."""

    __tablename__ = "slack_opt_out"
    __table_args__ = (STRICT,)

    person_id: str = Field(sa_column=string(ForeignKey("person.id"), primary_key=True))
    kind: str = Field(sa_column=string(primary_key=True))
    created_at: datetime = Field(sa_column=instant())
