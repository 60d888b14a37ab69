"""The ledger: activities and adjustments, and the entries about them. Rows are only ever added."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole

_RESPONSES = sql("kind = 'response' AND subject IS NOT NULL")


class LedgerEntry(SQLModel, table=True):
    """One activity, or an adjustment (`points`, `reason` and `team_id` set, no person).

    `seq` grows in commit order inside a week, because every writer holds the week's row; `version` is the week's
    version that brought the entry. Which team an activity counts for follows from the memberships, not from here.
    """

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("week_id", "source", "kind", "external_id", name="activity_once"),
        Index("activity_in_week", "week_id", "seq"),
        Index("activity_of_subject", "subject", "week_id", sqlite_where=_RESPONSES, postgresql_where=_RESPONSES),
        Index("activity_of_person", "person_id", "week_id", "kind", "subject"),
        Index(
            "activity_of_team",
            "team_id",
            sqlite_where=sql("team_id IS NOT NULL"),
            postgresql_where=sql("team_id IS NOT NULL"),
        ),
        CheckConstraint("length(external_id) BETWEEN 1 AND 200", name="activity_external_id"),
        CheckConstraint("length(source) BETWEEN 1 AND 200", name="activity_source"),
        CheckConstraint("length(subject) BETWEEN 1 AND 200", name="activity_subject"),
        CheckConstraint("response_seconds BETWEEN 0 AND 10000000", name="activity_response_seconds"),
        CheckConstraint(
            "CASE WHEN kind = 'adjustment'"
            " THEN team_id IS NOT NULL AND person_id IS NULL AND reason IS NOT NULL"
            " AND points IS NOT NULL AND points BETWEEN -100000 AND 100000 AND points <> 0"
            " ELSE team_id IS NULL AND person_id IS NOT NULL AND points IS NULL END",
            name="activity_shape",
        ),
        STRICT,
    )

    seq: int = Field(default=None, sa_column=whole(primary_key=True))
    id: str = Field(default_factory=new_id, sa_column=string(unique=True))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id")))
    version: int = Field(sa_column=whole())
    kind: str = Field(sa_column=string())
    person_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    team_id: str | None = Field(default=None, sa_column=string(ForeignKey("team.id"), nullable=True))
    occurred_at: datetime = Field(sa_column=instant())
    recorded_at: datetime = Field(sa_column=instant())
    source: str = Field(sa_column=string())
    external_id: str = Field(sa_column=string())
    subject: str | None = Field(default=None, sa_column=string(nullable=True))
    response_seconds: int | None = Field(default=None, sa_column=whole(nullable=True))
    url: str | None = Field(default=None, sa_column=string(nullable=True))
    note: str | None = Field(default=None, sa_column=string(nullable=True))
    recorded_by: str = Field(sa_column=string())
    points: int | None = Field(default=None, sa_column=whole(nullable=True))
    reason: str | None = Field(default=None, sa_column=string(nullable=True))


class Reversal(SQLModel, table=True):
    """The n-th change of an activity's standing: odd `ordinal`s reverse it, even ones reinstate it."""

    __tablename__ = "reversal"
    __table_args__ = (UniqueConstraint("activity_seq", "ordinal", name="reversal_once"), STRICT)

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    activity_seq: int = Field(sa_column=whole(ForeignKey("activity.seq")))
    ordinal: int = Field(sa_column=whole())
    reason: str = Field(sa_column=string())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
    version: int = Field(sa_column=whole())


class Timing(SQLModel, table=True):
    """The n-th correction of an activity's `response_seconds` by the clocks of its ticket; the latest one is it."""

    __tablename__ = "timing"
    __table_args__ = (
        UniqueConstraint("activity_seq", "ordinal", name="timing_once"),
        CheckConstraint("response_seconds BETWEEN 0 AND 10000000", name="timing_response_seconds"),
        STRICT,
    )

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    activity_seq: int = Field(sa_column=whole(ForeignKey("activity.seq")))
    ordinal: int = Field(sa_column=whole())
    response_seconds: int | None = Field(default=None, sa_column=whole(nullable=True))
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
    version: int = Field(sa_column=whole())
