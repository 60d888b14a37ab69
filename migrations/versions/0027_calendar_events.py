"""Events as calendars were last given them; and an index to everything somebody ever waited for in a shift."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendar_event",
        sa.Column("uid", TEXT, primary_key=True, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("waiting_of_person", "waiting_entry", ["shift_id", "person_id"])
