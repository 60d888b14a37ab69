"""A shift's page: waiting and offers before it, checklists, logging and check-out during it, the guestbook after it."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from app.config import PROJECT
from app.domain import actor
from app.domain.actor import Act
from app.models import Person
from app.services.shifts import correction, editing
from tests.builders import ADA, BO, CHIDI, DUA, GUS, OWLS, SLUG, act_by
from tests.web.playing_shifts import Shifts
from tests.web.reading import in_ledger, mistakes, part, text
from tests.web.running_app import RunningApp, Visitor, sign_in
from tests.web.shifts.test_page import PAGE, change, press, row

AT = "?at=shift"


@pytest.fixture
def shifts(site: RunningApp) -> Shifts:
    return Shifts(site)


def said(answer: httpx.Response) -> str:
    """The sentence about the button just pressed."""
    return " ".join(part(answer, r'<div class="alert.*?</div>'))


def on_shift(site: RunningApp, shift_id: str, email: str = ADA) -> Visitor:
    """Somebody who has a seat and checked in ten minutes before the start."""
    press(sign_in(site, email), shift_id, "take")
    site.clock.set("2022-09-15 05:50")
    visitor = sign_in(site, email)
    press(visitor, shift_id, "check-in", AT)
    return visitor


def test_waiting_list_is_joined_and_left_and_hands_on_a_free_seat(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make(seats=1)
    bo, ada = sign_in(site, BO), sign_in(site, ADA)
    press(bo, shift_id, "take")

    full, waiting = ada.get(PAGE), press(ada, shift_id, "wait")
    left = press(ada, shift_id, "stop-waiting")
    press(ada, shift_id, "wait")
    press(bo, shift_id, "leave")

    assert "Join the waiting list" in row(full, shift_id)
    assert said(waiting) == "You’re on the waiting list: Thu 06:00–08:00 PDT. Undo"
    assert "1 waiting" in row(waiting, shift_id)
    assert "You wait as 1st of 1. Stop waiting" in row(waiting, shift_id)
    assert said(left) == "You left the waiting list: Thu 06:00–08:00 PDT."
    assert "You’re on it" in row(ada.get(PAGE), shift_id)


def test_offered_seat_is_taken_over_and_given_back_within_ten_minutes(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make(seats=1)
    ada, dua = sign_in(site, ADA), sign_in(site, DUA)
    press(ada, shift_id, "take")
    seat_id = shifts.sign_up(shift_id, ADA).json()["id"]

    offered = ada.get(ada.post(f"{PAGE}/{shift_id}/offer{AT}", to="everyone").headers["location"])
    seen = dua.get(PAGE)
    taken = press(dua, shift_id, f"seats/{seat_id}/cover")
    undone = press(dua, shift_id, "leave")

    assert said(offered) == "You offer your seat: Thu 06:00–08:00 PDT. It stays yours until it is taken. Undo"
    assert "Offered to everyone . It stays yours until someone takes it." in text(offered)
    assert "offers this seat" in row(seen, shift_id)
    assert "Take over from Ada Lovelace" in row(seen, shift_id)
    assert said(taken) == "You took over: Thu 06:00–08:00 PDT. Undo"
    assert "Take over from Ada Lovelace" in row(undone, shift_id)
    assert "You’re on it" in row(ada.get(PAGE), shift_id)


def test_seat_offered_to_one_person_is_shown_to_them_alone(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    ada, dua, bo = (sign_in(site, email) for email in (ADA, DUA, BO))
    press(ada, shift_id, "take")
    shifts.sign_up(shift_id, CHIDI)

    form = text(ada.get(f"{PAGE}/{shift_id}"))
    ada.post(f"{PAGE}/{shift_id}/offer{AT}", to=bo.person_id)
    wrong = ada.post(f"{PAGE}/{shift_id}/offer{AT}", to="somebody")

    assert "To Everyone My team Bo Nguyen Dua Krasniqi" in form  # Chidi is on it
    assert "Take over from Ada Lovelace" in row(bo.get(PAGE), shift_id)
    assert "Take over" not in row(dua.get(PAGE), shift_id)
    assert (wrong.status_code, mistakes(wrong)) == (422, {"to": "Choose whom to offer your seat to."})


def test_during_a_shift_its_page_has_checklists_and_the_teams_numbers(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    before = sign_in(site, ADA).get(f"{PAGE}/{shift_id}")
    ada = on_shift(site, shift_id)
    site.record(person=BO, kind="response", occurred_at=site.clock.now)

    answer = ada.get(f"{PAGE}/{shift_id}")

    assert "Before you start" not in text(before)
    assert "You’re on it, checked in" in text(answer)
    assert {"Before you start", "Before you go", "My team today"} <= set(part(answer, r"<h2.*?</h2>"))
    assert "My team today 2 points 1 response See the receipt" in text(answer)
    assert 'type="checkbox"' in answer.text


def test_one_tap_names_the_points_its_reader_may_know_and_none_without_a_team(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    change(site, needs_team=False)
    answers = [on_shift(site, shift_id, email).get(f"{PAGE}/{shift_id}") for email in (ADA, GUS)]
    site.game.freeze()
    site.game.activate((PROJECT / "scoring_rules.toml").read_text().replace("points = 5\n", "points = 50\n"))
    answers.append(sign_in(site, ADA).get(f"{PAGE}/{shift_id}"))

    told = [re.findall(r'name="kind" value="issue">(.*?)<', answer.text) for answer in answers]
    assert told == [["Issue, +5"], ["Issue"], ["Issue, +5"]]


def test_one_tap_logs_what_no_tool_reports_once(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    ada = on_shift(site, shift_id)
    form_id = re.search('name="id" value="([0-9a-f]{16})"', ada.get(f"{PAGE}/{shift_id}").text)
    assert form_id is not None
    what = {"id": form_id[1], "kind": "issue", "url": "https://example.com/7", "note": "Broken link"}

    answers = [ada.post(f"{PAGE}/{shift_id}/log", **what) for _ in range(2)]
    wrong = ada.post(f"{PAGE}/{shift_id}/log", id=form_id[1], kind="shift")
    flawed = ada.post(f"{PAGE}/{shift_id}/log", id="0" * 16, kind="issue", url="no link")
    stranger = sign_in(site, DUA).post(f"{PAGE}/{shift_id}/log", **what)

    assert [answer.status_code for answer in answers] == [303, 303]
    assert "Logged: issue, +5 points. Thank you! See or undo it" in text(ada.get(answers[0].headers["location"]))
    assert [(item["kind"], item["url"], item["note"]) for item in in_ledger(site)] == [
        ("issue", "https://example.com/7", "Broken link")
    ]
    assert (wrong.status_code, flawed.status_code, stranger.status_code) == (422, 422, 404)
    assert "A link begins with http" in text(flawed)


def test_form_that_is_refused_after_the_shift_comes_back_as_typed(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    ada = on_shift(site, shift_id)
    site.clock.set("2022-09-15 08:01")
    over = ada.get(f"{PAGE}/{shift_id}")

    flawed = ada.post(f"{PAGE}/{shift_id}/log", id="0" * 16, kind="issue", url="no link", note="A long story")
    logged = ada.post(f"{PAGE}/{shift_id}/log", id="0" * 16, kind="issue", url="", note="A long story")

    assert "Log what no tool reports" not in over.text
    assert "A link begins with http" in text(flawed)
    assert ">A long story</textarea>" in flawed.text
    assert logged.status_code == 303


def test_form_that_stayed_open_logs_another_thing_beside_the_first(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    ada = on_shift(site, shift_id)
    here = f"{PAGE}/{shift_id}"

    answers = [ada.post(f"{here}/log", id="1" * 16, kind="issue", note=note) for note in ("Typo", "Crash", "Typo")]

    assert [answer.status_code for answer in answers] == [303] * 3
    assert sorted(str(item["note"]) for item in in_ledger(site)) == ["Crash", "Typo"]


def test_what_cannot_be_logged_before_the_week_begins_says_so(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make("2022-09-12 00:00")
    site.clock.set("2022-09-11 23:50")
    ada = sign_in(site, ADA)
    press(ada, shift_id, "take")

    answer = ada.post(f"{PAGE}/{shift_id}/log", id="1" * 16, kind="issue")

    assert (answer.status_code, list(mistakes(answer))) == (422, ["kind"])
    assert "occurred_at" not in answer.text


def test_completed_shift_earns_its_points_and_asks_for_the_guestbook(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    on_shift(site, shift_id)
    site.clock.set("2022-09-15 07:40")
    ada = sign_in(site, ADA)

    done = press(ada, shift_id, "complete", AT)
    entry = ada.post(f"/weeks/{SLUG}/guestbook", worked="We sat together", shift=shift_id, audience="everyone")

    assert said(done) == "Completed: Thu 06:00–08:00 PDT. Thank you! +20 points for Owls ."
    assert "You’re on it, completed" in text(done)
    assert '<details class="panel" open>' in done.text
    assert site.points()[OWLS] == 20
    written = ada.get(entry.headers["location"])
    assert "We sat together" in text(written)
    assert f'href="{PAGE}/{shift_id}">Thu 15 Sep 06:00–08:00 PDT</a>' in written.text  # and back to the shift


@pytest.mark.parametrize(
    ("case", "sentence"),
    [("teammate", "Your team has this shift already, so it earns no more."),
     ("frozen", "What it earned shows at the reveal.")],
)  # fmt: skip
def test_completed_shift_says_why_it_earns_nothing_now(
    site: RunningApp, shifts: Shifts, case: str, sentence: str
) -> None:
    shift_id = shifts.make()
    for email in (BO, ADA):
        on_shift(site, shift_id, email)
        site.clock.set("2022-09-15 05:49")
    site.clock.set("2022-09-15 07:40")
    if case == "teammate":
        press(sign_in(site, BO), shift_id, "complete")
    else:
        site.game.freeze()

    done = press(sign_in(site, ADA), shift_id, "complete", AT)

    assert said(done) == f"Completed: Thu 06:00–08:00 PDT. Thank you! {sentence}"


@pytest.mark.parametrize(("kind", "told"), [("person", "Chidi Okafor "), ("token", "an organizer")])
def test_attendance_an_organizer_corrected_is_shown_with_its_reason(
    site: RunningApp, shifts: Shifts, kind: str, told: str
) -> None:
    shift_id = shifts.make()
    seat_id = shifts.sign_up(shift_id, ADA).json()["id"]
    site.clock.set("2022-09-15 07:00")
    with site.database.unit_of_work() as session:
        chidi = session.exec(select(Person).where(Person.email == CHIDI)).one()
        by = actor.person(chidi.name, chidi.id, "organizer") if kind == "person" else actor.token(chidi.name, ["admin"])
        act = Act(by, site.clock.now)
        correction.correct(session, SLUG, shift_id, seat_id, "no_show", act, reason="Nobody saw her")

    answer = sign_in(site, ADA).get(f"{PAGE}/{shift_id}")

    assert f"You didn’t come Changed by {told}: Nobody saw her" in text(answer)
    assert "On now" not in text(answer)
    assert "Nobody saw her" not in sign_in(site, CHIDI).get(f"{PAGE}/{shift_id}").text


def test_my_next_shift_is_on_top_of_me(site: RunningApp, shifts: Shifts) -> None:
    none = text(sign_in(site, ADA).get("/me"))
    shift_id = shifts.make()
    offered = text(sign_in(site, GUS).get("/me"))
    on_shift(site, shift_id)
    soon, site.clock.now = text(sign_in(site, ADA).get("/me")), site.clock.now.replace(hour=13, minute=30)

    site.clock.now = site.clock.now.replace(hour=15, minute=1)
    assert "No shift ahead" not in none + text(sign_in(site, GUS).get("/me"))
    site.clock.now = site.clock.now.replace(hour=13, minute=30)
    assert "No shift ahead. See which are open. Take a shift" in offered
    shifts.set(opens_at=site.clock.now + timedelta(hours=1))
    before = text(sign_in(site, GUS).get("/me"))
    assert "No shift ahead. Signing up opens Thursday 15 September, 07:30 . See shifts" in before
    assert "Your next shift: Thursday 15 September, 06:00–08:00 PDT See shift" in soon
    assert "Your shift is on: Thursday 15 September, 06:00–08:00 PDT Go to shift" in text(sign_in(site, ADA).get("/me"))


def test_shift_i_forgot_to_complete_is_on_top_of_me_where_people_complete(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    on_shift(site, shift_id)
    shifts.set(completes="person")
    during = text(sign_in(site, ADA).get("/me"))
    site.clock.set("2022-09-15 08:10")
    after = sign_in(site, ADA).get("/me")
    press(sign_in(site, ADA), shift_id, "complete", AT)

    told = "Not completed yet: Thursday 15 September, 06:00–08:00 PDT Complete it"
    assert [told in page for page in (during, text(after), text(sign_in(site, ADA).get("/me")))] == [False, True, False]
    assert f'href="{PAGE}/{shift_id}">Complete it' in after.text


def test_renamed_people_have_their_new_name_on_shifts_without_teams_too(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    gus = sign_in(site, GUS)
    shifts.set(needs_team=0)
    press(gus, shift_id, "take")
    before = row(gus.get(PAGE), shift_id)

    gus.post("/me/settings", name="August Björk", theme="dark")

    assert "Gus Björk" in before
    assert "August Björk" in row(sign_in(site, ADA).get(PAGE), shift_id)


def test_seat_taken_during_check_in_can_be_left_for_ten_minutes(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    site.clock.set("2022-09-15 05:48")
    ada = sign_in(site, ADA)
    press(ada, shift_id, "take")

    answer = ada.get(f"{PAGE}/{shift_id}")
    site.clock.set("2022-09-15 06:00")
    begun = sign_in(site, ADA).get(f"{PAGE}/{shift_id}")

    assert ("Check in to" in text(answer), "until Thu 05:58" in text(answer)) == (True, True)
    assert ("Check in to" in text(begun), "Leave the shift" in text(begun)) == (True, False)
    assert 'datetime="2022-09-15T12:58:00+00:00" data-clock' in answer.text


def test_shift_that_was_cancelled_cannot_be_left(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    ada = sign_in(site, ADA)
    press(ada, shift_id, "take")
    with site.database.unit_of_work() as session:
        editing.cancel(session, SLUG, shift_id, act_by("Olu", site.clock.now), reason="Holidays")

    answer = press(ada, shift_id, "leave", AT)

    assert answer.status_code == 409
    assert "This shift was cancelled, so there’s nothing to leave." in text(answer)
    assert "Cancelled by an organizer: Holidays" in text(answer)


def test_sentence_of_a_button_is_told_only_while_it_is_true(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    ada, address = sign_in(site, ADA), f"{PAGE}?shift={shift_id}&done="

    before = [said(ada.get(address + done)) for done in ("taken", "left", "waiting", "offered", "completed")]
    press(ada, shift_id, "take")
    after = [said(ada.get(address + done)) for done in ("taken", "left", "withdrawn")]

    assert before == ["", "You left Thu 06:00–08:00 PDT. Take it again", "", "", ""]
    assert after == ["You’re on: Thu 06:00–08:00 PDT. Undo", "", "Your seat is yours alone again: Thu 06:00–08:00 PDT."]


def test_whoever_asked_for_a_cover_reads_that_an_organizer_decides(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    change(site, approve_covers=True)
    seat_id = shifts.sign_up(shift_id, ADA).json()["id"]
    ada, dua = sign_in(site, ADA), sign_in(site, DUA)
    ada.post(f"{PAGE}/{shift_id}/offer{AT}", to="everyone")

    asked = dua.post(f"{PAGE}/{shift_id}/seats/{seat_id}/cover{AT}")
    answer = dua.get(asked.headers["location"])

    assert said(answer) == "You asked for: Thu 06:00–08:00 PDT. An organizer has to approve it first. Undo"
    page = text(dua.get(f"{PAGE}/{shift_id}"))
    assert "You asked to take over from Ada Lovelace . An organizer decides. Withdraw request" in page
    hers = text(ada.get(f"{PAGE}/{shift_id}"))
    assert "Dua Krasniqi takes over once an organizer approves." in hers
    assert ("Withdraw offer" in hers, "Offer seat" in hers) == (True, False)
    assert said(press(dua, shift_id, "withdraw-request")) == "You don’t ask for it any more: Thu 06:00–08:00 PDT."
    assert "Take over from Ada Lovelace" in row(dua.get(PAGE), shift_id)


def test_visitor_reads_of_nobody_who_did_not_come_and_is_asked_in_where_a_seat_can_be_taken(
    site: RunningApp, shifts: Shifts
) -> None:
    shift_id = shifts.make()
    seat_id = shifts.sign_up(shift_id, ADA).json()["id"]
    before = text(site.get(f"{PAGE}/{shift_id}"))
    site.clock.set("2022-09-15 07:00")
    with site.database.unit_of_work() as session:
        act = act_by("Olu", site.clock.now)
        correction.correct(session, SLUG, shift_id, seat_id, "no_show", act, reason="Nobody saw her")

    public, own = text(site.get(f"{PAGE}/{shift_id}")), text(sign_in(site, BO).get(f"{PAGE}/{shift_id}"))

    assert ("Ada Lovelace" in before, "Sign in to take a seat." in before) == (True, True)
    assert ("Ada Lovelace" in public, "Sign in to take a seat." in public) == (False, False)
    assert "Ada Lovelace didn’t come" in own
