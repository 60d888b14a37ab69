"""Backfills: keys of tools' APIs, and what was asked of them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RUNS = sa.text("state = 'running'")


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), primary_key=True, nullable=False),
        sa.Column("sealed", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("repositories", TEXT, nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("set_by", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "backfill",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("cursor", TEXT, nullable=True),
        sa.Column("step", WHOLE, nullable=False),
        sa.Column("pages", WHOLE, nullable=False),
        sa.Column("fetched", WHOLE, nullable=False),
        sa.Column("stored", WHOLE, nullable=False),
        sa.Column("first_at", INSTANT, nullable=True),
        sa.Column("last_at", INSTANT, nullable=True),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("error", TEXT, nullable=True),
        sa.Column("resumes_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('running', 'done', 'failed', 'cancelled')", name="backfill_state"),
        sa.CheckConstraint("purpose IN ('asked', 'comparison')", name="backfill_purpose"),
        sa.CheckConstraint("(state = 'running') = (finished_at IS NULL)", name="backfill_end"),
        sqlite_strict=True,
    )
    op.create_index(
        "backfill_running", "backfill", ["connection_id"], unique=True, sqlite_where=RUNS, postgresql_where=RUNS
    )
    op.create_index("backfill_of_connection", "backfill", ["connection_id", "created_at"])
