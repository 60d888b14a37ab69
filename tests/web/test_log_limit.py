"""The limit of what people log for themselves a day: told at the form, and kept when many logs come at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.builders import ADA, OWLS, SLUG
from tests.web.organizer.reading import flash
from tests.web.reading import in_ledger, text
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in
from tests.web.test_me_log import sheet

LEDGER = f"/organizer/weeks/{SLUG}/ledger"


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    return sign_in(site, "olu@example.com", "organizer")


def limit(organizer: Visitor, most: str) -> str:
    """Set the limit; what the page says."""
    return flash(organizer.get(organizer.post(f"{LEDGER}/limit", most=most).headers["location"]))


def test_logs_beyond_the_limit_are_refused_in_words(site: RunningApp, organizer: Visitor) -> None:
    ada = sign_in(site, ADA)
    assert limit(organizer, "1") == "Limit saved."
    assert "Each person can log 1 activity a day for themselves." in text(organizer.get(LEDGER))
    assert "You can log 1 activity a day in this week." in text(ada.get("/me/log"))
    first = ada.post("/me/log", **sheet(ada))

    refused = ada.post("/me/log", **sheet(ada))

    assert (refused.status_code, site.points()[OWLS]) == (409, 5)
    assert "you can log one activity a day in this week, and have for that day" in flash(refused)
    assert ada.post("/me/log", **sheet(ada, day="2022-09-13")).status_code == 303
    ada.post(f"{first.headers['location'].partition('?')[0]}/undo")
    assert ada.post("/me/log", **sheet(ada)).status_code == 303
    form = {**sheet(ada), "person": ADA}
    assert organizer.post(LEDGER, **form).status_code == 303
    assert site.record(person=ADA, source="by hand", external_id="tool").status_code == 201
    assert limit(organizer, "0") == "Limit saved."
    closed_to_players = ada.get("/me/log")
    assert "Only organizers log by hand" in text(closed_to_players)
    assert "Log activity" not in text(closed_to_players)
    assert limit(organizer, " ") == "Limit saved."
    assert ada.post("/me/log", **sheet(ada)).status_code == 303
    assert site.game.verify() == []


@pytest.mark.parametrize("wrong", ["-1", "1001", "many", "1.5"])
def test_limit_that_is_no_number_is_refused(site: RunningApp, organizer: Visitor, wrong: str) -> None:
    assert organizer.post(f"{LEDGER}/limit", most=wrong).status_code == 422
    assert site.game.week().hand_logs_a_day is None


@BOTH_ENGINES
def test_limit_holds_for_logs_sent_at_once(site: RunningApp, organizer: Visitor) -> None:
    ada = sign_in(site, ADA)
    limit(organizer, "3")
    sheets = [sheet(ada) for _ in range(12)]

    with ThreadPoolExecutor(12) as pool:
        codes = list(pool.map(lambda typed: ada.post("/me/log", **typed).status_code, sheets))

    assert (codes.count(303), codes.count(409)) == (3, 9)
    assert len(in_ledger(site)) == 3
