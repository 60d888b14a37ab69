"""Topics: versions of what can be watched of a week beside its board."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "topic_version",
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), primary_key=True, nullable=False, autoincrement=False),
        sa.Column("topic", TEXT, primary_key=True, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sqlite_strict=True,
    )
