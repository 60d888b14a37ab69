"""Slack: workspaces with their sealed bot tokens, and the pace of calls that all servers share."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "slack_workspace",
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), primary_key=True, nullable=False),
        sa.Column("token", TEXT, nullable=True),
        sa.Column("token_end", TEXT, nullable=False),
        sa.Column("next_token", TEXT, nullable=True),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("set_by", TEXT, nullable=False),
        sa.Column("team_id", TEXT, nullable=False),
        sa.Column("team_name", TEXT, nullable=False),
        sa.Column("bot_user_id", TEXT, nullable=False),
        sa.Column("scopes", TEXT, nullable=False),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.Column("error", TEXT, nullable=True),
        sa.Column("off_at", INSTANT, nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "slack_pace",
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), primary_key=True, nullable=False),
        sa.Column("lane", TEXT, primary_key=True, nullable=False),
        sa.Column("ready_at", INSTANT, nullable=False, index=True),
        sa.Column("rests_until", INSTANT, nullable=True),
        sqlite_strict=True,
    )
