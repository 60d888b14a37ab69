"""Lists that were imported, and what each made, so that one can be undone as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "list_import",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=True),
        sa.Column("counts", TEXT, nullable=False),
        sa.Column("made", TEXT, nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", TEXT, nullable=True),
        sa.Column("undone_version", WHOLE, nullable=True),
        sa.CheckConstraint("kind IN ('teams', 'activities', 'shifts', 'identities')", name="list_import_kind"),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="list_import_undone"),
        sqlite_strict=True,
    )
    op.create_index("list_import_of_week", "list_import", ["week_id", "at"])
