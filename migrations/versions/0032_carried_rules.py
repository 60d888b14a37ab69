"""Rules that the archive of a week brought: they score that week, and are never the active ones."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("rule_set", sa.Column("carried_by", WHOLE, nullable=True))
