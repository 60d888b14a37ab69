"""Retention of answer reviews: 90 days after a week was closed they are gone, and who took part."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, delete, select

from app.errors import Conflict
from app.models import AnswerReview, CalibrationAnswer, CalibrationMark, ReviewPerson, Week

FORGET: Final = "reviews.forget"
"""The kind of the daily job that deletes them."""
KEPT: Final = timedelta(days=90)


def is_over(week: Week, now: datetime) -> bool:
    """Tell whether reviews of a week are deleted by now."""
    return week.state == "closed" and week.closed_at is not None and week.closed_at <= now - KEPT


def check(week: Week, now: datetime) -> None:
    """Let nothing be added to a week whose reviews are deleted. Raises Conflict."""
    if is_over(week, now):
        raise Conflict("Reviews of this week are over: they’re deleted 90 days after it was closed.")


def forget(session: Session, now: datetime) -> int:
    """Delete what is left of reviews of weeks that were closed 90 days ago; the number of reviews."""
    over = select(Week.id).where(Week.state == "closed", col(Week.closed_at) <= now - KEPT)
    answers = select(CalibrationAnswer.id).where(col(CalibrationAnswer.week_id).in_(over))
    session.execute(delete(CalibrationMark).where(col(CalibrationMark.answer_id).in_(answers)))
    for model in (CalibrationAnswer, ReviewPerson):
        session.execute(delete(model).where(col(model.week_id).in_(over)))
    gone = delete(AnswerReview).where(col(AnswerReview.week_id).in_(over))
    return int(session.connection().execute(gone).rowcount)
