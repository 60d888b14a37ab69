"""Rows of an import that are judged already, waiting to enter the ledger all at once."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, string, whole


class ImportRow(SQLModel, table=True):
    """One activity of an import (`import_id`), by its `line`; gone once the import is over, whatever became of it."""

    __tablename__ = "import_row"
    __table_args__ = ({**STRICT, "sqlite_with_rowid": False},)

    import_id: str = Field(sa_column=string(primary_key=True))
    line: int = Field(sa_column=whole(primary_key=True))
    staged_at: datetime = Field(sa_column=instant())
    id: str = Field(sa_column=string())
    kind: str = Field(sa_column=string())
    person_id: str = Field(sa_column=string())
    occurred_at: datetime = Field(sa_column=instant())
    source: str = Field(sa_column=string())
    external_id: str = Field(sa_column=string())
    subject: str | None = Field(default=None, sa_column=string(nullable=True))
    response_seconds: int | None = Field(default=None, sa_column=whole(nullable=True))
    url: str | None = Field(default=None, sa_column=string(nullable=True))
    note: str | None = Field(default=None, sa_column=string(nullable=True))
