"""The life of a week by API: every step once, those its state does not allow, and what closing would leave undone."""

import pytest

from app.services.rehearsals import rehearsals
from app.services.weeks import weeks
from tests.builders import ADA, SLUG, act_by
from tests.services.shifts.test_seats import Plan
from tests.web.running_app import API, WEEK, RunningApp

STATE = f"{WEEK}/state"


def step(site: RunningApp, action: str, **more: str) -> tuple[int, object]:
    """Do a step; the status, and the state or the sentence of the answer."""
    answer = site.post(STATE, "admin", json={"action": action, **more})
    document = answer.json()
    return answer.status_code, document.get("state", document.get("detail"))


def test_week_goes_through_its_life_step_by_step(site: RunningApp) -> None:
    done = [step(site, each) for each in ("freeze", "close", "reveal", "archive", "unarchive")]
    refused = [step(site, each)[0] for each in ("close", "freeze", "reveal", "unarchive")]
    without, opened = step(site, "open"), step(site, "open", reason="A shift was missing")

    assert done == [(200, "open"), *[(200, "closed")] * 4]
    assert refused == [409, 409, 409, 409]
    assert (without[0], opened) == (422, (200, "open"))
    events = [each for each in site.get(f"{API}/weeks", "admin").json()["items"] if each["week"] == SLUG]
    assert [(each["state"], each["archived"], each["frozen"]) for each in events] == [("open", False, False)]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "sell"}, 422),
        ({"action": "close", "reason": "Done"}, 422),
        ({"action": "open", "reason": "x" * 501}, 422),
        ({}, 422),
        ({"action": "open"}, 409),
    ],
)
def test_step_that_cannot_be_changes_nothing(site: RunningApp, body: dict[str, str], status: int) -> None:
    before = site.board()

    answer = site.post(STATE, "admin", json=body)

    assert (answer.status_code, site.board()) == (status, before)


def test_what_closing_leaves_undone_is_told_first(site: RunningApp) -> None:
    plan = Plan(site.game)
    nothing = site.get(f"{WEEK}/unresolved", "admin").json()
    plan.sign_up(plan.shift(6), ADA)

    found = site.get(f"{WEEK}/unresolved", "admin").json()

    assert nothing["told"] == []
    assert (found["ahead"], found["told"]) == (1, ["1 shift with people isn’t over."])


def test_rehearsal_goes_through_the_same_steps_but_into_no_archive(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        rehearsals.begin(session, SLUG, act_by("Olu", site.clock.now))
    path = f"{API}/weeks/{SLUG}~rehearsal/state"

    done = [site.post(path, "admin", json={"action": each}).status_code for each in ("freeze", "reveal", "close")]
    archived = site.post(path, "admin", json={"action": "archive"})

    assert (done, archived.status_code) == ([200, 200, 200], 409)
    assert site.get(WEEK, "admin").json()["state"] == "open"


def test_copy_is_a_draft_with_the_teams_and_the_limit_of_logs_by_hand(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        weeks.find(session, SLUG, site.clock.now).hand_logs_a_day = 3

    made = site.post(f"{WEEK}/copy", "admin", json={"week": "q4-2022", "starts": "2022-12-12", "people": False})
    again = site.post(f"{WEEK}/copy", "admin", json={"week": "q4-2022"})

    assert (made.status_code, again.status_code) == (201, 409)
    assert (made.json()["state"], made.json()["starts"]) == ("draft", "2022-12-12")
    with site.database.reading() as session:
        assert weeks.find(session, "q4-2022", site.clock.now).hand_logs_a_day == 3
    teams = site.get(f"{API}/weeks/q4-2022/teams", "admin").json()["items"]
    assert [(each["team"], each["members"]) for each in teams] == [("Cats", []), ("Owls", [])]
