"""Calibration: all reviewers of a week mark the same three answers blind, and the questions show how far they agree."""

from collections.abc import Sequence
from fractions import Fraction

from sqlmodel import Session, col, delete, func, select

from app.db.database import serialize
from app.domain.actor import Act, SignedInAct
from app.domain.quality import CALIBRATED, FEWEST_COMPARED, QUESTIONS, Mark, agreement
from app.errors import Conflict, Malformed, NotFound
from app.models import CalibrationAnswer, CalibrationMark, ReviewPerson, Week
from app.models.columns import is_id
from app.services import pasted_links
from app.services.audit import audit
from app.services.reviews import retention, rubrics
from app.services.reviews.rubrics import Rubric
from app.services.weeks import weeks


def answers(session: Session, week: Week) -> Sequence[CalibrationAnswer]:
    """The three answers of a week, in order; none before organizers chose them."""
    query = select(CalibrationAnswer).where(CalibrationAnswer.week_id == week.id)
    return session.exec(query.order_by(col(CalibrationAnswer.number))).all()


def choose(session: Session, slug: str, urls: Sequence[str], act: Act) -> None:
    """Choose the three answers of a week by their links; marks for others go.

    Raises WeekUnknown, Malformed, or Conflict where the week's reviews are deleted.
    """
    links = [pasted_links.check(each) for each in urls]
    if len(links) != CALIBRATED or not all(links) or len(set(links)) != CALIBRATED:
        raise Malformed(f"Give {CALIBRATED} different links.")
    serialize(session)
    week = weeks.find(session, slug, act.now)
    retention.check(week, act.now)
    before = answers(session, week)
    if [each.url for each in before] == links:
        return
    _forget(session, week.id)
    session.add_all(
        CalibrationAnswer(week_id=week.id, number=number, url=url, at=act.now) for number, url in enumerate(links, 1)
    )
    session.flush()
    audit.note(session, "calibration.chosen", weeks.audit_target(week), act, after={"links": links})


def mark(session: Session, answer_id: str, marks: Sequence[str], act: SignedInAct, *, rubric: int) -> None:
    """Mark one of the three blind, as somebody who reviews in that week; again replaces one's own marks.

    Raises NotFound, Malformed or Conflict: one does not review, or the rubric changed meanwhile.
    """
    serialize(session)
    answer = session.get(CalibrationAnswer, answer_id) if is_id(answer_id) else None
    if answer is None:
        raise NotFound("There’s no such answer. An organizer may have chosen others.")
    row = session.get(ReviewPerson, (answer.week_id, act.actor.person_id))
    if row is None or not row.is_reviewer:
        raise Conflict("Only reviewers of the week mark these answers. Opt in first.")
    if rubric != rubrics.current(session).number:
        raise Conflict("An organizer changed the questions meanwhile. Read them again, then send your marks.")
    text = " ".join(rubrics.check_marks(marks))
    own = session.get(CalibrationMark, (answer_id, act.actor.person_id))
    own = own or CalibrationMark(answer_id=answer_id, person_id=act.actor.person_id, rubric=0, marks="", at=act.now)
    own.rubric, own.marks, own.at = rubric, text, act.now
    session.add(own)
    session.flush()


def of_person(session: Session, week: Week, person_id: str) -> dict[str, CalibrationMark]:
    """Somebody's own marks, by the answer's id."""
    query = select(CalibrationMark).join(CalibrationAnswer, col(CalibrationAnswer.id) == CalibrationMark.answer_id)
    query = query.where(CalibrationAnswer.week_id == week.id, CalibrationMark.person_id == person_id)
    return {each.answer_id: each for each in session.exec(query)}


def agreed(session: Session, week: Week, rubric: Rubric) -> tuple[Fraction | None, ...]:
    """The agreement of reviewers on each question of a version of the rubric; None where nobody can be compared.

    Answers that fewer than three have marked are left out, so that no reviewer learns another's marks from it.
    """
    query = select(CalibrationMark).join(CalibrationAnswer, col(CalibrationAnswer.id) == CalibrationMark.answer_id)
    query = query.where(CalibrationAnswer.week_id == week.id, CalibrationMark.rubric == rubric.number)
    marked: dict[str, list[tuple[Mark, ...]]] = {}
    for each in session.exec(query):
        marked.setdefault(each.answer_id, []).append(rubrics.read_marks(each.marks))
    compared = [by_people for by_people in marked.values() if len(by_people) >= FEWEST_COMPARED]
    return tuple(
        agreement([[marks[number] for marks in by_people] for by_people in compared])
        for number in range(len(QUESTIONS))
    )


def marked_by(session: Session, week: Week, rubric: Rubric) -> int:
    """The number of reviewers who marked one of the answers or more by this version."""
    query = select(func.count(func.distinct(CalibrationMark.person_id))).join(
        CalibrationAnswer, col(CalibrationAnswer.id) == CalibrationMark.answer_id
    )
    return session.exec(
        query.where(CalibrationAnswer.week_id == week.id, CalibrationMark.rubric == rubric.number)
    ).one()


def _forget(session: Session, week_id: int) -> None:
    of_week = select(CalibrationAnswer.id).where(CalibrationAnswer.week_id == week_id)
    session.execute(delete(CalibrationMark).where(col(CalibrationMark.answer_id).in_(of_week)))
    session.execute(delete(CalibrationAnswer).where(col(CalibrationAnswer.week_id) == week_id))
