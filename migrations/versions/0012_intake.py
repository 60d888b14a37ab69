"""Intake: connections, deliveries, identities of tools, and what tools took back."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IN_USE = sa.text("disconnected_at IS NULL")
WAITS = sa.text("state = 'received'")
RETRIES = sa.text("state IN ('unmatched', 'outside')")


def upgrade() -> None:
    op.create_table(
        "connection",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("account", TEXT, nullable=False),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("previous_secret", TEXT, nullable=True),
        sa.Column("previous_until", INSTANT, nullable=True),
        sa.Column("key_sha256", TEXT, nullable=True),
        sa.Column("reverses_gone", WHOLE, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sa.Column("disconnected_at", INSTANT, nullable=True),
        sa.CheckConstraint("reverses_gone IN (0, 1)", name="connection_flags"),
        sqlite_strict=True,
    )
    op.create_index(
        "connection_name", "connection", ["name"], unique=True, sqlite_where=IN_USE, postgresql_where=IN_USE
    )
    op.create_table(
        "delivery",
        sa.Column("seq", WHOLE, primary_key=True, nullable=False),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), nullable=False),
        sa.Column("event_id", TEXT, nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=True),
        sa.Column("author", TEXT, nullable=True),
        sa.Column("activity_id", TEXT, nullable=True),
        sa.Column("attempts", WHOLE, nullable=False),
        sa.Column("retry_at", INSTANT, nullable=True),
        sa.Column("headers", TEXT, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("reading", TEXT, nullable=True),
        sa.UniqueConstraint("connection_id", "event_id", name="delivery_once"),
        sa.CheckConstraint(
            "state IN ('received', 'recorded', 'repeated', 'ignored', 'unmatched', 'outside', 'quarantined')",
            name="delivery_state",
        ),
        sqlite_strict=True,
    )
    op.create_index("delivery_waiting", "delivery", ["seq"], sqlite_where=WAITS, postgresql_where=WAITS)
    op.create_index(
        "delivery_retried", "delivery", ["state", "connection_id"], sqlite_where=RETRIES, postgresql_where=RETRIES
    )
    op.create_table(
        "source_identity",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sa.UniqueConstraint("source", "external_id", name="source_identity_once"),
        sqlite_strict=True,
    )
    op.create_index("ix_source_identity_person_id", "source_identity", ["person_id"])
    op.create_table(
        "withdrawn_activity",
        sa.Column("source", TEXT, primary_key=True, nullable=False),
        sa.Column("kind", TEXT, primary_key=True, nullable=False),
        sa.Column("external_id", TEXT, primary_key=True, nullable=False),
        sa.Column("cause", TEXT, primary_key=True, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=False),
        sa.Column("ruled_at", INSTANT, nullable=True),
        sqlite_strict=True,
    )
