"""People, found by their e-mail."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string


class Person(SQLModel, table=True):
    """Somebody who plays; `email` is stripped and casefolded."""

    __tablename__ = "person"
    __table_args__ = (STRICT,)

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    email: str = Field(sa_column=string(unique=True))
    name: str = Field(sa_column=string())
    created_at: datetime = Field(sa_column=instant())
