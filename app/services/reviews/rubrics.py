"""The rubric of answer reviews: four questions in words that organizers may mend, each version kept."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.quality import MARKS, QUESTIONS, Mark
from app.domain.text import names
from app.errors import Conflict, Malformed
from app.models import ReviewRubric
from app.services.audit import audit
from app.services.audit.audit import AuditTarget

SHIPPED = 0
"""The number of the rubric that comes with the program."""
LONGEST = 200  # characters of a question


class Rubric(NamedTuple):
    """A version of the rubric."""

    number: int
    questions: tuple[str, ...]


_SHIPPED = Rubric(SHIPPED, QUESTIONS)


def current(session: Session) -> Rubric:
    """The rubric as it holds."""
    found = session.exec(select(ReviewRubric).order_by(col(ReviewRubric.id).desc()).limit(1)).first()
    return _read(found) if found else _SHIPPED


def numbered(session: Session) -> dict[int, Rubric]:
    """Every version there was, by number."""
    return {SHIPPED: _SHIPPED} | {row.id: _read(row) for row in session.exec(select(ReviewRubric))}


def _read(row: ReviewRubric) -> Rubric:
    return Rubric(row.id, tuple(row.text.split("\n")))


def check_question(text: str) -> str:
    """A question as it is kept. Raises Malformed."""
    question = names.tidy(text)
    if flaw := names.flaw(question, LONGEST):
        raise Malformed(f"The question {flaw}. Change that and try again.")
    return question


def change(session: Session, questions: Sequence[str], act: Act, *, seen: int | None = None) -> Rubric:
    """Save other words for the four questions; the same again make no new version.

    `seen` is the version they were changed from. Raises Malformed, or Conflict where somebody saved another meanwhile.
    """
    words = tuple(check_question(each) for each in questions)
    if len(words) != len(QUESTIONS):
        raise Malformed(f"The rubric has {len(QUESTIONS)} questions.")
    serialize(session)
    before = current(session)
    if words == before.questions:
        return before
    if seen is not None and seen != before.number:
        now = " ".join(f"“{question}”" for question in before.questions)
        raise Conflict(f"Someone changed the questions meanwhile. They are {now} now. Save again to replace them.")
    row = ReviewRubric(text="\n".join(words), by=act.actor.name, at=act.now)
    session.add(row)
    session.flush()
    target = AuditTarget("rubric", str(row.id), f"Version {row.id}")
    noted = {"questions": list(before.questions)}, {"questions": list(words)}
    audit.note(session, "rubric.changed", target, act, before=noted[0], after=noted[1])
    return Rubric(row.id, words)


def check_mark(text: str) -> Mark:
    """A mark as it is kept. Raises Malformed."""
    for mark in MARKS:
        if mark == text:
            return mark
    raise Malformed("Choose one.")


def check_marks(marks: Sequence[str]) -> tuple[Mark, ...]:
    """A mark for each of the four questions. Raises Malformed."""
    found = tuple(mark for each in marks for mark in MARKS if mark == each)
    if len(found) != len(QUESTIONS) or len(marks) != len(QUESTIONS):
        raise Malformed("Choose a mark for each question.")
    return found


def read_marks(text: str) -> tuple[Mark, ...]:
    """Marks as they are kept."""
    return check_marks(text.split(" "))
