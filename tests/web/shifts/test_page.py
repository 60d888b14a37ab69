"""The list of shifts: one tap takes a seat, each says what it is worth and why it cannot be had, in every state."""

import re
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from app.services.shifts import settings
from app.services.weeks import weeks
from tests.builders import ADA, BO, GUS, SLUG, act_by, moment
from tests.services.shifts.test_seats import Plan
from tests.web.playing_shifts import Shifts
from tests.web.reading import part, text
from tests.web.running_app import SIGNED_IN, RunningApp, Visitor, sign_in

PAGE = f"/weeks/{SLUG}/shifts"


def row(answer: httpx.Response, shift_id: str) -> str:
    """The text of one shift's row."""
    return part(answer, rf'<article class="shift[^>]* id="shift-{shift_id}">.*?</article>')[0]


def press(visitor: Visitor, shift_id: str, deed: str, at: str = "") -> httpx.Response:
    """Press a button of a shift, and see the page it leads to."""
    answer = visitor.post(f"{PAGE}/{shift_id}/{deed}{at}")
    return visitor.get(answer.headers["location"]) if answer.status_code == 303 else answer


def change(site: RunningApp, **values: Any) -> None:
    """Change how the week's shifts work."""
    with site.database.unit_of_work() as session:
        settings.change(session, SLUG, values, act_by("Olu", site.clock.now))


@pytest.fixture
def shifts(site: RunningApp) -> Shifts:
    return Shifts(site)


def test_one_tap_takes_a_seat_and_the_next_one_undoes_it(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    ada = sign_in(site, ADA)

    before, taken, undone = ada.get(PAGE), press(ada, shift_id, "take"), press(ada, shift_id, "leave")

    assert "+20 shift +10 and 6 a.m. shift +10. Takes you to 1st" not in row(before, shift_id)  # first already
    assert "+20 shift +10 and 6 a.m. shift +10" in row(before, shift_id)
    assert part(taken, r'<div class="alert.*?</div>') == ["You’re on: Thu 06:00–08:00 PDT. Undo"]
    assert "You’re on it" in row(taken, shift_id)
    assert "My shifts Thursday 15 September, 06:00–08:00 Only you so far" in text(taken)
    assert part(undone, r'<div class="alert.*?</div>') == ["You left Thu 06:00–08:00 PDT. Take it again"]
    assert "My shifts" not in text(undone)


def test_one_tap_takes_a_seat_for_the_whole_team(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    shifts.sign_up(shift_id, BO)
    ada = sign_in(site, ADA)

    before, taken = ada.get(PAGE), press(ada, shift_id, "take-team")

    assert "0 points: your team has this shift Whole team: +15 All hands" in row(before, shift_id)
    assert "Whole team: 2" in row(before, shift_id)
    assert "Full: 3 seats" in row(taken, shift_id)
    assert all(name in row(taken, shift_id) for name in ("Ada Lovelace", "Bo Nguyen", "Chidi Okafor"))
    assert part(taken, r'<div class="alert.*?</div>') == [
        "Your team is on: Thu 06:00–08:00 PDT. You can leave until Wed 18:00 . Undo"
    ]


def test_one_tap_for_the_whole_team_is_undone_by_another(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    ada = sign_in(site, ADA)
    press(ada, shift_id, "take-team")

    undone = press(ada, shift_id, "undo-team")
    again = press(ada, shift_id, "take-team")
    site.clock.now += timedelta(minutes=10)
    late = ada.get(f"{PAGE}?shift={shift_id}&done=team")
    site.clock.set("2022-09-14 18:00")
    past_leaving = sign_in(site, ADA).get(f"{PAGE}?shift={shift_id}&done=team")

    assert part(undone, r'<div class="alert.*?</div>') == ["Undone for your team: Thu 06:00–08:00 PDT. Take it again"]
    assert "3 of 3 seats free" in row(undone, shift_id)
    assert "Full: 3 seats" in row(again, shift_id)
    assert "undo-team" not in late.text
    assert part(past_leaving, r'<div class="alert.*?</div>') == ["Your team is on: Thu 06:00–08:00 PDT."]


def test_whole_team_is_who_is_active(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    ada = sign_in(site, ADA)
    before = row(ada.get(PAGE), shift_id)

    Plan(site.game).deactivate(BO)

    assert ("Whole team: 3" in before, "Whole team: 2" in row(ada.get(PAGE), shift_id)) == (True, True)
    assert "Bo Nguyen" not in row(press(ada, shift_id, "take-team"), shift_id)


def test_row_says_with_the_refusals_sentence_why_a_seat_cannot_be_had(site: RunningApp, shifts: Shifts) -> None:
    shift_id, beside = shifts.make(), shifts.make("2022-09-15 07:00")
    ada = sign_in(site, ADA)
    press(ada, shift_id, "take")

    answer, refused = ada.get(PAGE), press(ada, beside, "take")

    sentence = "Overlaps your shift Thu 06:00–08:00 PDT."
    assert sentence in row(answer, beside)
    assert "Take a seat" not in row(answer, beside)
    assert (refused.status_code, part(refused, r'<p class="alert.*?</p>')) == (409, [sentence])


def test_third_shift_in_a_row_is_warned_of_before_and_after(site: RunningApp, shifts: Shifts) -> None:
    ids = [shifts.make(f"2022-09-15 {hour:02}:00") for hour in (6, 8, 10)]
    ada = sign_in(site, ADA)
    for shift_id in ids[:2]:
        press(ada, shift_id, "take")

    before, after = ada.get(PAGE), press(ada, ids[2], "take")

    assert "Your 3rd in a row. Plan a break." in row(before, ids[2])
    assert "That makes 3 in a row: plan a break." in text(after)


def test_slot_of_a_teammate_is_said_to_bring_no_more_points(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    shifts.sign_up(shift_id, BO)

    assert "0 points: your team has this shift" in row(sign_in(site, ADA).get(PAGE), shift_id)


def test_visitor_sees_names_of_teams_alone_and_the_way_in(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    plan = Plan(site.game, moment("2022-09-14 13:00"))
    plan.newcomer()
    change(site, needs_team=False)
    for email in (ADA, GUS):
        shifts.sign_up(shift_id, email)

    answer = site.get(PAGE)

    assert "Owls : Ada Lovelace 1 person more" in row(answer, shift_id).replace("Owls:", "Owls :")
    assert "Gus" not in answer.text
    assert "Take a seat" not in text(answer)
    assert f'href="/sign-in?to=week_shifts%2F{SLUG}"' in answer.text
    assert "Gus Björk" in row(sign_in(site, ADA).get(PAGE), shift_id)


@SIGNED_IN
def test_list_of_shifts_is_for_colleagues_where_boards_are(site: RunningApp) -> None:
    assert site.get(PAGE).status_code == 401


def test_page_is_true_in_every_state_of_its_week(site: RunningApp, shifts: Shifts) -> None:
    ada = sign_in(site, ADA)
    empty = text(ada.get(PAGE))
    shift_id = shifts.make()
    change(site, opens_at=moment("2022-09-14 18:00"))
    early, refused = ada.get(PAGE), press(ada, shift_id, "take")
    own_page, visitors = ada.get(f"{PAGE}/{shift_id}"), text(site.get(PAGE))
    change(site, opens_at=None)
    site.clock.set("2022-09-16 20:00")
    over = text(sign_in(site, ADA).get(PAGE))
    site.game.close()
    one = text(sign_in(site, ADA).get(f"{PAGE}/{shift_id}"))

    assert "No shifts yet" in empty
    assert "Signing up opens Wednesday 14 September, 18:00 ." in text(early)
    assert 'class="shifts is-waiting"' in early.text
    assert "Signing up opens Wednesday 14 September, 18:00 ." in text(own_page)
    assert 'class="shifts shifts--one is-waiting"' in own_page.text
    assert "then it is one tap once signing up opens" in visitors
    assert (refused.status_code, "Signing up opens Wed 14 Sep 18:00 PDT." in text(refused)) == (409, True)
    assert "All shifts are over." in over
    closed = sign_in(site, ADA).get(PAGE)
    assert "is closed. See the summary" in text(closed)
    assert 'class="shifts is-closed"' in closed.text  # which hides how many more are needed or wait
    assert "is closed. See the summary" in one


def test_who_has_no_team_is_told_where_seats_are_for_teams(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    gus = sign_in(site, GUS)
    teamless = [text(gus.get(page)) for page in (PAGE, f"{PAGE}/{shift_id}")]
    change(site, needs_team=False)

    assert ["Seats in this week are for teams. Join a team first." in page for page in teamless] == [True, True]
    assert "Join a team" not in text(gus.get(PAGE))
    assert "Take a seat" in text(gus.get(PAGE))


def test_unknown_week_and_shift_are_not_found(site: RunningApp, shifts: Shifts) -> None:
    ada = sign_in(site, ADA)
    shift_id = shifts.make()

    assert [ada.get(path).status_code for path in ("/weeks/q9/shifts", f"{PAGE}/{'0' * 16}")] == [404, 404]
    assert ada.post(f"/weeks/q9/shifts/{shift_id}/take").status_code == 404
    gus = sign_in(site, GUS)
    refused = [press(gus, shift_id, deed) for deed in ("stop-waiting", "undo-team")]
    assert [part(answer, r'<p class="alert.*?</p>') for answer in refused] == [
        ["You aren’t on the waiting list of this shift."], ["You’re in no team now, so there’s nothing of it to undo."],
    ]  # fmt: skip
    assert ada.post(f"{PAGE}/{'0' * 16}/take").status_code == 404


def test_list_follows_every_change_and_the_time(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make(seats=1)
    ada, bo = sign_in(site, ADA), sign_in(site, BO)
    ada.get(PAGE)

    press(bo, shift_id, "take")
    taken = row(ada.get(PAGE), shift_id)
    site.clock.set("2022-09-15 06:30")
    started = row(sign_in(site, ADA).get(PAGE), shift_id)

    assert "Full: 1 seat" in taken
    assert "On now. Signing up ended at the start." in started


def changes_in(answer: httpx.Response) -> list[str]:
    """The seconds after which an open page looks again."""
    return re.findall(r'data-changes-in="(\d*)"', answer.text)


def test_open_page_looks_again_when_time_changes_it_and_once_a_minute_for_what_seats_are_worth(
    site: RunningApp, shifts: Shifts
) -> None:
    shift_id, ada, visitor = shifts.make("2022-09-14 14:00"), sign_in(site, ADA), site
    ahead = str(45 * 60)  # it is 13:00, and who is on it checks in from 13:45 on

    of_week = [changes_in(each.get(PAGE)) for each in (ada, visitor)]
    of_shift = [changes_in(each.get(f"{PAGE}/{shift_id}")) for each in (ada, visitor)]
    site.clock.set("2022-09-14 13:44:40")
    soon = changes_in(ada.get(PAGE))
    site.clock.set("2022-09-14 16:00")
    over = changes_in(ada.get(PAGE))

    assert (of_week, of_shift, soon, over) == ([["60"], [ahead]], [["60"], [ahead]], ["20"], [""])


def test_shifts_without_a_week_lead_to_the_current_one(site: RunningApp) -> None:
    assert site.get("/shifts").headers["location"] == PAGE


def test_my_shift_leads_to_the_one_of_now_or_next_or_to_the_list(site: RunningApp, shifts: Shifts) -> None:
    ada = sign_in(site, ADA)
    nowhere = ada.get("/me/shift").headers["location"]
    later, first = shifts.make("2022-09-15 10:00"), shifts.make()
    for shift_id in (later, first):
        press(ada, shift_id, "take")

    assert (nowhere, ada.get("/me/shift").headers["location"]) == ("/shifts", f"{PAGE}/{first}")
    site.clock.set("2022-09-15 09:00")
    assert sign_in(site, ADA).get("/me/shift").headers["location"] == f"{PAGE}/{later}"


def test_sentences_of_a_week_of_several_weeks_name_the_date(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    with site.database.unit_of_work() as session:
        weeks.find(session, SLUG, site.clock.now).ends = date(2022, 12, 31)
    ada = sign_in(site, ADA)

    taken = press(ada, shift_id, "take")

    assert "You’re on: Thu 15 Sep 06:00–08:00 PDT." in text(taken)
