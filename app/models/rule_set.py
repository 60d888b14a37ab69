"""Rule sets, kept for ever, and what became of the rules file."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class RuleSet(SQLModel, table=True):
    """One version of the rules; the one with the largest `id` is active, of those that no archive brought.

    `carried_by` is the id of the week whose archive brought it, for that week alone. It is no foreign key: weeks refer
    to their rules already, and tables that refer to each other have no order.
    """

    __tablename__ = "rule_set"
    __table_args__ = (STRICT,)

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    text: str = Field(sa_column=string())
    sha256: str = Field(sa_column=string())
    note: str = Field(sa_column=string())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
    carried_by: int | None = Field(default=None, sa_column=whole(nullable=True))


class RulesFile(SQLModel, table=True):
    """The content last read from the rules file (one row), and why it was refused if it was (a JSON list)."""

    __tablename__ = "rules_file"
    __table_args__ = (STRICT,)

    id: int = Field(default=1, sa_column=whole(primary_key=True, autoincrement=False))
    sha256: str = Field(sa_column=string())
    refusal: str | None = Field(default=None, sa_column=string(nullable=True))
    at: datetime = Field(sa_column=instant())
