"""The ceremony's step."""

import sqlalchemy as sa
from alembic import op

from app.models.columns import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STRING = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ceremony",
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), primary_key=True, autoincrement=False),
        sa.Column("step", WHOLE, nullable=False),
        sa.Column("by", STRING, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sqlite_strict=True,
    )
