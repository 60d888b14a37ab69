"""Jobs: what is to be done later, in the same transaction as what it follows from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=True, unique=True),
        sa.Column("payload", TEXT, nullable=False),
        sa.Column("run_at", INSTANT, nullable=False),
        sa.Column("attempts", WHOLE, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("leased_by", TEXT, nullable=True),
        sa.Column("error", TEXT, nullable=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("dead_at", INSTANT, nullable=True),
        sa.CheckConstraint("done_at IS NULL OR dead_at IS NULL", name="job_end"),
        sa.CheckConstraint("(lease_until IS NULL) = (leased_by IS NULL)", name="job_lease"),
        sqlite_strict=True,
    )
    waiting = sa.text("done_at IS NULL AND dead_at IS NULL")
    op.create_index("job_waiting", "job", ["run_at", "id"], sqlite_where=waiting, postgresql_where=waiting)
