"""Deeds that wait for organizers in shifts: who is due and not here, and who was there where they confirm it."""

import pytest

from app.domain.shifts.model import Completes
from app.services.shifts import completion, settings
from tests.builders import ADA, BO, SLUG
from tests.web.organizer.test_shift import HERE, a_form, a_shift, read, take, told
from tests.web.reading import part, text
from tests.web.running_app import RunningApp, Visitor, sign_in

SHIFTS = f"/weeks/{SLUG}/shifts"
PANEL = r'aria-labelledby="{}">(.*?)</section>'


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def at(site: RunningApp, when: str) -> Visitor:
    """An organizer at a moment of the shift's day, when earlier sign-ins have ended."""
    site.clock.set(f"2022-09-15 {when}")
    return sign_in(site, "olu@example.com", "organizer")


def check_in(site: RunningApp, shift_id: str, seat_id: str) -> None:
    """Check somebody in."""
    with site.database.unit_of_work() as session:
        completion.check_in(session, SLUG, shift_id, seat_id, site.game.act, reason="Here")


def completes(site: RunningApp, by: Completes) -> None:
    """Say who completes the week's shifts."""
    with site.database.unit_of_work() as session:
        settings.change(session, SLUG, {"completes": by}, site.game.act)


def test_who_is_due_and_not_here_stands_first_until_they_are_checked_in(site: RunningApp, organizer: Visitor) -> None:
    shift_id = a_shift(site)
    bo, ada = take(site, shift_id, BO, ADA)
    check_in(site, shift_id, bo)
    before = organizer.get(HERE)
    organizer = at(site, "06:09:30")

    pages = [organizer.get(page) for page in (HERE, f"{HERE}/coverage")]
    seats = part(organizer.get(f"{HERE}/{shift_id}"), r'<p class="list__main">(.*?)</p>')
    home = text(organizer.get("/organizer"))
    answer = organizer.post(f"{HERE}/{shift_id}/sign-ups/{ada}", to="checked_in", reason="I saw her")

    assert part(before, PANEL.format("due-title")) == []
    assert [part(page, PANEL.format("due-title")) for page in pages] == [
        ["Due, not here: 1 person Ada Lovelace 9 min late Thursday 15 September, 06:00–08:00 Check in"]
    ] * 2
    assert seats[:2] == ["Ada Lovelace Due, not here", "Bo Nguyen Checked in"]
    assert "1 person is due and not here. See who" in home
    assert told(site, organizer, answer) == ["Checked in Ada Lovelace."]
    assert part(organizer.get(f"{HERE}/coverage"), PANEL.format("due-title")) == []


def test_shifts_that_organizers_confirm_wait_in_plain_sight(site: RunningApp) -> None:
    completes(site, "organizer")
    shift_id = a_shift(site)
    check_in(site, shift_id, take(site, shift_id, ADA)[0])
    organizer, ada = at(site, "08:00"), sign_in(site, ADA)

    pages = [organizer.get(page) for page in (HERE, f"{HERE}/coverage")]
    home, own = text(organizer.get("/organizer")), text(ada.get(f"{SHIFTS}/{shift_id}"))
    organizer.post(f"{HERE}/{shift_id}/completion")

    assert [part(page, PANEL.format("confirm-title")) for page in pages] == [
        [
            "1 shift waits for you to confirm who was there"
            " Thursday 15 September, 06:00–08:00 1 person checked in Confirm"
        ]
    ] * 2
    assert "1 shift waits for you to confirm who was there. Confirm" in home
    assert "An organizer has to confirm that you were there." in own
    assert read(site, shift_id)[1] == {"Ada Lovelace": "completed"}
    assert "It’s open." in text(organizer.get("/organizer"))
    assert "has to confirm" not in text(ada.get(f"{SHIFTS}/{shift_id}"))


def test_who_forgot_to_complete_a_shift_still_can_where_they_do_that(site: RunningApp) -> None:
    completes(site, "person")
    shift_id = a_shift(site)
    check_in(site, shift_id, take(site, shift_id, ADA)[0])
    at(site, "08:30")
    ada = sign_in(site, ADA)

    page = ada.get(f"{SHIFTS}/{shift_id}")
    ada.post(f"{SHIFTS}/{shift_id}/complete")

    assert "Complete shift" in text(page)
    assert read(site, shift_id)[1] == {"Ada Lovelace": "completed"}
    assert "Complete shift" not in text(ada.get(f"{SHIFTS}/{shift_id}"))


def test_putting_somebody_on_a_shift_says_whom_and_if_they_were_on_it(site: RunningApp, organizer: Visitor) -> None:
    there = f"{HERE}/{a_shift(site, places=1)}"

    answers = [organizer.post(f"{there}/sign-ups", email=email, team="", reason="Asked") for email in (ADA, ADA, BO)]

    assert [told(site, organizer, answer) for answer in answers] == [
        ["Signed up Ada Lovelace."], ["Ada Lovelace has a seat in this shift already."],
        ["This shift is full. Give it more seats, or remove someone first."],
    ]  # fmt: skip
    assert f'<option value="{ADA}">Ada Lovelace</option>' in organizer.get(there).text


def test_shift_that_has_begun_shows_no_times_to_change(site: RunningApp, organizer: Visitor) -> None:
    shift_id = a_shift(site)
    before = organizer.get(f"{HERE}/{shift_id}").text
    organizer = at(site, "06:09")

    page = organizer.get(f"{HERE}/{shift_id}")
    answer = organizer.post(f"{HERE}/{shift_id}", **a_form(label="Front desk"))

    assert 'type="date"' in before
    assert 'type="date"' not in page.text
    assert "It has begun, so its times stay as they are." in text(page)
    assert (told(site, organizer, answer), read(site, shift_id)[0].label) == (["Saved the shift."], "Front desk")


def test_days_that_are_over_are_folded_away(site: RunningApp) -> None:
    a_shift(site, day=14)
    a_shift(site, day=15)
    organizer = at(site, "05:00")

    page = organizer.get(HERE)

    folded = part(page, r'<details class="disclosure calendar-past">(.*?)</details>')
    assert folded[0].startswith("1 day over Choose every shift of Wednesday 14 September")
    assert part(page, r'<h2 class="calendar__date"[^>]*>(.*?)</h2>') == [
        "Choose every shift of Wednesday 14 September", "Choose every shift of Thursday 15 September",
    ]  # fmt: skip
