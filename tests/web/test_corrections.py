"""Reversals, reinstatements and adjustments over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.domain.actor import Scope
from tests.builders import CATS, OWLS, SLUG
from tests.web.running_app import API, BOTH_ENGINES, WEEK, RunningApp, assert_problem


def rule(site: RunningApp, activity: str, action: str, reason: str = "Counted twice") -> tuple[int, dict[str, object]]:
    answer = site.post(f"{API}/activities/{activity}/{action}", "ledger:correct", json={"reason": reason})
    return answer.status_code, answer.json()


@BOTH_ENGINES
def test_a_reversal_takes_the_points_and_a_reinstatement_gives_them_back(site: RunningApp) -> None:
    activity = site.record().json()["id"]

    reversal = rule(site, activity, "reversal")
    without = (site.points()[OWLS], site.get(f"{WEEK}/activities", "read").json()["items"][0]["reversed"])
    reinstatement = rule(site, activity, "reinstatement", "It was one after all")
    with_it = (site.points()[OWLS], site.get(f"{WEEK}/activities", "read").json()["items"][0]["reversed"])

    common = {"activity": activity, "by": "ledger:correct", "at": "2022-09-14T20:00:00.000000Z"}
    assert reversal == (201, {**common, "action": "reversal", "reason": "Counted twice"})
    assert reinstatement == (201, {**common, "action": "reinstatement", "reason": "It was one after all"})
    assert (without, with_it) == ((0, True), (5, False))


def test_a_ruling_that_changes_nothing_is_409(site: RunningApp) -> None:
    activity = site.record().json()["id"]

    stands = site.post(f"{API}/activities/{activity}/reinstatement", "ledger:correct", json={"reason": "Why not"})
    rule(site, activity, "reversal")
    reversed_ = site.post(f"{API}/activities/{activity}/reversal", "ledger:correct", json={"reason": "Why not"})

    assert [assert_problem(answer, 409) for answer in (stands, reversed_)] == [
        "This activity isn’t reversed.",
        "This activity is already reversed.",
    ]


@BOTH_ENGINES
def test_ten_reversals_at_once_are_one(site: RunningApp) -> None:
    activity = site.record().json()["id"]
    site.token("ledger:correct")

    with ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda _: rule(site, activity, "reversal")[0], range(10)))

    assert sorted(statuses) == [201] + [409] * 9


def test_rulings_need_an_activity_a_reason_and_an_open_week(site: RunningApp) -> None:
    activity = site.record().json()["id"]
    path = f"{API}/activities/{activity}/reversal"

    unknown = site.post(f"{API}/activities/nothing/reversal", "ledger:correct", json={"reason": "Why not"})
    blank = site.post(path, "ledger:correct", json={"reason": "   "})
    missing = site.post(path, "ledger:correct", json={})
    site.game.close()
    closed = site.post(path, "ledger:correct", json={"reason": "Why not"})

    assert [assert_problem(unknown, 404), assert_problem(blank, 422), assert_problem(closed, 409)] == [
        "There’s no activity with the id “nothing”.",
        "The reason must not be empty. Say in a sentence why.",
        "Q3-2022 is closed. Ask an organizer to reopen it.",
    ]
    assert assert_problem(missing, 422, "errors") == "“reason” is missing; add it."


@BOTH_ENGINES
def test_an_adjustment_is_an_activity_of_its_own_kind(site: RunningApp) -> None:
    answer = site.adjust(CATS, -15)

    document = answer.json()
    assert (answer.status_code, len(document.pop("id"))) == (201, 16)
    assert document == {
        "week": SLUG,
        "kind": "adjustment",
        "person": None,
        "team": CATS,
        "team_id": site.game.team_id(CATS),
        "occurred_at": "2022-09-14T20:00:00.000000Z",
        "recorded_at": "2022-09-14T20:00:00.000000Z",
        "source": "organizer",
        "external_id": "adjustment-1",
        "subject": None,
        "response_seconds": None,
        "url": None,
        "note": None,
        "recorded_by": "ledger:correct",
        "reversed": False,
        "points": -15,
        "reason": "For the spirit",
    }
    assert (site.points(), site.board()["totals"]["issue"]) == ({OWLS: 0, CATS: -15}, 0)


@BOTH_ENGINES
def test_twenty_copies_of_an_adjustment_are_one(site: RunningApp) -> None:
    site.token("ledger:correct")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: site.adjust(OWLS, 3), range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert (len({answer.json()["id"] for answer in answers}), site.points()[OWLS]) == (1, 3)


def test_an_adjustment_may_be_made_after_the_days_of_the_week_and_be_reversed(site: RunningApp) -> None:
    site.clock.set("2022-09-20 12:00")
    adjustment = site.adjust(OWLS, 7)

    rule(site, adjustment.json()["id"], "reversal")

    assert (adjustment.status_code, site.points()[OWLS]) == (201, 0)


def test_a_repeated_adjustment_answers_with_the_first_one_even_when_closed(site: RunningApp) -> None:
    first = site.adjust(OWLS, 7)
    site.game.close()

    again, other = site.adjust(OWLS, 99), site.adjust(OWLS, 1, "adjustment-2")

    assert (again.status_code, again.json(), other.status_code) == (200, first.json(), 409)


def test_adjustments_that_cannot_be_are_refused(site: RunningApp) -> None:
    refused = {
        "zero": site.adjust(OWLS, 0),
        "much": site.adjust(OWLS, 100_001),
        "little": site.adjust(OWLS, -100_001),
        "text": site.adjust(OWLS, "1"),
        "true": site.adjust(OWLS, True),
        "fraction": site.adjust(OWLS, 1.5),
        "reason": site.adjust(OWLS, 1, reason=""),
        "team": site.adjust(OWLS, 1, team_id="nobody"),
        "code": site.adjust(OWLS, 1, "line\nbreak"),
        "extra": site.adjust(OWLS, 1, colour="red"),
    }

    statuses = {name: answer.status_code for name, answer in refused.items()}
    assert statuses == {**dict.fromkeys(refused, 422), "team": 404}
    assert site.points() == {OWLS: 0, CATS: 0}


def test_a_repeated_adjustment_tells_who_may_not_read_no_more_than_id_and_key(site: RunningApp) -> None:
    body = {"team_id": site.game.team_id(OWLS), "points": 15, "reason": "A secret", "external_id": "cake"}
    first = site.post(f"{WEEK}/adjustments", "admin", json=body).json()
    key = {"id": first["id"], "kind": "adjustment", "source": "organizer", "external_id": "cake"}

    def told(*scopes: Scope) -> list[object]:
        bodies: list[dict[str, Any]] = [body, {"external_id": "cake"}]
        return [site.post(f"{WEEK}/adjustments", *scopes, json=body).json() for body in bodies]

    assert told("ledger:correct") == [key, key]
    assert told("ledger:correct", "read") == [first, first]


def test_a_repeated_adjustment_answers_with_the_first_one_whatever_else_is_wrong_with_it(site: RunningApp) -> None:
    first = site.adjust("Owls", 15)

    repeats = [site.adjust("Owls", "many"), site.adjust("Owls", 0, reason=""), site.adjust("Owls", 15, extra=1)]
    fresh = site.adjust("Owls", "many", "adjustment-2")

    assert [(repeat.status_code, repeat.json()) for repeat in repeats] == [(200, first.json())] * 3
    assert fresh.status_code == 422
    assert site.points()["Owls"] == 15
