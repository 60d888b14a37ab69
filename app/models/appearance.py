"""The installation's own name, accent colour and logo."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, LargeBinary, text
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class Appearance(SQLModel, table=True):
    """The looks of this installation (one row, none until organizers choose); what is empty is as it ships.

    `logo` is the content hash of the one LogoFile there is, with its size in pixels and the plate it takes.

    Only `app/services/appearances.py` writes it; `version` grows with every change.
    """

    __tablename__ = "appearance"
    __table_args__ = (CheckConstraint("id = 1", name="appearance_one"), STRICT)

    id: int = Field(default=1, sa_column=whole(primary_key=True, autoincrement=False))
    name: str = Field(sa_column=string())
    accent: str = Field(sa_column=string())
    version: int = Field(sa_column=whole())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
    logo: str = Field(default="", sa_column=string(server_default=text("''")))
    logo_width: int = Field(default=0, sa_column=whole(server_default="0"))
    logo_height: int = Field(default=0, sa_column=whole(server_default="0"))
    logo_plate: str = Field(default="", sa_column=string(server_default=text("''")))


class LogoFile(SQLModel, table=True):
    """The installation's logo, as we wrote it (PNG): one row, none without a logo.

    Only `app/services/appearances.py` writes it, with the appearance that names it.
    """

    __tablename__ = "logo_file"
    __table_args__ = (STRICT,)

    sha256: str = Field(sa_column=string(primary_key=True))
    png: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
