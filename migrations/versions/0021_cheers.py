"""Cheers: people clap for activities, once each."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "cheer",
        sa.Column("activity_seq", WHOLE, sa.ForeignKey("activity.seq"), primary_key=True, autoincrement=False),
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("cheered_at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("cheer_of_person", "cheer", ["person_id", "activity_seq"])
