"""Changes: which scores a version of a week brought, and how many of its versions brought nothing else."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("score", sa.Column("version", WHOLE, nullable=False, server_default="0"))
    op.add_column("week", sa.Column("score_changes", WHOLE, nullable=False, server_default="0"))
