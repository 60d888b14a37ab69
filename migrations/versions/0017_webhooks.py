"""Webhooks that we send: endpoints, messages to them, and how far each week's news was written."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITS = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("events", TEXT, nullable=False),
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), nullable=True),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("previous_secret", TEXT, nullable=True),
        sa.Column("previous_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sa.Column("failing_since", INSTANT, nullable=True),
        sa.Column("resting_until", INSTANT, nullable=True),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.Column("disabled_for", TEXT, nullable=True),
        sa.CheckConstraint("disabled_for IN ('organizer', 'gone', 'failing')", name="webhook_endpoint_disabled_for"),
        sa.CheckConstraint("(disabled_at IS NULL) = (disabled_for IS NULL)", name="webhook_endpoint_disabled"),
        sqlite_strict=True,
    )
    op.create_table(
        "webhook_message",
        sa.Column("seq", WHOLE, primary_key=True, nullable=False),
        sa.Column("id", TEXT, nullable=False, unique=True),
        sa.Column("endpoint_id", TEXT, sa.ForeignKey("webhook_endpoint.id"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("attempts", WHOLE, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("leased_by", TEXT, nullable=True),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.Column("last_status", WHOLE, nullable=True),
        sa.Column("last_answer", TEXT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed')", name="webhook_message_state"),
        sa.CheckConstraint("(lease_until IS NULL) = (leased_by IS NULL)", name="webhook_message_lease"),
        sqlite_strict=True,
    )
    op.create_index("webhook_message_of_endpoint", "webhook_message", ["endpoint_id", "seq"])
    op.create_index(
        "webhook_message_waiting",
        "webhook_message",
        ["endpoint_id", "attempts", "seq"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )
    op.create_table(
        "webhook_progress",
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), primary_key=True, autoincrement=False, nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("standings_version", WHOLE, nullable=False),
        sa.Column("standings_at", INSTANT, nullable=True),
        sa.Column("standings", TEXT, nullable=False),
        sqlite_strict=True,
    )
