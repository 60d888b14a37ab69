"""Rows of imports on their way without a second index: nothing asks it, and it cost a fifth of keeping them."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    # Made anew, for SQLite cannot drop a constraint. What an import that was killed left here is of no use to anyone.
    op.drop_table("import_row")
    op.create_table(
        "import_row",
        sa.Column("import_id", TEXT, primary_key=True),
        sa.Column("line", WHOLE, primary_key=True),
        sa.Column("staged_at", INSTANT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("person_id", TEXT, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=True),
        sa.Column("response_seconds", WHOLE, nullable=True),
        sa.Column("url", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
