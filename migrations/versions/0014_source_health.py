"""Health of sources: when deliveries were signed, what was refused, outages; keys in addresses are rotated."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("connection", sa.Column("previous_key_sha256", TEXT, nullable=True))
    op.add_column("connection", sa.Column("previous_key_until", INSTANT, nullable=True))
    op.add_column("delivery", sa.Column("sent_at", INSTANT, nullable=True))
    op.create_index("delivery_by_connection", "delivery", ["connection_id", "received_at"])
    op.create_table(
        "refused_delivery",
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), primary_key=True, nullable=False),
        sa.Column("hour", INSTANT, primary_key=True, nullable=False),
        sa.Column("reason", TEXT, primary_key=True, nullable=False),
        sa.Column("times", WHOLE, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("seconds", WHOLE, nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "heartbeat",
        sa.Column("id", WHOLE, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", name="heartbeat_alone"),
        sqlite_strict=True,
    )
    op.create_table(
        "outage",
        sa.Column("began_at", INSTANT, primary_key=True, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
