"""Ready for a first shift: the list, its ticks, who has finished it, and weeks whose seats need that."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ready_list",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "ready_tick",
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("item", TEXT, primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "ready_person",
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("shift_settings", sa.Column("require_ready", WHOLE, nullable=False, server_default="0"))
        op.create_check_constraint("shift_settings_ready", "shift_settings", "require_ready IN (0, 1)")
    else:  # SQLite adds a constraint only with its column, where the statement says so itself
        op.execute(
            "ALTER TABLE shift_settings ADD COLUMN require_ready INTEGER DEFAULT '0' NOT NULL"
            " CONSTRAINT shift_settings_ready CHECK (require_ready IN (0, 1))"
        )
