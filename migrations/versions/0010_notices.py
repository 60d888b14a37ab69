"""Notices: what people are told, of which kinds they want no email, and the zone they live in."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")
ON_PAGE = sa.text("channel = 'page'")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", TEXT, primary_key=True, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), nullable=False),
        sa.Column("shift_id", TEXT, sa.ForeignKey("shift.id"), nullable=True),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("revision", WHOLE, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("facts", TEXT, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("read_at", INSTANT, nullable=True),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.Column("sent_at", INSTANT, nullable=True),
        sa.Column("dropped_at", INSTANT, nullable=True),
        sa.UniqueConstraint("person_id", "subject", "kind", "revision", "channel", name="notice_once"),
        sa.CheckConstraint("channel IN ('page', 'email')", name="notice_channel"),
        sa.CheckConstraint("sent_at IS NULL OR dropped_at IS NULL", name="notice_end"),
        sqlite_strict=True,
    )
    inbox = {"sqlite_where": ON_PAGE, "postgresql_where": ON_PAGE}
    op.create_index("notice_inbox", "notice", ["person_id", "due_at", "id"], **inbox)
    op.create_table(
        "notice_opt_out",
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), primary_key=True, nullable=False),
        sa.Column("kind", TEXT, primary_key=True, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.add_column("person", sa.Column("timezone", TEXT, nullable=True))
