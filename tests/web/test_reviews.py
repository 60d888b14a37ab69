"""The pages of answer reviews: two people see a review, organizers shares, and nobody else anything."""

import csv
from datetime import date, timedelta
from io import StringIO

from sqlmodel import col, select

from app.models import AnswerReview, LedgerEntry
from app.services import lifecycle
from app.services.access import accounts
from tests.builders import ADA, BO, CHIDI, DUA, ELIF, FUMIKO, SLUG, a_week, act_by, an_activity
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

    words = {"q1": "Is it right?", "q2": "Two?", "q3": "Three?", "q4": "Four?"}
    saved = olu.post("/organizer/reviews", **words, rubric="0")
    stale = olu.post("/organizer/reviews", **words | {"q2": "Is it all?"}, rubric="0")
    late = dua.post(f"/me/reviews/{review(site).id}", **MARKS, good="Warm")

    assert (saved.status_code, stale.status_code, late.status_code) == (303, 409, 409)
    assert "They are “Is it right?” “Two?”" in stale.text
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


def reviewed(site: RunningApp, *first_marks: str) -> None:
    """Finished reviews of the answers of five people in turn, with these marks of the first question."""
    cast = (ADA, BO, CHIDI, DUA, ELIF)
    site.game.batch(
        *(an_activity(kind="response", person=cast[number % len(cast)]) for number in range(len(first_marks)))
    )
    with site.database.unit_of_work() as session:
        entries = session.exec(select(LedgerEntry).order_by(col(LedgerEntry.seq))).all()
        fumiko = accounts.by_email(session, FUMIKO)
        assert fumiko is not None
        session.add_all(
            AnswerReview(
                week_id=entry.week_id, activity_seq=entry.seq, url="", author_id=entry.person_id or "",
                reviewer_id=fumiko.id, marks=f"{mark} yes yes na", good="Warm", asked_at=site.game.now,
                done_at=site.game.now,
            )
            for entry, mark in zip(entries, first_marks, strict=True)
        )  # fmt: skip


def test_shares_are_rounded_half_up(site: RunningApp) -> None:
    reviewed(site, *["yes"] * 7, "no")

    told = sign_in(site, role="organizer").get("/organizer/reviews").text

    assert [f">{share}%</td>" in told for share in (88, 13, 12)] == [True, True, False]


def test_figures_are_exported_for_organizers_alone(site: RunningApp) -> None:
    reviewed(site, *["yes"] * 3, "no", "partly")
    olu = sign_in(site, role="organizer")
    api = f"/api/v1/weeks/{SLUG}/exports/reviews"

    file = olu.post(f"/organizer/weeks/{SLUG}/export", what="reviews", format="csv").text
    refused = site.get(api, "read")

    first, *rows = list(csv.reader(StringIO(file.removeprefix("\ufeff"), newline="")))
    assert first == ["figure", "rubric", "question", "value"]
    assert rows[2:8] == [
        ["asked", "", "", "5"],
        ["reviewed", "", "", "5"],
        ["reviews", "0", "", "5"],
        ["yes", "0", "Does it answer the question?", "0.6"],
        ["partly", "0", "Does it answer the question?", "0.2"],
        ["no", "0", "Does it answer the question?", "0.2"],
    ]
    assert rows[-1] == ["agreement", "0", "Are the next step and its trail there?", ""]
    assert (refused.status_code, site.get(api, "admin").text) == (403, file)
    assert "Download these figures as CSV" in olu.get("/organizer/reviews").text


def test_export_of_fewer_than_five_reviews_has_no_shares(site: RunningApp) -> None:
    reviewed(site, "yes", "no", "no", "no")

    rows = site.get(f"/api/v1/weeks/{SLUG}/exports/reviews?format=json", "admin").json()["reviews"]

    assert {row["value"] for row in rows if row["figure"] in {"yes", "partly", "no", "na"}} == {None}


def test_answers_of_the_closed_week_are_reviewed_until_the_next_one_opens(site: RunningApp) -> None:
    answers(site, ADA)
    ada = opted_in(site, ADA)
    with site.database.unit_of_work() as session:
        lifecycle.close(session, SLUG, site.game.act)
        a_week(session, "next", state="draft", name="Next", starts=date(2022, 12, 5), ends=date(2022, 12, 9))

    asked = ada.post("/me/reviews/asked", answer="")

    assert asked.status_code == 303
    assert review(site).done_at is None


def test_reviews_of_a_week_closed_long_ago_are_over(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    with site.database.unit_of_work() as session:
        lifecycle.close(session, SLUG, act_by("Olu", site.game.now - timedelta(days=90)))

    page, refused = ada.get("/me/reviews").text, ada.post("/me/reviews", has_answers="yes")

    desk = sign_in(site, role="organizer").get("/organizer/reviews").text
    assert "deleted 90 days after the week was closed" in page
    assert ("deleted 90 days after the week was closed" in desk, "No reviews yet" in desk) == (True, False)
    assert "take part above" not in page
    assert refused.status_code == 409


def test_deactivated_reviewers_answers_go_to_others(site: RunningApp) -> None:
    answers(site, ADA)
    ada, _, _ = opted_in(site, ADA), opted_in(site, DUA), opted_in(site, ELIF)
    ada.post("/me/reviews/asked", answer="")
    drawn = review(site).reviewer_id

    sign_in(site, role="organizer").post(f"/organizer/people/{drawn}/switch-off")

    assert review(site).reviewer_id not in {drawn, None}
