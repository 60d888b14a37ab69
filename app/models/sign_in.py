"""Tables of ways in: sign-ins, links, join codes, throttles. Of secrets only a hash is kept."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole


class SignIn(SQLModel, table=True):
    """One browser of one person, from signing in until it is ended, idle for too long or too old."""

    __tablename__ = "sign_in"
    __table_args__ = (STRICT,)

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    sha256: str = Field(sa_column=string(unique=True))
    person_id: str = Field(sa_column=string(ForeignKey("person.id"), index=True))
    way: str = Field(sa_column=string())
    address: str = Field(sa_column=string())
    agent: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=instant())
    used_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class SignInLink(SQLModel, table=True):
    """A link that signs somebody in once. The first start's has no person: whoever opens it becomes the owner."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        CheckConstraint("purpose IN ('first', 'invitation', 'email')", name="sign_in_link_purpose"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    sha256: str = Field(sa_column=string(unique=True))
    purpose: str = Field(sa_column=string())
    person_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True, index=True))
    by: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())
    used_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class JoinCode(SQLModel, table=True):
    """A team's join code; a team has one at most, and a new one replaces it."""

    __tablename__ = "join_code"
    __table_args__ = (STRICT,)

    team_id: str = Field(sa_column=string(ForeignKey("team.id"), primary_key=True))
    code: str = Field(sa_column=string(unique=True))
    by: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=instant())


class Throttle(SQLModel, table=True):
    """A counter of tries since `began_at`; `key` is a hash of what was tried, and by whom or from where."""

    __tablename__ = "throttle"
    __table_args__ = (STRICT,)

    key: str = Field(sa_column=string(primary_key=True))
    began_at: datetime = Field(sa_column=instant(index=True))
    count: int = Field(sa_column=whole())
