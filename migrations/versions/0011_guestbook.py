"""The guestbook: what people write about a week or one of its shifts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "guestbook_entry",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), nullable=False),
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("shift_id", TEXT, sa.ForeignKey("shift.id"), nullable=True),
        sa.Column("worked", TEXT, nullable=False),
        sa.Column("improve", TEXT, nullable=False),
        sa.Column("is_public", WHOLE, nullable=False),
        sa.Column("may_quote", WHOLE, nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        sa.Column("hidden_at", INSTANT, nullable=True),
        sa.Column("hidden_reason", TEXT, nullable=True),
        sa.CheckConstraint("is_public IN (0, 1) AND may_quote IN (0, 1)", name="guestbook_entry_flags"),
        sa.CheckConstraint("may_quote <= is_public", name="guestbook_entry_quote"),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (worked <> '' OR improve <> '')", name="guestbook_entry_words_until_withdrawn"
        ),
        sqlite_strict=True,
    )
    op.create_index("guestbook_of_week", "guestbook_entry", ["week_id", "written_at", "id"])
