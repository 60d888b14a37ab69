"""Teams of a week, and who joined them when."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole

_MERGED = sql("merged_into IS NOT NULL")


class Team(SQLModel, table=True):
    """A team of one week; `name_key` is the name as compared (NFKC, casefolded).

    `version` is the week's version that brought it, `removed_version` the one that removed it; then `name_key` is no
    name's, so that another team may have it. A team that was merged into another one is removed, too: `merged_into`,
    which is merged into none. `tone` (0 to 11) and `emblem` (a letter or two, or an emoji) are none where nobody chose.
    """

    __tablename__ = "team"
    __table_args__ = (
        UniqueConstraint("week_id", "name_key", name="team_name"),
        CheckConstraint("tone BETWEEN 0 AND 11", name="team_tone"),
        Index("team_merged", "merged_into", sqlite_where=_MERGED, postgresql_where=_MERGED),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id")))
    name: str = Field(sa_column=string())
    name_key: str = Field(sa_column=string())
    version: int = Field(sa_column=whole())
    created_at: datetime = Field(sa_column=instant())
    removed_version: int | None = Field(default=None, sa_column=whole(nullable=True))
    merged_into: str | None = Field(default=None, sa_column=string(ForeignKey("team.id"), nullable=True))
    tone: int | None = Field(default=None, sa_column=whole(nullable=True))
    emblem: str | None = Field(default=None, sa_column=string(nullable=True))


class Membership(SQLModel, table=True):
    """A person joined a team of a week at a moment, or left (`team_id` empty). Never changed: moving adds a row.

    `version` is the week's version that brought it; one person moves at most once in one version.
    """

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("week_id", "person_id", "version", name="membership_once"),
        Index("membership_team", "team_id"),
        STRICT,
    )

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id")))
    person_id: str = Field(sa_column=string(ForeignKey("person.id")))
    team_id: str | None = Field(default=None, sa_column=string(ForeignKey("team.id"), nullable=True))
    at: datetime = Field(sa_column=instant())
    version: int = Field(sa_column=whole())
    by: str = Field(sa_column=string())
