"""Activities that were reversed together, so that a bulk can be undone as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulk_reversal",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("activities", WHOLE, nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", TEXT, nullable=True),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="bulk_reversal_undone"),
        sqlite_strict=True,
    )
    op.create_index("bulk_reversal_of_week", "bulk_reversal", ["week_id", "version"])
