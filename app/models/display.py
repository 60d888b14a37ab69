"""Screens that may show boards without a person in front of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole


class Display(SQLModel, table=True):
    """A screen's pairing, in one of three states.

    Entered: `code` is set until the screen claims it. Paired: `sha256` is the hash of the screen's secret, `code` is
    NULL. Revoked: `revoked_at` is set, for ever.
    """

    __tablename__ = "display"
    __table_args__ = (STRICT,)

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    name: str = Field(sa_column=string())
    code: str | None = Field(default=None, sa_column=string(unique=True, nullable=True))
    sha256: str | None = Field(default=None, sa_column=string(unique=True, nullable=True))
    by: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=instant())
    seen_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class Rotation(SQLModel, table=True):
    """The displays' rotation (one row): scenes and seconds, as the setting writes them."""

    __tablename__ = "rotation"
    __table_args__ = (STRICT,)

    id: int = Field(default=1, sa_column=whole(primary_key=True, autoincrement=False))
    scenes: str = Field(sa_column=string())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())


class ScreenPlan(SQLModel, table=True):
    """The choices for one screen (its display's id), or for all (`all`), edited by organizers; empty is as usual.

    `shown`, `shown_at`, `is_paused` and `is_muted` are what the remote says.
    """

    __tablename__ = "screen_plan"
    __table_args__ = (
        CheckConstraint("theme IN ('', 'auto', 'light', 'dark')", name="screen_plan_theme"),
        CheckConstraint("size IN ('', 'normal', 'large')", name="screen_plan_size"),
        CheckConstraint("is_paused IN (0, 1) AND is_muted IN (0, 1)", name="screen_plan_flags"),
        STRICT,
    )

    target: str = Field(sa_column=string(primary_key=True))
    scenes: str = Field(default="", sa_column=string())
    theme: str = Field(default="", sa_column=string())
    size: str = Field(default="", sa_column=string())
    quiet: str = Field(default="", sa_column=string())
    zone: str = Field(default="", sa_column=string())
    shown: str = Field(default="", sa_column=string())
    shown_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    is_paused: int | None = Field(default=None, sa_column=whole(nullable=True))
    is_muted: int | None = Field(default=None, sa_column=whole(nullable=True))


class ScreenMessage(SQLModel, table=True):
    """A message that screens show until it is removed, or until a moment."""

    __tablename__ = "screen_message"
    __table_args__ = (
        CheckConstraint("kind IN ('news', 'thanks', 'birthday', 'join')", name="screen_message_kind"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    kind: str = Field(sa_column=string())
    title: str = Field(sa_column=string())
    text: str = Field(sa_column=string())
    link: str = Field(sa_column=string())
    until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    by: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=instant())
