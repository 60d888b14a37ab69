"""Service accounts of connections, and whom and what a delivery is about, so that what waits can be grouped."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
QUARANTINED = sa.text("state = 'quarantined'")


def upgrade() -> None:
    op.add_column("delivery", sa.Column("author_name", TEXT, nullable=True))
    op.add_column("delivery", sa.Column("kind", TEXT, nullable=True))
    op.add_column("delivery", sa.Column("occurred_at", INSTANT, nullable=True))
    op.create_index("delivery_quarantined", "delivery", ["seq"], sqlite_where=QUARANTINED, postgresql_where=QUARANTINED)
    op.create_table(
        "service_account",
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), primary_key=True, nullable=False),
        sa.Column("external_id", TEXT, primary_key=True, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sqlite_strict=True,
    )
