"""Figures of answer reviews: shares of 1 without names, to 4 decimals."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.domain.quality import should_be_mended
from app.domain.week_metrics import round_half_up
from app.services.reviews.figures import Figures
from app.services.reviews.listing import Shares


class QuestionShares(TypedDict):
    """The shares of the marks of one question; together they are 1."""

    question: str
    yes: float
    partly: float
    no: float
    na: float


class RubricShares(TypedDict):
    """The reviews by one version of the rubric; `questions` is null below 5 reviews of 5 authors."""

    rubric: int
    reviews: int
    questions: list[QuestionShares] | None


class Agreement(TypedDict):
    """The agreement of reviewers on a question: equal pairs of all pairs; null until three marked the same answer."""

    question: str
    agreement: float | None
    reword: Annotated[bool, Field(description="Under 0.7, people read the question in different ways.")]


class ReviewFigures(TypedDict):
    """The answer reviews of a week, in figures alone."""

    authors: int
    reviewers: int
    asked: int
    reviewed: int
    shares: list[RubricShares]
    calibration: list[Agreement]


def reviews_document(figures: Figures) -> ReviewFigures:
    """The answer reviews of a week."""
    return {
        "authors": figures.authors,
        "reviewers": figures.reviewers,
        "asked": figures.asked,
        "reviewed": figures.reviewed,
        "shares": [_shares(each) for each in figures.shares],
        "calibration": [
            {"question": question, "agreement": round_half_up(agreed, 4), "reword": should_be_mended(agreed)}
            for question, agreed in figures.agreed
        ],
    }


def _shares(each: Shares) -> RubricShares:
    questions: list[QuestionShares] | None = None
    if each.questions is not None:
        questions = [
            {
                "question": question,
                "yes": round_half_up(marks["yes"], 4) or 0.0,
                "partly": round_half_up(marks["partly"], 4) or 0.0,
                "no": round_half_up(marks["no"], 4) or 0.0,
                "na": round_half_up(marks["na"], 4) or 0.0,
            }
            for question, marks in each.questions
        ]
    return {"rubric": each.rubric.number, "reviews": each.count, "questions": questions}
