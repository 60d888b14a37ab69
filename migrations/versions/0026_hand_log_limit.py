"""Limit of what people log by hand for themselves on one day of a week."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("week", sa.Column("hand_logs_a_day", WHOLE, nullable=True))
