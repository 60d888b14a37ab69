"""Figures of a week's answer reviews, for organizers: how many, shares without names, and how far reviewers agree."""

from dataclasses import dataclass
from fractions import Fraction

from sqlmodel import Session

from app.models import Week
from app.services.reviews import calibration, listing, rubrics
from app.services.reviews.listing import Shares


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of people who take part and of answers; shares by version of the rubric; agreement by question.

    Agreement is told of the questions as they are: `rubric` is their version.
    """

    authors: int
    reviewers: int
    asked: int
    reviewed: int
    shares: tuple[Shares, ...]
    rubric: int
    agreed: tuple[tuple[str, Fraction | None], ...]


def of_week(session: Session, week: Week) -> Figures:
    """The figures of a week."""
    rubric = rubrics.current(session)
    agreed = calibration.agreed(session, week, rubric)
    return Figures(
        *listing.taking_part(session, week), *listing.counts(session, week), tuple(listing.shares_of(session, week)),
        rubric.number, tuple(zip(rubric.questions, agreed, strict=True)),
    )  # fmt: skip
