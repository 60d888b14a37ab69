"""`/me/reviews`: answers of mine that others review, and answers of other teams that I review."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.quality import LABELS, MOST_ANSWERS
from app.models import ReviewPerson, Week
from app.services import notices, pasted_links
from app.services.ledger import my_week
from app.services.reviews import calibration, listing, retention, reviews, rubrics
from app.services.reviews.rubrics import Rubric
from app.services.weeks import weeks
from app.web.deps import MemberAct, ReadSession
from app.web.http.fields import MaxLength, says
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(prefix="/me/reviews", route_class=DatabaseRoute)

DONE = {
    "part": "Saved. It holds for this week.",
    "asked": "Asked for. You hear when it’s reviewed.",
    "given": "Review sent. Thank you!",
    "deleted": "Review deleted. Nobody can read it any more.",
    "marked": "Marks saved. Nobody else sees them.",
}
Mark = Annotated[str, says(rubrics.check_mark)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
Url = Annotated[str, MaxLength(pasted_links.LONGEST), says(pasted_links.check)]


class PartForm(Form):
    """The sides on which one takes part this week."""

    has_answers: Literal["", "yes"] = ""
    reviews: Literal["", "yes"] = ""


class AskForm(Form):
    """One of one's own answers, or none to have some drawn; and its link where it came without one."""

    answer: str = ""
    url: Url = ""


class MarksForm(Form):
    """A mark for each question of the rubric, and the version that was read."""

    q1: Mark
    q2: Mark
    q3: Mark
    q4: Mark
    rubric: Version

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks in the order of the questions."""
        return self.q1, self.q2, self.q3, self.q4


class ReviewForm(MarksForm):
    """A review: marks, one good thing, and something to try."""

    good: Annotated[str, MaxLength(reviews.LONGEST), says(reviews.check_good)]
    try_next: Annotated[str, MaxLength(reviews.LONGEST), says(reviews.check_text)] = ""


@router.get("", name="my_reviews")
def my_reviews(request: Request, act: MemberAct, session: ReadSession, done: Annotated[str, Query()] = "") -> Response:
    """Show what of mine is reviewed, and what I review."""
    return reviews_page(Page(request, act, session, flash=DONE.get(done, "")))


def reviews_page(page: Page[SignedInAct]) -> Response:
    """One's reviews of all weeks, with the forms of this one."""
    session, person_id = page.session, page.act.actor.person_id
    week = my_week.week_to_play(session, page.act.now)
    rubric = rubrics.current(session)
    mine, given = listing.of_person(session, person_id)
    open_ones = [each for each in given if each.review.done_at is None]
    return page.render(
        "me/reviews.html", section="reviews", shown=week, rubric=rubric, labels=LABELS, mine=mine, to_do=open_ones,
        given=[each for each in given if each.review.done_at is not None], most=MOST_ANSWERS,
        forms={
            each.review.id: page.form(ReviewForm, each.review.id, rubric=str(rubric.number)) for each in open_ones
        },
        unread=notices.unread(session, person_id, page.act.now),
        is_over=week is not None and retention.is_over(week, page.act.now),
        **_of_week(page, week, rubric, len([each for each in mine if week and each.week.id == week.id])),
    )  # fmt: skip


def _of_week(page: Page[SignedInAct], week: Week | None, rubric: Rubric, asked: int) -> dict[str, Any]:
    """The forms of this week: taking part, asking, and the answers that all reviewers mark."""
    session, person_id = page.session, page.act.actor.person_id
    part = session.get(ReviewPerson, (week.id, person_id)) if week else None
    is_author, is_reviewer = bool(part and part.is_author), bool(part and part.is_reviewer)
    may_ask = week is not None and is_author and asked < MOST_ANSWERS
    own = calibration.of_person(session, week, person_id) if week and is_reviewer else {}
    blind = calibration.answers(session, week) if week and is_reviewer else ()
    return {
        "part": page.form(
            PartForm, has_answers="yes" if is_author else "", reviews="yes" if is_reviewer else ""
        ),
        "is_author": is_author, "is_reviewer": is_reviewer, "may_ask": may_ask, "ask": page.form(AskForm),
        "choices": reviews.choices(session, week, person_id)[: reviews.MOST_CHOICES] if week and may_ask else [],
        "blind": blind, "marked": own,
        "blind_forms": {
            each.id: page.form(MarksForm, each.id, rubric=str(rubric.number), **_typed(own, each.id, rubric))
            for each in blind
        },
    }  # fmt: skip


def _typed(own: dict[str, Any], answer_id: str, rubric: Rubric) -> dict[str, str]:
    """One's marks for an answer as a form shows them; none of another version of the rubric."""
    mark = own.get(answer_id)
    if mark is None or mark.rubric != rubric.number:
        return {}
    return {f"q{number}": each for number, each in enumerate(rubrics.read_marks(mark.marks), 1)}


@router.post("", name="reviews_part")
def take_part(request: Request, act: MemberAct, form: FormState[PartForm]) -> Response:
    """Opt in or out for this week."""

    def save(session: Session, act: SignedInAct) -> Done:
        data = form.data
        slug = _slug(session, act)
        reviews.take_part(session, slug, act, is_author=bool(data.has_answers), is_reviewer=bool(data.reviews))
        return Done("my_reviews", "part")

    return submit(request, act, save, form=form, page=reviews_page)


@router.post("/asked", name="reviews_ask")
def ask_for_review(request: Request, act: MemberAct, form: FormState[AskForm]) -> Response:
    """Ask for a review of an answer of mine, or have some drawn."""

    def ask(session: Session, act: SignedInAct) -> Done:
        slug = _slug(session, act)
        if form.data.answer:
            reviews.ask(session, slug, form.data.answer, form.data.url, act)
        else:
            reviews.draw(session, slug, act)
        return Done("my_reviews", "asked")

    return submit(request, act, ask, form=form, page=reviews_page)


@router.post("/calibration/{answer_id}", name="reviews_calibrate")
def mark_blind(request: Request, act: MemberAct, answer_id: str, form: FormState[MarksForm]) -> Response:
    """Mark one of the answers that all reviewers mark blind."""

    def mark(session: Session, act: SignedInAct) -> Done:
        calibration.mark(session, answer_id, form.data.marks, act, rubric=form.data.rubric)
        return Done("my_reviews", "marked")

    return submit(request, act, mark, form=form.keyed(answer_id), page=reviews_page)


@router.post("/{review_id}", name="reviews_give")
def give_review(request: Request, act: MemberAct, review_id: str, form: FormState[ReviewForm]) -> Response:
    """Give the review that I was asked for."""

    def give(session: Session, act: SignedInAct) -> Done:
        data = form.data
        reviews.give(session, review_id, data.marks, data.good, data.try_next, act, rubric=data.rubric)
        return Done("my_reviews", "given")

    return submit(request, act, give, form=form.keyed(review_id), page=reviews_page)


@router.post("/{review_id}/deletion", name="reviews_delete")
def delete_review(request: Request, act: MemberAct, review_id: str) -> Response:
    """Delete a review of an answer of mine."""
    return submit(request, act, partial(_delete, review_id), page=reviews_page)


def _delete(review_id: str, session: Session, act: SignedInAct) -> Done:
    reviews.remove(session, review_id, act)
    return Done("my_reviews", "deleted")


def _slug(session: Session, act: SignedInAct) -> str:
    """The slug of this week. Raises WeekUnknown where there is none."""
    week = my_week.week_to_play(session, act.now) or weeks.find(session, weeks.CURRENT, act.now)
    return week.slug
