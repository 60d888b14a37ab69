"""Slack: its people, links by which they connect, and calls that are answered later."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    for name in ("app_id", "channel_id"):
        op.add_column("slack_workspace", sa.Column(name, TEXT, nullable=False, server_default=sa.text("''")))
    op.create_table(
        "slack_user",
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), primary_key=True, nullable=False),
        sa.Column("user_id", TEXT, primary_key=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("zone", TEXT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=True),
        sa.Column("published_at", INSTANT, nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "slack_link",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("sha256", TEXT, nullable=False, unique=True),
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), nullable=False, index=True),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("user_name", TEXT, nullable=False),
        sa.Column("response_url", TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False, index=True),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("used_by", TEXT, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("undone_at", INSTANT, nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "slack_call",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("response_url", TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False, index=True),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.Column("result", TEXT, nullable=False),
        sa.UniqueConstraint("connection_id", "event_id"),
        sqlite_strict=True,
    )
