"""Answer reviews: opt in, ask for one, give it, delete it; the two people of a review alone see it."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from app.db.database import serialize
from app.domain.actor import Act, SignedInAct
from app.domain.memberships import current_team
from app.domain.quality import MOST_ANSWERS, draw_answers, draw_reviewer
from app.domain.text import passages
from app.errors import Conflict, Malformed, NotFound
from app.models import AnswerReview, LedgerEntry, Person, ReviewPerson, Week
from app.models.columns import is_id
from app.services import notices, pasted_links
from app.services.notices import News
from app.services.people import aliases
from app.services.reviews import retention, rubrics
from app.services.scoring.activity_queries import is_live
from app.services.teams import teams
from app.services.weeks import weeks

LONGEST = 1_000  # characters of one good thing, and of what to try
MOST_CHOICES = 30  # of one's own answers to choose from, the newest


def check_text(text: str) -> str:
    """A text as it is kept; it may be empty. Raises Malformed."""
    text = passages.tidy(text)
    if flaw := passages.flaw(text, LONGEST):
        raise Malformed(f"The text {flaw}. Change that and try again.")
    return text


def check_good(text: str) -> str:
    """One good thing as it is kept. Raises Malformed where there is none."""
    if not (text := check_text(text)):
        raise Malformed("Write one good thing about the answer.")
    return text


def take_part(session: Session, slug: str, act: SignedInAct, *, is_author: bool, is_reviewer: bool) -> None:
    """Opt in or out for a week, for each side. Raises WeekUnknown or Conflict for a rehearsal.

    Who no longer reviews gives what they have not begun to others; answers that nobody could review find a new one.
    """
    week = _week(session, slug, act)
    person_id = act.actor.person_id
    row = session.get(ReviewPerson, (week.id, person_id), populate_existing=True)
    if row is None:
        row = ReviewPerson(week_id=week.id, person_id=person_id, is_author=0, is_reviewer=0, at=act.now)
    row.is_author, row.is_reviewer, row.at = int(is_author), int(is_reviewer), act.now
    session.add(row)
    session.flush()
    if not is_reviewer:
        _give_back(session, person_id, AnswerReview.week_id == week.id)
    _find_reviewers(session, week, act)


def step_back(session: Session, person_id: str, act: Act) -> None:
    """Give what somebody who can’t sign in any more was asked to review to others, in every week."""
    serialize(session)
    for week_id in _give_back(session, person_id):
        _find_reviewers(session, weeks.find_by_id(session, week_id), act)


def _give_back(session: Session, person_id: str, *conditions: ColumnElement[bool] | bool) -> list[int]:
    """Have what somebody was asked to review wait for others; the ids of its weeks."""
    query = select(AnswerReview).where(AnswerReview.reviewer_id == person_id, col(AnswerReview.done_at).is_(None))
    waiting = session.exec(query.where(*conditions)).all()
    for review in waiting:
        review.reviewer_id = None
        session.add(review)
    session.flush()
    return sorted({review.week_id for review in waiting})


def choices(session: Session, week: Week, person_id: str) -> Sequence[LedgerEntry]:
    """Somebody's own answers of a week that may be reviewed: live and not under review, the newest first."""
    taken = select(AnswerReview.activity_seq).where(AnswerReview.week_id == week.id)
    query = select(LedgerEntry).where(
        LedgerEntry.week_id == week.id, LedgerEntry.kind == "response",
        col(LedgerEntry.person_id).in_(aliases.ids_of(person_id)), is_live(), col(LedgerEntry.seq).not_in(taken),
    )  # fmt: skip
    return session.exec(query.order_by(col(LedgerEntry.occurred_at).desc(), col(LedgerEntry.seq).desc())).all()


def ask(session: Session, slug: str, activity_id: str, url: str, act: SignedInAct) -> AnswerReview:
    """Ask for a review of an answer of one's own, by its link. Raises WeekUnknown, NotFound, Conflict, Malformed."""
    week, left = _left(session, slug, act)
    if left < 1:
        raise _too_many()
    entry = next((each for each in choices(session, week, act.actor.person_id) if each.id == activity_id), None)
    if entry is None:
        raise NotFound("There’s no such answer of yours this week. Choose another one.")
    url = pasted_links.check(url) or entry.url or ""
    if not url:
        raise Malformed.at(url="This answer came without a link. Paste one that your reviewer can open.")
    [review] = _add(session, week, [(entry, url)], act)
    return review


def draw(session: Session, slug: str, act: SignedInAct) -> list[AnswerReview]:
    """Have answers of one's own drawn, as many as may still be reviewed; always the same ones for the same answers.

    Raises WeekUnknown or Conflict.
    """
    week, left = _left(session, slug, act)
    if left < 1:
        raise _too_many()
    linked = {entry.id: entry for entry in choices(session, week, act.actor.person_id) if entry.url}
    drawn = draw_answers(f"{week.slug} {act.actor.person_id}", linked, left)
    if not drawn:
        raise Conflict("None of your answers this week has a link. Choose one and paste its link.")
    return _add(session, week, [(linked[id_], linked[id_].url or "") for id_ in drawn], act)


def _too_many() -> Conflict:
    return Conflict(f"{MOST_ANSWERS} of your answers are reviewed in a week, which is the most there may be.")


def give(
    session: Session, review_id: str, marks: Sequence[str], good: str, try_next: str, act: SignedInAct, *, rubric: int
) -> None:
    """Give the review that one was asked for, by the version of the rubric one saw.

    Raises NotFound, Malformed or Conflict: it is done, or the rubric changed meanwhile.
    """
    serialize(session)
    review = _find(session, review_id)
    if review.reviewer_id != act.actor.person_id or review.author_id == act.actor.person_id:
        raise NotFound(_UNKNOWN)
    if review.done_at is not None:
        raise Conflict("You gave this review already.")
    if rubric != rubrics.current(session).number:
        raise Conflict("An organizer changed the questions meanwhile. Read them again, then send your review.")
    review.marks, review.rubric = " ".join(rubrics.check_marks(marks)), rubric
    review.good, review.try_next, review.done_at = check_good(good), check_text(try_next), act.now
    session.add(review)
    session.flush()
    week = weeks.find_by_id(session, review.week_id)
    notices.tell(session, week, [review.author_id], News("review-done", review.id, 1, {"week": week.name}), act.now)


def remove(session: Session, review_id: str, act: SignedInAct) -> None:
    """Delete a review of one's own answer for good, given or not. Raises NotFound."""
    serialize(session)
    review = _find(session, review_id)
    if review.author_id != act.actor.person_id:
        raise NotFound(_UNKNOWN)
    session.delete(review)
    session.flush()


_UNKNOWN = "There’s no such review. Its author may have deleted it."


def _find(session: Session, review_id: str) -> AnswerReview:
    review = session.get(AnswerReview, review_id, populate_existing=True) if is_id(review_id) else None
    if review is None:
        raise NotFound(_UNKNOWN)
    return review


def _week(session: Session, slug: str, act: SignedInAct) -> Week:
    serialize(session)
    week = weeks.find(session, slug, act.now)
    if week.rehearsal_of is not None:
        raise Conflict("Nobody reviews answers in a rehearsal.")
    retention.check(week, act.now)
    return week


def _left(session: Session, slug: str, act: SignedInAct) -> tuple[Week, int]:
    """The week, and how many answers of this author may still be reviewed in it. Raises Conflict for who isn’t in."""
    week = _week(session, slug, act)
    row = session.get(ReviewPerson, (week.id, act.actor.person_id), populate_existing=True)
    if row is None or not row.is_author:
        raise Conflict("Opt in first: each week is on its own.")
    mine = AnswerReview.week_id == week.id, AnswerReview.author_id == act.actor.person_id
    count = session.exec(select(func.count()).select_from(AnswerReview).where(*mine)).one()
    return week, MOST_ANSWERS - count


def _add(
    session: Session, week: Week, answers: Sequence[tuple[LedgerEntry, str]], act: SignedInAct
) -> list[AnswerReview]:
    added = [
        AnswerReview(
            week_id=week.id, activity_seq=entry.seq, url=url, author_id=act.actor.person_id, asked_at=act.now
        )
        for entry, url in answers
    ]  # fmt: skip
    session.add_all(added)
    session.flush()
    _find_reviewers(session, week, act)
    return added


def _find_reviewers(session: Session, week: Week, act: Act) -> None:
    """Draw a reviewer of another team for each answer of a week that waits for one, and tell them."""
    query = select(AnswerReview).where(AnswerReview.week_id == week.id)
    every = session.exec(query.order_by(col(AnswerReview.asked_at), col(AnswerReview.id))).all()
    able = (
        select(ReviewPerson.person_id)
        .join(Person, col(Person.id) == ReviewPerson.person_id)
        .where(ReviewPerson.week_id == week.id, ReviewPerson.is_reviewer == 1, col(Person.disabled_at).is_(None))
    )
    counts = Counter(review.reviewer_id for review in every)
    load = {person_id: counts[person_id] for person_id in session.exec(able)}
    in_teams = {person_id: current_team(joins) for person_id, joins in teams.joins(session, week).items()}
    for review in every:
        if review.reviewer_id is not None:
            continue
        review.reviewer_id = draw_reviewer(review.id, review.author_id, load, in_teams)
        if review.reviewer_id is None:
            continue
        load[review.reviewer_id] += 1
        session.add(review)
        news = News("review-asked", review.id, 1, {"week": week.name})
        notices.tell(session, week, [review.reviewer_id], news, act.now)
    session.flush()
