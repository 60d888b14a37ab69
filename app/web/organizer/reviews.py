"""`/organizer/reviews`: shares of answer reviews without names, the rubric, and how far reviewers agree."""

from fractions import Fraction
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.domain.quality import FEWEST, LABELS, should_be_mended
from app.domain.rounding import whole
from app.services import pasted_links
from app.services.reviews import calibration, listing, retention, rubrics
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.fields import MaxLength, says
from app.web.http.forms import Form, FormState
from app.web.organizer.page import Tidied
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer", route_class=DatabaseRoute)

DONE = {"rubric": "Questions saved as a new version.", "chosen": "Answers chosen. Reviewers mark them on their page."}
Question = Annotated[str, MaxLength(rubrics.LONGEST), says(rubrics.check_question)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
Link = Annotated[str, MaxLength(pasted_links.LONGEST), says(pasted_links.check_given)]


class RubricForm(Form):
    """The four questions, and the version they were changed from."""

    q1: Question
    q2: Question
    q3: Question
    q4: Question
    rubric: Version


class LinksForm(Form):
    """The links of the three answers that all reviewers mark."""

    url1: Link
    url2: Link
    url3: Link


@router.get("/reviews", name="organizer_reviews")
def show_reviews(
    request: Request, act: OrganizerAct, session: ReadSession, week: Annotated[Tidied, Query()] = "", done: str = ""
) -> Response:
    """The reviews of a week, in shares: the one asked for, else the one at hand."""
    return reviews_desk(Page(request, act, session, flash=DONE.get(done, "")), slug=week)


def reviews_desk(page: Page[SignedInAct], *, slug: str = "") -> Response:
    """The page of reviews. Raises WeekUnknown."""
    session, now = page.session, page.act.now
    week = weeks.find(session, slug, now) if slug else weeks.default_week(session, now)
    rubric = rubrics.current(session)
    typed = {f"q{number}": question for number, question in enumerate(rubric.questions, 1)}
    chosen = calibration.answers(session, week) if week else ()
    agreed = calibration.agreed(session, week, rubric) if week else ()
    return page.render(
        "organizer/reviews.html", shown=week, rubric=rubric, percent=percent, labels=LABELS, fewest=FEWEST,
        is_over=week is not None and retention.is_over(week, now),
        choices=[(each.slug, each.name) for each in weeks.every(session)],
        shares=listing.shares_of(session, week) if week else [],
        counts=listing.counts(session, week) if week else (0, 0),
        taking_part=listing.taking_part(session, week) if week else (0, 0),
        agreed=[
            (question, each, should_be_mended(each)) for question, each in zip(rubric.questions, agreed, strict=False)
        ],
        marked_by=calibration.marked_by(session, week, rubric) if week else 0, chosen=chosen,
        form=page.form(RubricForm, **typed),
        links=page.form(LinksForm, **{f"url{each.number}": each.url for each in chosen}),
    )  # fmt: skip


def percent(share: Fraction) -> str:
    """A share in percent, rounded half up: “13%” for one of eight."""
    return f"{whole(share * 100)}%"


@router.post("/reviews", name="rubric_save")
def save_rubric(request: Request, act: OrganizerAct, form: FormState[RubricForm]) -> Response:
    """Save other words for the questions."""

    def save(session: Session, act: SignedInAct) -> Done:
        data = form.data
        rubrics.change(session, (data.q1, data.q2, data.q3, data.q4), act, seen=data.rubric)
        return Done("organizer_reviews", "rubric")

    return submit(request, act, save, form=form, page=reviews_desk)


@router.post("/weeks/{week}/calibration", name="calibration_choose")
def choose_answers(request: Request, act: OrganizerAct, week: str, form: FormState[LinksForm]) -> Response:
    """Choose the answers that all reviewers of a week mark blind."""

    def choose(session: Session, act: SignedInAct) -> Done:
        data = form.data
        calibration.choose(session, week, (data.url1, data.url2, data.url3), act)
        return Done("organizer_reviews", "chosen", {"week": week})

    return submit(request, act, choose, form=form, page=partial(reviews_desk, slug=week))
