"""Calendar feeds: addresses that calendar programs read shifts at; and when a shift was last changed."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("sha256", TEXT, nullable=False, unique=True),
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("team_id", TEXT, sa.ForeignKey("team.id"), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.CheckConstraint("person_id IS NOT NULL OR team_id IS NOT NULL", name="calendar_feed_subject"),
        sqlite_strict=True,
    )
    op.create_index("ix_calendar_feed_person_id", "calendar_feed", ["person_id"])
    op.add_column("shift", sa.Column("changed_at", INSTANT, nullable=True))
