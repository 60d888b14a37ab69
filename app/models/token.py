"""API tokens: only their hash is kept."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class Token(SQLModel, table=True):
    """A named bearer token; `scopes` are separated by spaces, `sha256` is of the text shown once.

    `used_at` is when it was last used, to within some minutes.
    """

    __tablename__ = "token"
    __table_args__ = (STRICT,)

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    name: str = Field(sa_column=string(unique=True))
    sha256: str = Field(sa_column=string(unique=True))
    scopes: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    used_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
