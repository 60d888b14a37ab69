"""Slack: when somebody of whom something is kept was last here."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("slack_user", sa.Column("seen_at", INSTANT, nullable=True))
