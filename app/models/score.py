"""Each team's score as last computed, kept in the same transaction as the ledger."""

from sqlalchemy import ForeignKey
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, string, whole

NO_TEAM = ""


class Score(SQLModel, table=True):
    """A projection of the ledger, rebuilt at will: `data` is a TeamScore, or for NO_TEAM the loose counts, as JSON.

    `version` is the week's version that brought it.
    """

    __tablename__ = "score"
    __table_args__ = (STRICT,)

    week_id: int = Field(sa_column=whole(ForeignKey("week.id"), primary_key=True))
    team_id: str = Field(sa_column=string(primary_key=True))
    data: str = Field(sa_column=string())
    version: int = Field(default=0, sa_column=whole(server_default="0"))
