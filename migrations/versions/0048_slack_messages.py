"""Messages at Slack, the trouble of its workspaces, and the kinds of notices that people want none there about."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "slack_message",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("revision", WHOLE, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), nullable=True),
        sa.Column("shift_id", TEXT, sa.ForeignKey("shift.id"), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("wanted", WHOLE, nullable=False),
        sa.Column("begun", WHOLE, nullable=False),
        sa.Column("shown", WHOLE, nullable=False),
        sa.Column("busy_until", INSTANT, nullable=True),
        sa.Column("tried_at", INSTANT, nullable=True),
        sa.Column("posted_at", INSTANT, nullable=True),
        sa.Column("channel", TEXT, nullable=True),
        sa.Column("ts", TEXT, nullable=True),
        sa.Column("is_plain", WHOLE, nullable=False),
        sa.Column("pressed_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("why", TEXT, nullable=False),
        sa.UniqueConstraint("connection_id", "kind", "subject", "revision", "target", name="slack_message_once"),
        sa.CheckConstraint("shown <= begun AND begun <= wanted", name="slack_message_order"),
        sa.CheckConstraint("(posted_at IS NULL) = (ts IS NULL)", name="slack_message_posted"),
        sqlite_strict=True,
    )
    op.create_index("slack_message_of_shift", "slack_message", ["shift_id", "person_id"])
    op.create_table(
        "slack_trouble",
        sa.Column("connection_id", TEXT, sa.ForeignKey("connection.id"), primary_key=True, nullable=False),
        sa.Column("failures", WHOLE, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("probe_at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "slack_opt_out",
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), primary_key=True, nullable=False),
        sa.Column("kind", TEXT, primary_key=True, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
