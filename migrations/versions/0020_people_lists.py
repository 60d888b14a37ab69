"""Functions and offices of people, and lists of people among those that were imported."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KINDS = "kind IN ('teams', 'people', 'activities', 'shifts', 'identities')"


def upgrade() -> None:
    for name in ("function", "office"):
        op.add_column("person", sa.Column(name, TEXT, nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("list_import_kind", "list_import", type_="check")
        op.create_check_constraint("list_import_kind", "list_import", KINDS)
    else:
        _make_anew()


def _make_anew() -> None:
    """SQLite changes no constraint of a table, so another takes its place; nothing refers to it."""
    op.create_table(
        "list_import_anew",
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
        sa.CheckConstraint(KINDS, name="list_import_kind"),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name="list_import_undone"),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO list_import_anew SELECT * FROM list_import")
    op.drop_table("list_import")
    op.rename_table("list_import_anew", "list_import")
    op.create_index("list_import_of_week", "list_import", ["week_id", "at"])
