"""Openings, freezes and closings of weeks that happen by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "scheduled_change",
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), primary_key=True, autoincrement=False, nullable=False),
        sa.Column("action", TEXT, primary_key=True, nullable=False),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("grace_minutes", WHOLE, server_default="0", nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("failure", TEXT, nullable=True),
        sa.CheckConstraint("action IN ('open', 'freeze', 'close')", name="scheduled_change_action"),
        sa.CheckConstraint("grace_minutes >= 0", name="scheduled_change_grace"),
        sqlite_strict=True,
    )
