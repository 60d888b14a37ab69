"""Choices for single screens, what the remote says, and messages on screens."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "screen_plan",
        sa.Column("target", TEXT, primary_key=True, nullable=False),
        sa.Column("scenes", TEXT, nullable=False),
        sa.Column("theme", TEXT, nullable=False),
        sa.Column("size", TEXT, nullable=False),
        sa.Column("quiet", TEXT, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("shown", TEXT, nullable=False),
        sa.Column("shown_at", INSTANT, nullable=True),
        sa.Column("is_paused", WHOLE, nullable=True),
        sa.Column("is_muted", WHOLE, nullable=True),
        sa.CheckConstraint("theme IN ('', 'auto', 'light', 'dark')", name="screen_plan_theme"),
        sa.CheckConstraint("size IN ('', 'normal', 'large')", name="screen_plan_size"),
        sa.CheckConstraint("is_paused IN (0, 1) AND is_muted IN (0, 1)", name="screen_plan_flags"),
        sqlite_strict=True,
    )
    op.create_table(
        "screen_message",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("link", TEXT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('news', 'thanks', 'birthday', 'join')", name="screen_message_kind"),
        sqlite_strict=True,
    )
