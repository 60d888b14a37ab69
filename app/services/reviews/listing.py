"""Answer reviews as their two people see them, and their shares as organizers do, without names."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from app.domain.quality import Mark, Reviewed, shares
from app.models import AnswerReview, LedgerEntry, Person, ReviewPerson, Week
from app.services.reviews import rubrics
from app.services.reviews.rubrics import Rubric


@dataclass(frozen=True, slots=True)
class Shown:
    """A review as one of its two people sees it: the other one's name ("" while nobody is drawn), and its marks."""

    review: AnswerReview
    entry: LedgerEntry
    week: Week
    other: str
    marked: tuple[tuple[str, Mark], ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """Reviews by one version of the rubric, for organizers: the share of each mark by question, None where too few."""

    rubric: Rubric
    count: int
    questions: tuple[tuple[str, Mapping[Mark, Fraction]], ...] | None


def of_person(session: Session, person_id: str) -> tuple[list[Shown], list[Shown]]:
    """The reviews of somebody's own answers, and those they give; newest first, what waits before what is done."""
    query = (
        select(AnswerReview, LedgerEntry, Week)
        .join(LedgerEntry, col(LedgerEntry.seq) == AnswerReview.activity_seq)
        .join(Week, col(Week.id) == AnswerReview.week_id)
        .where(or_(col(AnswerReview.author_id) == person_id, col(AnswerReview.reviewer_id) == person_id))
        .order_by(col(AnswerReview.done_at).is_not(None), col(AnswerReview.asked_at).desc(), col(AnswerReview.id))
    )
    rows = session.exec(query).all()
    people = {id_ for review, _, _ in rows for id_ in (review.author_id, review.reviewer_id) if id_}
    names = dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(people))).all())
    versions = rubrics.numbered(session)
    shown = [
        Shown(review, entry, week, names.get(_other(review, person_id), ""), _marked(review, versions))
        for review, entry, week in rows
    ]
    mine = [each for each in shown if each.review.author_id == person_id]
    return mine, [each for each in shown if each.review.author_id != person_id]


def _other(review: AnswerReview, person_id: str) -> str:
    return (review.reviewer_id or "") if review.author_id == person_id else review.author_id


def _marked(review: AnswerReview, versions: Mapping[int, Rubric]) -> tuple[tuple[str, Mark], ...]:
    if review.done_at is None:
        return ()
    return tuple(zip(versions[review.rubric].questions, rubrics.read_marks(review.marks), strict=True))


def taking_part(session: Session, week: Week) -> tuple[int, int]:
    """The number of people who opted in for a week as authors, and as reviewers."""
    query = select(func.sum(ReviewPerson.is_author), func.sum(ReviewPerson.is_reviewer))
    authors, reviewers = session.exec(query.where(ReviewPerson.week_id == week.id)).one()
    return int(authors or 0), int(reviewers or 0)


def counts(session: Session, week: Week) -> tuple[int, int]:
    """The number of answers of a week under review, and of those that are done."""
    query = select(func.count(), func.count(col(AnswerReview.done_at))).where(AnswerReview.week_id == week.id)
    asked, done = session.exec(query).one()
    return asked, done


def shares_of(session: Session, week: Week) -> list[Shares]:
    """The shares of a week's marks by version of the rubric, the newest first; names and texts stay away."""
    query = select(AnswerReview).where(AnswerReview.week_id == week.id, col(AnswerReview.done_at).is_not(None))
    found: defaultdict[int, list[Reviewed]] = defaultdict(list)
    for review in session.exec(query):
        found[review.rubric].append(Reviewed(review.author_id, rubrics.read_marks(review.marks)))
    versions = rubrics.numbered(session)
    return [_shares(versions[number], found[number]) for number in sorted(found, reverse=True)]


def _shares(rubric: Rubric, reviews: Sequence[Reviewed]) -> Shares:
    told = shares(reviews)
    return Shares(rubric, len(reviews), tuple(zip(rubric.questions, told, strict=True)) if told else None)
