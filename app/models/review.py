"""Answer reviews: who takes part in a week, what two people see of an answer, the rubric, and calibration."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.models.columns import STRICT, instant, new_id, string, whole


class ReviewPerson(SQLModel, table=True):
    """Somebody who opted in for a week: to have answers reviewed, to review, or both."""

    __tablename__ = "review_person"
    __table_args__ = (STRICT,)

    week_id: int = Field(sa_column=whole(ForeignKey("week.id"), primary_key=True, autoincrement=False))
    person_id: str = Field(sa_column=string(ForeignKey("person.id"), primary_key=True, index=True))
    is_author: int = Field(sa_column=whole())
    is_reviewer: int = Field(sa_column=whole())
    at: datetime = Field(sa_column=instant())


class AnswerReview(SQLModel, table=True):
    """An answer to be reviewed, and its review once it is `done_at`; its author and its reviewer alone see it.

    Without a `reviewer_id` it waits for somebody of another team. `marks` has a mark for each question of the version
    `rubric`, parted by spaces; `good` is one good thing, `try_next` may be empty. Deleted by its author, and 90 days
    after its week was closed.
    """

    __tablename__ = "answer_review"
    __table_args__ = (
        CheckConstraint("done_at IS NULL OR (good <> '' AND reviewer_id IS NOT NULL)", name="answer_review_done"),
        UniqueConstraint("activity_seq", name="answer_review_once"),
        Index("answer_review_of_week", "week_id", "author_id"),
        Index("answer_review_by_reviewer", "reviewer_id", "done_at"),
        STRICT,
    )

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id")))
    activity_seq: int = Field(sa_column=whole(ForeignKey("activity.seq")))
    url: str = Field(sa_column=string())
    author_id: str = Field(sa_column=string(ForeignKey("person.id"), index=True))
    reviewer_id: str | None = Field(default=None, sa_column=string(ForeignKey("person.id"), nullable=True))
    rubric: int = Field(default=0, sa_column=whole())
    marks: str = Field(default="", sa_column=string())
    good: str = Field(default="", sa_column=string())
    try_next: str = Field(default="", sa_column=string())
    asked_at: datetime = Field(sa_column=instant())
    done_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ReviewRubric(SQLModel, table=True):
    """A version of the rubric, a question a line; the one with the largest `id` holds, or the shipped one."""

    __tablename__ = "review_rubric"
    __table_args__ = (STRICT,)

    id: int = Field(default=None, sa_column=whole(primary_key=True))
    text: str = Field(sa_column=string())
    by: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())


class CalibrationAnswer(SQLModel, table=True):
    """One of the answers of a week that all reviewers mark blind."""

    __tablename__ = "calibration_answer"
    __table_args__ = (UniqueConstraint("week_id", "number", name="calibration_answer_once"), STRICT)

    id: str = Field(default_factory=new_id, sa_column=string(primary_key=True))
    week_id: int = Field(sa_column=whole(ForeignKey("week.id")))
    number: int = Field(sa_column=whole())
    url: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())


class CalibrationMark(SQLModel, table=True):
    """The marks of one reviewer for one of them, by a version of the rubric; nobody else sees them."""

    __tablename__ = "calibration_mark"
    __table_args__ = (STRICT,)

    answer_id: str = Field(sa_column=string(ForeignKey("calibration_answer.id"), primary_key=True))
    person_id: str = Field(sa_column=string(ForeignKey("person.id"), primary_key=True, index=True))
    rubric: int = Field(sa_column=whole())
    marks: str = Field(sa_column=string())
    at: datetime = Field(sa_column=instant())
