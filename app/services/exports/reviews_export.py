"""Figures of a week's answer reviews as a table: a row for each, empty where it is unknown or would be of too few."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from app.domain.quality import MARKS
from app.domain.week_metrics import round_half_up
from app.models import Week
from app.services.exports.tables import Table
from app.services.reviews import figures
from app.services.reviews.figures import Figures
from app.services.reviews.listing import Shares

COLUMNS = ("figure", "rubric", "question", "value")


def table(session: Session, week: Week) -> Table:
    """The figures of a week; `rubric` is the version of the questions, empty for what is counted over all of them."""
    return Table("reviews", COLUMNS, [list(_rows(figures.of_week(session, week)))])


def _rows(told: Figures) -> Iterator[dict[str, Any]]:
    yield _row("authors", told.authors)
    yield _row("reviewers", told.reviewers)
    yield _row("asked", told.asked)
    yield _row("reviewed", told.reviewed)
    for shares in told.shares:
        yield _row("reviews", shares.count, shares.rubric.number)
        yield from _of_questions(shares)
    for question, agreed in told.agreed:
        yield _row("agreement", round_half_up(agreed, 4), told.rubric, question)


def _of_questions(shares: Shares) -> Iterator[dict[str, Any]]:
    """The share of each mark, question by question, as far as there are enough reviews."""
    for question, marks in shares.questions or ((each, {}) for each in shares.rubric.questions):
        for mark in MARKS:
            yield _row(mark, round_half_up(marks.get(mark), 4), shares.rubric.number, question)


def _row(figure: str, value: object, rubric: int | None = None, question: str | None = None) -> dict[str, Any]:
    return {"figure": figure, "rubric": rubric, "question": question, "value": value}
