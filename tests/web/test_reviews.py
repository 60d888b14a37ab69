"""The pages of answer reviews: two people see a review, organizers shares, and nobody else anything."""

from sqlmodel import select

from app.models import AnswerReview
from tests.builders import ADA, BO, CHIDI, DUA, SLUG, an_activity
from tests.web.running_app import RunningApp, Visitor, sign_in

MARKS = {"q1": "yes", "q2": "partly", "q3": "no", "q4": "na", "rubric": "0"}


def opted_in(site: RunningApp, email: str) -> Visitor:
    person = sign_in(site, email)
    assert person.post("/me/reviews", has_answers="yes", reviews="yes").status_code == 303
    return person


def answers(site: RunningApp, email: str, number: int = 1) -> None:
    link = "https://help.example.com/4711"
    site.game.batch(*(an_activity(kind="response", person=email, url=link) for _ in range(number)))


def review(site: RunningApp) -> AnswerReview:
    with site.database.reading() as session:
        return session.exec(select(AnswerReview)).one()


def test_page_says_how_to_take_part_and_what_is_missing(site: RunningApp) -> None:
    ada = sign_in(site, ADA)

    before = ada.get("/me/reviews").text
    opted_in(site, ADA)
    after = ada.get("/me/reviews").text

    assert "To have some reviewed, take part above." in before
    assert "You’ve no answers this week yet." in after


def test_review_goes_its_way_between_two_people(site: RunningApp) -> None:
    answers(site, ADA)
    ada, dua = opted_in(site, ADA), opted_in(site, DUA)

    asked = ada.post("/me/reviews/asked", answer="")
    one = f"/me/reviews/{review(site).id}"
    to_do = dua.get("/me/reviews").text
    bad = dua.post(one, **MARKS, good="")
    given = dua.post(one, **MARKS, good="<b>Warm</b>", try_next="Shorter")
    read = ada.get("/me/reviews").text

    assert [asked.status_code, bad.status_code, given.status_code] == [303, 422, 303]
    assert "https://help.example.com/4711" in to_do
    assert "Write one good thing about the answer." in bad.text
    assert "Reviewed by" in read
    assert "&lt;b&gt;Warm&lt;/b&gt;" in read
    for other in (sign_in(site, BO), sign_in(site, role="organizer")):
        assert "Warm" not in other.get("/me/reviews").text
    organizer = sign_in(site, role="organizer").get("/organizer/reviews").text
    assert "Warm" not in organizer
    assert "Ada" not in organizer
    assert "Too few to tell" in organizer


def test_author_deletes_a_review_and_others_cannot(site: RunningApp) -> None:
    answers(site, ADA)
    ada, dua = opted_in(site, ADA), opted_in(site, DUA)
    ada.post("/me/reviews/asked", answer="")
    one = f"/me/reviews/{review(site).id}/deletion"

    assert dua.post(one).status_code == 404
    assert ada.post(one).status_code == 303
    assert ada.post(one).status_code == 404


def test_organizer_mends_the_questions_and_reviewers_read_the_new_ones(site: RunningApp) -> None:
    answers(site, ADA)
    ada, dua = opted_in(site, ADA), opted_in(site, DUA)
    ada.post("/me/reviews/asked", answer="")
    olu = sign_in(site, role="organizer")

    saved = olu.post("/organizer/reviews", q1="Is it right?", q2="Two?", q3="Three?", q4="Four?")
    late = dua.post(f"/me/reviews/{review(site).id}", **MARKS, good="Warm")

    assert (saved.status_code, late.status_code) == (303, 409)
    assert "An organizer changed the questions meanwhile." in late.text
    assert "Is it right?" in dua.get("/me/reviews").text


def test_reviewers_mark_three_answers_blind_and_the_page_says_what_to_mend(site: RunningApp) -> None:
    olu = sign_in(site, role="organizer")
    links = {f"url{number}": f"https://help.example.com/{number}" for number in (1, 2, 3)}
    chosen = olu.post(f"/organizer/weeks/{SLUG}/calibration", **links)
    same = olu.post(f"/organizer/weeks/{SLUG}/calibration", **links | {"url2": links["url1"]})
    people = [opted_in(site, email) for email in (ADA, BO, CHIDI, DUA)]
    page = people[0].get("/me/reviews").text
    first = page.partition('action="/me/reviews/calibration/')[2].partition('"')[0]

    for person, mark in zip(people, ("yes", "yes", "partly", "yes"), strict=True):
        person.post(f"/me/reviews/calibration/{first}", **MARKS | {"q1": mark})

    told = olu.get("/organizer/reviews").text
    assert (chosen.status_code, same.status_code) == (303, 422)
    assert "50% of pairs agree" in told
    assert told.count("Reword it") == 1
    assert told.count("100% of pairs agree") == 3
    assert "4 reviewers have done so" in told
    figures = site.get(f"/api/v1/weeks/{SLUG}/reviews", "admin").json()
    assert [(each["agreement"], each["reword"]) for each in figures["calibration"]] == [
        (0.5, True),
        (1.0, False),
        (1.0, False),
        (1.0, False),
    ]
    assert (figures["authors"], figures["reviewers"], figures["asked"], figures["shares"]) == (4, 4, 0, [])
    assert site.get(f"/api/v1/weeks/{SLUG}/reviews", "read").status_code == 403
