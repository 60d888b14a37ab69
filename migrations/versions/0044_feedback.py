"""Feedback items, and the entries of the guestbook they come from."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feedback_item",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("owner_id", TEXT, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("due_on", DAY, nullable=True),
        sa.Column("did", TEXT, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("state IN ('new', 'planned', 'doing', 'done', 'not_now')", name="feedback_item_state"),
        sa.CheckConstraint("state <> 'done' OR did <> ''", name="feedback_item_did"),
        sa.CheckConstraint("state <> 'not_now' OR why <> ''", name="feedback_item_why"),
        sqlite_strict=True,
    )
    op.create_index("feedback_of_week", "feedback_item", ["week_id", "created_at", "id"])
    op.create_table(
        "feedback_entry",
        sa.Column("item_id", TEXT, sa.ForeignKey("feedback_item.id"), primary_key=True),
        sa.Column("entry_id", TEXT, sa.ForeignKey("guestbook_entry.id"), primary_key=True),
        sqlite_strict=True,
    )
    op.create_index("ix_feedback_entry_entry_id", "feedback_entry", ["entry_id"])
