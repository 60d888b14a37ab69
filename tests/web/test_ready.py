"""`/me/ready`, the list behind it, and shifts: ticked in steps, asked for where seats need it."""

import re

import httpx
import pytest

from tests.builders import ADA, BO, CHIDI
from tests.web.playing_shifts import Shifts
from tests.web.reading import text
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in
from tests.web.shifts.test_page import PAGE, change, press, row

READY, LIST = "/me/ready", "/organizer/ready"


@pytest.fixture
def shifts(site: RunningApp) -> Shifts:
    return Shifts(site)


def boxes(answer: httpx.Response) -> list[tuple[str, bool]]:
    """The keys of the list's boxes, and which are ticked."""
    found = re.findall(r'<input type="checkbox" name="ticked" value="([0-9a-f]{16})"( checked)?>', answer.text)
    return [(key, bool(checked)) for key, checked in found]


def tick(visitor: Visitor, number: int) -> httpx.Response:
    """Tick the first boxes of one's list, and see what becomes of it."""
    keys = [key for key, _ in boxes(visitor.get(READY))][:number]
    answer = visitor.post(READY, ticked=keys)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{READY}?done=saved")
    return visitor.get(answer.headers["location"])


@BOTH_ENGINES
def test_list_is_ticked_in_steps_until_somebody_is_ready(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    blank, some = ada.get(READY), tick(ada, 5)
    led = text(ada.get("/me"))
    fewer, whole = tick(ada, 3), tick(ada, 8)
    again = ada.post(READY, ticked=[])

    assert [sum(checked for _, checked in boxes(page)) for page in (blank, some, fewer)] == [0, 5, 3]
    assert [words in text(page) for page, words in ((blank, "0 of 8"), (some, "5 of 8"), (fewer, "3 of 8"))] == [
        True
    ] * 3
    assert 'href="/guide#guide-the-1-hour-promise"' in blank.text
    assert "Ready for your first shift? 5 of 8 done. Tick your list" in led
    assert ("You’re ready for a first shift. See shifts" in text(whole), boxes(whole)) == (True, [])
    assert "8 of 8" in text(whole)
    assert (again.status_code, "You’re ready for a first shift." in text(ada.get(READY))) == (303, True)
    assert "first shift" not in text(ada.get("/me"))
    assert "0 of 8" in text(sign_in(site, BO).get(READY))


def test_links_of_the_list_that_ships_lead_to_sections_of_the_guide_that_ships(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    guide = ada.get("/guide").text

    anchors = re.findall(r'href="/guide#([^"]+)"', ada.get(READY).text)

    assert len(anchors) == 5
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in guide] == []


def test_who_has_completed_a_shift_is_ready_and_may_tick(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    shifts.sign_up(shift_id, ADA)
    with site.database.unit_of_work() as session:
        session.connection().exec_driver_sql("UPDATE seat SET state = 'completed'")
    ada = sign_in(site, ADA)

    assert "You’ve completed a shift, so you’re ready." in text(ada.get(READY))
    assert "first shift" not in text(ada.get("/me"))
    assert "2 of 8" in text(tick(ada, 2))


def test_organizers_change_the_list_and_whoever_is_ready_stays_so(site: RunningApp) -> None:
    ada, bo, olu = sign_in(site, ADA), sign_in(site, BO), sign_in(site, "olu@example.com", "organizer")
    tick(ada, 8)
    tick(bo, 1)
    first = boxes(bo.get(READY))[0][0]
    page = olu.get(LIST)
    shipped = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)[0]

    lines = "\n".join(["Bring **tea**", *shipped.replace("&lt;", "<").splitlines()[:1]])
    saved = olu.post(LIST, text=lines, version="0")
    stale = olu.post(LIST, text="Mine", version="0")
    empty = olu.post(LIST, text=" ", version="1")

    assert "1 person is ready." in text(page)
    assert (saved.status_code, "List saved. People see it now." in text(olu.get(saved.headers["location"]))) == (
        303,
        True,
    )
    assert boxes(bo.get(READY)) == [(boxes(bo.get(READY))[0][0], False), (first, True)]
    assert "1 of 2" in text(bo.get(READY))
    assert "Bring tea New since you finished" in text(ada.get(READY))
    assert (stale.status_code, empty.status_code) == (409, 422)
    assert all(words in text(stale) for words in ("saved the list after you opened this page", "Bring tea", "Mine"))
    assert "The list needs an item." in text(empty)
    assert ada.get(LIST).status_code == 403


def test_who_is_not_ready_is_told_where_seats_need_it(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    ada, bo = sign_in(site, ADA), sign_in(site, BO)
    open_to_all = ada.get(PAGE)
    change(site, require_ready=True)
    pages = [ada.get(PAGE), ada.get(f"{PAGE}/{shift_id}")]
    refused, team = press(ada, shift_id, "take"), press(ada, shift_id, "take-team")
    tick(ada, 8)
    ready = ada.get(PAGE)
    for email in (BO, CHIDI):
        tick(sign_in(site, email), 8)

    told = "You’re not ready for a first shift yet. Finish your list , then sign up."
    assert told not in text(open_to_all)
    assert [(told in text(page), f'href="{READY}"' in page.text) for page in pages] == [(True, True)] * 2
    assert "Take a seat" not in row(pages[0], shift_id)
    assert (refused.status_code, "Finish your list at /me/ready, then sign up." in text(refused)) == (409, True)
    assert (team.status_code, "Ada Lovelace, Bo Nguyen and Chidi Okafor" in text(team)) == (409, True)
    assert (told in text(ready), "Take a seat" in row(ready, shift_id)) == (False, True)
    assert "Whole team" not in row(ready, shift_id)
    assert "Whole team: 3" in row(bo.get(PAGE), shift_id)
