"""One line that organizers have to say to everyone."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", WHOLE, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("link", TEXT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", name="announcement_one"),
        sqlite_strict=True,
    )
