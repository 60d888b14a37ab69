"""Knowledge cards, and what was done to them."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0045"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "knowledge_card",
        sa.Column("activity_seq", WHOLE, sa.ForeignKey("activity.seq"), primary_key=True, autoincrement=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("owner_id", TEXT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("writer_id", TEXT, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("due_on", DAY, nullable=True),
        sa.Column("verified_at", INSTANT, nullable=True),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('draft', 'verified', 'due', 'retired')", name="knowledge_card_state"),
        sa.CheckConstraint(
            "(due_on IS NOT NULL AND verified_at IS NOT NULL) = (state IN ('verified', 'due'))",
            name="knowledge_card_due",
        ),
        sqlite_strict=True,
    )
    op.create_index("knowledge_card_by_state", "knowledge_card", ["state", "due_on"])
    op.create_index("ix_knowledge_card_owner_id", "knowledge_card", ["owner_id"])
    op.create_table(
        "card_change",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("activity_seq", WHOLE, sa.ForeignKey("activity.seq"), nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("action IN ('edited', 'owned', 'verified', 'due', 'retired')", name="card_change_action"),
        sqlite_strict=True,
    )
    op.create_index("card_change_of_card", "card_change", ["activity_seq", "id"])
