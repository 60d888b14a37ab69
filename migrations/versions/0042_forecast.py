"""Contacts that were imported, days that are no ordinary ones, and how each channel is answered."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DAY = sa.Date().with_variant(sa.Text(), "sqlite")

CHANNELS = "channel IN ('email', 'chat', 'phone')"


def upgrade() -> None:
    op.create_table(
        "contact_count",
        sa.Column("channel", TEXT, primary_key=True, nullable=False),
        sa.Column("starts_at", INSTANT, primary_key=True, nullable=False),
        sa.Column("minutes", WHOLE, nullable=False),
        sa.Column("contacts", WHOLE, nullable=False),
        sa.CheckConstraint(CHANNELS, name="contact_count_channel"),
        sa.CheckConstraint("minutes IN (30, 120)", name="contact_count_minutes"),
        sa.CheckConstraint("contacts >= 0", name="contact_count_contacts"),
        sqlite_strict=True,
    )
    op.create_table(
        "forecast_day",
        sa.Column("day", DAY, primary_key=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'not-normal')", name="forecast_day_kind"),
        sqlite_strict=True,
    )
    op.create_table(
        "channel_plan",
        sa.Column("channel", TEXT, primary_key=True, nullable=False),
        sa.Column("handling_s", WHOLE, nullable=False),
        sa.Column("within_s", WHOLE, nullable=False),
        sa.Column("shrinkage", WHOLE, nullable=False),
        sa.Column("target", WHOLE, nullable=False),
        sa.Column("at_once", WHOLE, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint(CHANNELS, name="channel_plan_channel"),
        sqlite_strict=True,
    )
    op.create_index("clock_fact_at", "clock_fact", ["at"])
