"""Answer reviews: between two people of different teams, seen by them alone, and gone when they should be."""

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlmodel import SQLModel, func, select

from app.domain.actor import SignedInAct, SignedInActor, rights_of
from app.errors import Conflict, Malformed, NotFound
from app.models import (
    AnswerReview,
    AuditEntry,
    CalibrationAnswer,
    CalibrationMark,
    Notice,
    ReviewPerson,
)
from app.services.reviews import calibration, listing, retention, reviews, rubrics
from app.services.weeks import weeks
from tests.builders import ADA, BO, CHIDI, DUA, ELIF, FUMIKO, SLUG, Game
from tests.services.shifts.test_seats import Plan

MARKS = ("yes", "partly", "no", "na")
LINKS = tuple(f"https://help.example.com/{number}" for number in range(3))


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week, with its cast."""
    return Plan(game)


def act_of(plan: Plan, email: str) -> SignedInAct:
    person = plan.person(email)
    actor = SignedInActor(
        person.name, "person", rights_of("player"), person.id, email=email, theme="", sign_in_id="", csrf=""
    )
    return SignedInAct(actor, plan.now)


def answer(plan: Plan, email: str = ADA, url: str | None = "https://help.example.com/1") -> str:
    return plan.game.take(kind="response", person=email, url=url).entry.id


def join(plan: Plan, email: str, *, author: bool = False, reviewer: bool = False) -> None:
    with plan.game.database.unit_of_work() as session:
        reviews.take_part(session, SLUG, act_of(plan, email), is_author=author, is_reviewer=reviewer)


def ask(plan: Plan, email: str, answer_id: str, url: str = "") -> AnswerReview:
    with plan.game.database.unit_of_work() as session:
        return reviews.ask(session, SLUG, answer_id, url, act_of(plan, email))


def give(plan: Plan, review: AnswerReview, email: str, good: str = "Warm", rubric: int = 0) -> None:
    with plan.game.database.unit_of_work() as session:
        reviews.give(session, review.id, MARKS, good, "", act_of(plan, email), rubric=rubric)


def reviewer_of(plan: Plan, review: AnswerReview) -> str | None:
    with plan.game.database.reading() as session:
        return session.get_one(AnswerReview, review.id).reviewer_id


def count(plan: Plan, model: type[SQLModel]) -> int:
    with plan.game.database.reading() as session:
        return session.exec(select(func.count()).select_from(model)).one()


def told(plan: Plan, kind: str) -> list[str]:
    with plan.game.database.reading() as session:
        return list(session.exec(select(Notice.person_id).where(Notice.kind == kind, Notice.channel == "page")))


def test_review_goes_to_another_team_and_both_hear_of_it(plan: Plan) -> None:
    join(plan, ADA, author=True)
    join(plan, BO, reviewer=True)
    join(plan, DUA, reviewer=True)

    review = ask(plan, ADA, answer(plan))
    give(plan, review, DUA)

    assert review.reviewer_id == plan.person(DUA).id
    assert (told(plan, "review-asked"), told(plan, "review-done")) == ([plan.person(DUA).id], [plan.person(ADA).id])
    with plan.game.database.reading() as session:
        [mine], _ = listing.of_person(session, plan.person(ADA).id)
        _, [given] = listing.of_person(session, plan.person(DUA).id)
        others = listing.of_person(session, plan.person(BO).id)
        noted = session.exec(select(AuditEntry.object_kind).where(AuditEntry.person_id == plan.person(DUA).id)).all()
    assert (mine.other, given.other, mine.review.good) == ("Dua Krasniqi", "Ada Lovelace", "Warm")
    assert [mark for _, mark in mine.marked] == list(MARKS)
    assert (others, noted) == (([], []), [])


def test_answer_waits_until_somebody_of_another_team_reviews(plan: Plan) -> None:
    join(plan, ADA, author=True)
    join(plan, BO, reviewer=True)
    review = ask(plan, ADA, answer(plan))

    waited = reviewer_of(plan, review)
    join(plan, DUA, reviewer=True)
    drawn = reviewer_of(plan, review)
    join(plan, DUA)
    left = reviewer_of(plan, review)
    join(plan, ELIF, reviewer=True)

    assert (waited, drawn, left) == (None, plan.person(DUA).id, None)
    assert reviewer_of(plan, review) == plan.person(ELIF).id


def test_reviews_are_spread_among_reviewers(plan: Plan) -> None:
    for email in (DUA, ELIF, FUMIKO):
        join(plan, email, reviewer=True)
    for email in (ADA, BO, CHIDI):
        join(plan, email, author=True)
        for _ in range(2):
            ask(plan, email, answer(plan, email))

    with plan.game.database.reading() as session:
        drawn = sorted(str(each) for each in session.exec(select(AnswerReview.reviewer_id)))

    assert drawn == sorted([plan.person(email).id for email in (DUA, ELIF, FUMIKO)] * 2)


def test_two_answers_at_most_by_choice_or_by_draw(plan: Plan) -> None:
    join(plan, ADA, author=True)
    ids = [answer(plan) for _ in range(4)]
    ask(plan, ADA, ids[0])

    with plan.game.database.unit_of_work() as session:
        drawn = reviews.draw(session, SLUG, act_of(plan, ADA))
    with pytest.raises(Conflict, match="the most"):
        ask(plan, ADA, ids[3])
    with pytest.raises(Conflict, match="the most"), plan.game.database.unit_of_work() as session:
        reviews.draw(session, SLUG, act_of(plan, ADA))

    assert len(drawn) == 1


def test_refused_are_others_answers_answers_without_a_link_and_who_is_not_in(plan: Plan) -> None:
    own, others, bare = answer(plan), answer(plan, BO), answer(plan, url=None)

    with pytest.raises(Conflict, match="Opt in"):
        ask(plan, ADA, own)
    join(plan, ADA, author=True)
    with pytest.raises(NotFound):
        ask(plan, ADA, others)
    with pytest.raises(Malformed):
        ask(plan, ADA, bare)
    assert ask(plan, ADA, bare, "https://help.example.com/2").url == "https://help.example.com/2"


def test_only_its_reviewer_gives_a_review_once_and_with_one_good_thing(plan: Plan) -> None:
    join(plan, ADA, author=True)
    join(plan, DUA, reviewer=True)
    review = ask(plan, ADA, answer(plan))

    for email in (ADA, BO):
        with pytest.raises(NotFound):
            give(plan, review, email)
    with pytest.raises(Malformed):
        give(plan, review, DUA, good=" ")
    with pytest.raises(Conflict, match="questions"):
        give(plan, review, DUA, rubric=7)
    give(plan, review, DUA)
    with pytest.raises(Conflict, match="already"):
        give(plan, review, DUA)


def test_author_alone_deletes_a_review_and_nothing_is_left(plan: Plan) -> None:
    join(plan, ADA, author=True)
    join(plan, DUA, reviewer=True)
    review = ask(plan, ADA, answer(plan))
    give(plan, review, DUA)

    with pytest.raises(NotFound), plan.game.database.unit_of_work() as session:
        reviews.remove(session, review.id, act_of(plan, DUA))
    with plan.game.database.unit_of_work() as session:
        reviews.remove(session, review.id, act_of(plan, ADA))

    assert count(plan, AnswerReview) == 0


def test_all_is_gone_90_days_after_the_week_was_closed(plan: Plan) -> None:
    join(plan, ADA, author=True)
    join(plan, DUA, reviewer=True)
    ask(plan, ADA, answer(plan))
    with plan.game.database.unit_of_work() as session:
        calibration.choose(session, SLUG, LINKS, plan.organizer)
    mark(plan, DUA, 0, MARKS)
    plan.game.close()

    kept = []
    for days in (89, 90):
        with plan.game.database.unit_of_work() as session:
            retention.forget(session, plan.game.now + timedelta(days=days))
        kept.append([count(plan, each) for each in (AnswerReview, ReviewPerson, CalibrationAnswer, CalibrationMark)])

    assert kept == [[1, 2, 3, 1], [0, 0, 0, 0]]


def test_organizers_see_shares_of_five_authors_and_no_fewer(plan: Plan) -> None:
    authors = (ADA, BO, CHIDI, DUA, ELIF)
    for email in (*authors, FUMIKO):
        join(plan, email, author=True, reviewer=True)
    seen = []
    for email in authors:
        review = ask(plan, email, answer(plan, email))
        reviewer = reviewer_of(plan, review)
        give(plan, review, next(each for each in (*authors, FUMIKO) if plan.person(each).id == reviewer))
        with plan.game.database.reading() as session:
            [shares] = listing.shares_of(session, weeks.find(session, SLUG, plan.now))
            seen.append(shares.questions)

    assert seen[:4] == [None] * 4
    assert seen[4] is not None
    assert seen[4][0][1]["yes"] == 1


def mark(plan: Plan, email: str, number: int, marks: tuple[str, ...], rubric: int = 0) -> None:
    with plan.game.database.unit_of_work() as session:
        chosen = calibration.answers(session, weeks.find(session, SLUG, plan.now))
        calibration.mark(session, chosen[number].id, marks, act_of(plan, email), rubric=rubric)


def test_calibration_tells_how_far_reviewers_agree_and_starts_again_with_other_words(plan: Plan) -> None:
    with plan.game.database.unit_of_work() as session:
        calibration.choose(session, SLUG, LINKS, plan.organizer)
    firsts = {ADA: "yes", BO: "yes", DUA: "partly", ELIF: "yes"}
    for email, first in firsts.items():
        join(plan, email, reviewer=True)
        mark(plan, email, 0, (first, "yes", "yes", "yes"))

    with plan.game.database.unit_of_work() as session:
        week = weeks.find(session, SLUG, plan.now)
        before = calibration.agreed(session, week, rubrics.current(session))
        rubrics.change(session, ("Is it right?", "Two?", "Three?", "Four?"), plan.organizer)
        after = calibration.agreed(session, week, rubrics.current(session))

    assert before == (Fraction(1, 2), Fraction(1), Fraction(1), Fraction(1))
    assert after == (None,) * 4
    with pytest.raises(Conflict, match="Only reviewers"):
        mark(plan, FUMIKO, 0, MARKS, rubric=1)


def test_agreement_of_two_reviewers_is_not_told_for_each_would_know_the_others_marks(plan: Plan) -> None:
    with plan.game.database.unit_of_work() as session:
        calibration.choose(session, SLUG, LINKS, plan.organizer)
    for email in (ADA, BO, DUA):
        join(plan, email, reviewer=True)
    seen = []
    for email, number in ((ADA, 0), (BO, 0), (DUA, 1), (DUA, 0)):
        mark(plan, email, number, MARKS)
        with plan.game.database.reading() as session:
            seen.append(calibration.agreed(session, weeks.find(session, SLUG, plan.now), rubrics.current(session))[0])

    assert seen == [None, None, None, 1]


def test_rubric_keeps_its_versions_and_refuses_other_numbers_of_questions(plan: Plan) -> None:
    with plan.game.database.unit_of_work() as session:
        first = rubrics.change(session, rubrics.current(session).questions, plan.organizer)
        second = rubrics.change(session, ("One?", "Two?", "Three?", "Four?"), plan.organizer)
        with pytest.raises(Malformed):
            rubrics.change(session, ("One?",), plan.organizer)
        versions = rubrics.numbered(session)

    assert (first.number, second.number, sorted(versions)) == (0, 1, [0, 1])


def test_calibration_needs_three_different_links(plan: Plan) -> None:
    for links in (LINKS[:2], (*LINKS[:2], ""), (LINKS[0],) * 3):
        with pytest.raises(Malformed), plan.game.database.unit_of_work() as session:
            calibration.choose(session, SLUG, links, plan.organizer)
