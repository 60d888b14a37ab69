"""Screens that may show boards without a person in front of them."""

from datetime import datetime

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
