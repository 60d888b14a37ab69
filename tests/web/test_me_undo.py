"""Undoing one's own log: for ten minutes, whatever a freeze hides, and logged again by sending the same once more."""

import pytest

from app.services.ledger.hand_logs import TOO_LATE
from tests.builders import ADA, BO, OWLS
from tests.web.organizer.reading import flash
from tests.web.reading import text
from tests.web.running_app import RunningApp, Visitor, sign_in
from tests.web.test_me_log import sheet


@pytest.fixture
def ada(site: RunningApp) -> Visitor:
    return sign_in(site, ADA)


def log(ada: Visitor, typed: dict[str, str]) -> str:
    """Log something; the address of its page."""
    return ada.post("/me/log", **typed).headers["location"].partition("?")[0]


def test_log_is_undone_where_it_was_logged_and_logged_again(site: RunningApp, ada: Visitor) -> None:
    typed = sheet(ada, note="A slip")
    page = log(ada, typed)
    assert "Undo until 13:10" in text(ada.get(page))
    assert f'action="{page}/undo"' in ada.get("/me").text

    answer = ada.post(f"{page}/undo")

    assert flash(ada.get(answer.headers["location"])) == "Undone. It earns no points."
    assert site.points()[OWLS] == 0
    assert "You undid it." in text(ada.get("/me"))
    assert "Undo until" not in text(ada.get(page))
    assert flash(ada.post(f"{page}/undo")) == "This activity is already reversed."
    different = ada.post("/me/log", **{**typed, "note": "Another"})
    assert (different.status_code, "You undid this log" in text(different)) == (409, True)
    assert log(ada, typed) == page
    assert site.points()[OWLS] == 5
    assert site.game.verify() == []


def test_log_cannot_be_undone_later_nor_one_of_a_tool_or_of_others(site: RunningApp, ada: Visitor) -> None:
    typed = sheet(ada)
    page = log(ada, typed)
    by_tool = f"/me/activities/{site.record(person=ADA).json()['id']}"
    assert "Undo until" not in text(ada.get(by_tool))
    assert ada.post(f"{by_tool}/undo").status_code == 409
    assert sign_in(site, BO).post(f"{page}/undo").status_code == 404

    site.clock.set("2022-09-14 13:10:01")

    late = ada.post(f"{page}/undo")
    assert (late.status_code, flash(late)) == (409, TOO_LATE)
    assert "Undo until" not in text(ada.get(page))
    assert "Ask an organizer to reverse it." in text(ada.get(page))
    assert site.points()[OWLS] == 10


def test_log_behind_a_freeze_is_undone_and_known_to_be(site: RunningApp, ada: Visitor) -> None:
    site.game.freeze()
    page = log(ada, sheet(ada))
    assert "show at the reveal" in text(ada.get(page))

    ada.post(f"{page}/undo")

    assert "You undid it." in text(ada.get(page))
    site.game.reveal()
    assert (site.points()[OWLS], site.game.verify()) == (0, [])


def test_log_of_a_closed_week_is_not_undone(site: RunningApp, ada: Visitor) -> None:
    page = log(ada, sheet(ada))
    site.game.close()

    refused = ada.post(f"{page}/undo")

    assert (refused.status_code, site.points()[OWLS]) == (409, 5)
    assert "Undo until" not in text(ada.get(page))
