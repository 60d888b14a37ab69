"""Weeks that were removed while they were drafts: marks, as teams and the history refer to them."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.add_column("week", sa.Column("removed_at", INSTANT, nullable=True))
