"""Sockets of Slack: app tokens, and which server holds a connection's socket."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "slack_socket",
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), primary_key=True, nullable=False),
        sa.Column("token", TEXT, nullable=True),
        sa.Column("token_end", TEXT, nullable=False),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("set_by", TEXT, nullable=False),
        sa.Column("error", TEXT, nullable=True),
        sa.Column("connected_at", INSTANT, nullable=True),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("held_until", INSTANT, nullable=True),
        sqlite_strict=True,
    )
