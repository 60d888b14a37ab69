"""Answer reviews: who takes part, reviews, the rubric, and calibration."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

TEXT = sa.Text(collation="C").with_variant(sa.Text(), "sqlite")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "review_person",
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), primary_key=True, autoincrement=False),
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("is_author", WHOLE, nullable=False),
        sa.Column("is_reviewer", WHOLE, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_review_person_person_id", "review_person", ["person_id"])
    op.create_table(
        "answer_review",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), nullable=False),
        sa.Column("activity_seq", WHOLE, sa.ForeignKey("activity.seq"), nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("author_id", TEXT, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("reviewer_id", TEXT, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("rubric", WHOLE, nullable=False),
        sa.Column("marks", TEXT, nullable=False),
        sa.Column("good", TEXT, nullable=False),
        sa.Column("try_next", TEXT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.CheckConstraint("done_at IS NULL OR (good <> '' AND reviewer_id IS NOT NULL)", name="answer_review_done"),
        sa.UniqueConstraint("activity_seq", name="answer_review_once"),
        sqlite_strict=True,
    )
    op.create_index("answer_review_of_week", "answer_review", ["week_id", "author_id"])
    op.create_index("answer_review_by_reviewer", "answer_review", ["reviewer_id", "done_at"])
    op.create_index("ix_answer_review_author_id", "answer_review", ["author_id"])
    op.create_table(
        "review_rubric",
        sa.Column("id", WHOLE, primary_key=True),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("by", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "calibration_answer",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("week_id", WHOLE, sa.ForeignKey("week.id"), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.UniqueConstraint("week_id", "number", name="calibration_answer_once"),
        sqlite_strict=True,
    )
    op.create_table(
        "calibration_mark",
        sa.Column("answer_id", TEXT, sa.ForeignKey("calibration_answer.id"), primary_key=True),
        sa.Column("person_id", TEXT, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("rubric", WHOLE, nullable=False),
        sa.Column("marks", TEXT, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sqlite_strict=True,
    )
    op.create_index("ix_calibration_mark_person_id", "calibration_mark", ["person_id"])
