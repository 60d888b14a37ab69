"""Knowledge cards: what becomes of a card after the ledger has its creation."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, Day, instant, string, whole


class KnowledgeCard(SQLModel, table=True):
    """A card of the ledger that something was done to; without a row it is a draft of its author's, unnamed.

    `writer_id` wrote it last (None: nobody we know), `url` is empty for the ledger's own. `due_on` and `verified_at`
    are set while it is verified or due; `version` counts its changes, for those who change it at once.
    """

    __tablename__ = "knowledge_card"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'verified', 'due', 'retired')", name="knowledge_card_state"),
        CheckConstraint(
            "(due_on IS NOT NULL AND verified_at IS NOT NULL) = (state IN ('verified', 'due'))",
            name="knowledge_card_due",
        ),
        Index("knowledge_card_by_state", "state", "due_on"),
        STRICT,
    )

    activity_seq: int = Field(sa_column=whole(ForeignKey("activity.seq"), primary_key=True, autoincrement=False))
    state: str = Field(default="draft", sa_column=string())
    owner_id: str = Field(sa_column=string(ForeignKey("person.id"), index=True))
    writer_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    title: str = Field(default="", sa_column=string())
    url: str = Field(default="", sa_column=string())
    due_on: date | None = Field(default=None, sa_column=Column(Day, nullable=True))
    verified_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    version: int = Field(default=0, sa_column=whole())
    changed_at: datetime = Field(sa_column=instant())


class CardChange(SQLModel, table=True):
    """An entry of a card's history: what was done, the state it had then, by whom, and a word on it; never changed."""

    __tablename__ = "card_change"
    __table_args__ = (
        CheckConstraint("action IN ('edited', 'owned', 'verified', 'due', 'retired')", name="card_change_action"),
        Index("card_change_of_card", "activity_seq", "id"),
        STRICT,
    )

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    activity_seq: int = Field(sa_column=whole(ForeignKey("activity.seq")))
    action: str = Field(sa_column=string())
    state: str = Field(sa_column=string())
    note: str = Field(default="", sa_column=string())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
