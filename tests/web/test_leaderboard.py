"""The leaderboard and the receipt: the very fields of the contract, versions, ETags, movement, `current`."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from tests.builders import ADA, BO, CATS, DUA, OWLS, SLUG, Game, a_week
from tests.web.running_app import API, BOTH_ENGINES, WEEK, RunningApp, assert_problem

KINDS = ["shift", "response", "issue", "feature_request", "knowledge_card"]
BONUSES = ["6 a.m. shift", "Inside the 1-hour SLA"]


def a_standing(rank: int, team: str, team_id: str, points: int, *members: str) -> dict[str, object]:
    """One team's place on the leaderboard, without any activity."""
    return {
        "rank": rank,
        "team": team,
        "team_id": team_id,
        "points": points,
        "counts": dict.fromkeys(KINDS, 0),
        "bonuses": dict.fromkeys(BONUSES, 0),
        "quests": [],
        "members": list(members),
        "movement": None,
    }


@BOTH_ENGINES
def test_leaderboard_has_the_fields_of_the_contract(site: RunningApp) -> None:
    site.record(kind="shift", occurred_at="2022-09-14T06:00:00-07:00")

    answer = site.get(f"{WEEK}/leaderboard")

    one_shift = {**dict.fromkeys(KINDS, 0), "shift": 1}
    one_bonus = {**dict.fromkeys(BONUSES, 0), "6 a.m. shift": 1}
    owls = a_standing(1, OWLS, site.game.team_id(OWLS), 20, "Ada Lovelace", "Bo Nguyen", "Chidi Okafor")
    cats = a_standing(2, CATS, site.game.team_id(CATS), 0, "Dua Krasniqi", "Elif Şahin", "文子 Fumiko")
    document = answer.json()
    assert (answer.headers["content-type"], type(document.pop("version"))) == ("application/json", int)
    assert document == {
        "week": SLUG,
        "name": "Q3-2022",
        "state": "open",
        "frozen": False,
        "as_of": "2022-09-14T20:00:00.000000Z",
        "headline": "1 shift",
        "totals": one_shift,
        "standings": [{**owls, "counts": one_shift, "bonuses": one_bonus}, cats],
        "trophies": [
            {"name": "Early birds", "for": "team", "value": 1, "winners": [OWLS]},
            {"name": "Customer hero", "for": "person", "value": 0, "winners": []},
        ],
    }


def test_leaderboard_lists_its_keys_in_order(site: RunningApp) -> None:
    document = site.board()

    first = document["standings"][0]
    assert list(document) == [
        "week", "name", "state", "frozen", "version", "as_of", "headline", "totals", "standings", "trophies",
    ]  # fmt: skip
    assert list(first) == [
        "rank", "team", "team_id", "points", "counts", "bonuses", "quests", "members", "movement",
    ]  # fmt: skip
    assert (list(document["totals"]), list(first["counts"]), list(first["bonuses"])) == (KINDS, KINDS, BONUSES)
    assert [list(trophy) for trophy in document["trophies"]] == [["name", "for", "value", "winners"]] * 2


def test_leaderboard_of_a_week_without_teams_is_empty(empty_site: RunningApp) -> None:
    with empty_site.database.unit_of_work() as session:
        a_week(session)

    document = empty_site.board()

    assert document["standings"] == []
    assert document["headline"] == "0 shifts, 0 responses, 0 issues, 0 feature requests, 0 knowledge cards"


def test_leaderboard_is_304_for_whom_has_it(site: RunningApp) -> None:
    first = site.get(f"{WEEK}/leaderboard")
    forms = ["{}", "W/{}", '"other", {}', '"other",W/{}', "*"]

    again = [
        site.get(f"{WEEK}/leaderboard", headers={"If-None-Match": form.format(first.headers["etag"])}) for form in forms
    ]

    assert [(answer.status_code, answer.content) for answer in again] == [(304, b"")] * len(forms)
    kept = ("etag", "cache-control", "vary")
    assert [{answer.headers[name] for answer in again} for name in kept] == [{first.headers[name]} for name in kept]


def test_leaderboard_is_whole_for_another_etag(site: RunningApp) -> None:
    others = ["", '"other"', "nonsense,,", "W/", '"*"']

    answers = [site.get(f"{WEEK}/leaderboard", headers={"If-None-Match": other}) for other in others]

    assert [(answer.status_code, answer.json()["week"]) for answer in answers] == [(200, SLUG)] * len(others)


def test_leaderboard_is_whole_again_after_a_change(site: RunningApp) -> None:
    etag = site.get(f"{WEEK}/leaderboard").headers["etag"]
    site.record()

    answer = site.get(f"{WEEK}/leaderboard", headers={"If-None-Match": etag})

    assert (answer.status_code, answer.headers["etag"] == etag) == (200, False)


@BOTH_ENGINES
def test_version_grows_with_every_change(site: RunningApp) -> None:
    changes: list[Callable[[], object]] = [
        lambda: site.record(external_id="one"),
        lambda: site.post(f"{API}/activities/{_first_id(site)}/reversal", "ledger:correct", json={"reason": "Twice"}),
        lambda: site.post(f"{API}/activities/{_first_id(site)}/reinstatement", "ledger:correct", json={"reason": "No"}),
        lambda: site.adjust(OWLS, 5),
        lambda: site.clock.set("2022-09-15 00:00"),
        lambda: site.game.leave(BO),
        lambda: site.game.activate(site.get(f"{API}/rules", "read").json()["text"] + "\n"),
        lambda: site.clock.set("2022-09-16 00:00"),
        lambda: site.game.close(),
        lambda: site.game.open(),
    ]
    versions = [site.board()["version"]]

    for change in changes:
        change()
        versions.append(site.board()["version"])

    assert [later > earlier for earlier, later in pairwise(versions)] == [True] * len(changes)


def _first_id(site: RunningApp) -> str:
    found: str = site.get(f"{WEEK}/activities", "read").json()["items"][0]["id"]
    return found


def test_version_stands_still_while_nothing_changes(site: RunningApp) -> None:
    site.record(external_id="one")
    before = site.get(f"{WEEK}/leaderboard")

    site.record(external_id="one")
    site.clock.set("2022-09-14 23:59")

    after = site.get(f"{WEEK}/leaderboard")
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])


def test_version_stands_still_once_the_days_are_over(site: RunningApp) -> None:
    site.clock.set("2022-09-17 00:00")
    first = site.board()["version"]

    site.clock.set("2022-09-18 12:00")

    assert site.board()["version"] == first


def test_movement_tells_ranks_gained_since_local_midnight(site: RunningApp) -> None:
    site.record(person=ADA, kind="issue", occurred_at="2022-09-13T23:59:59-07:00")
    site.record(person=DUA, kind="shift", occurred_at="2022-09-14T10:00:00-07:00")

    today = {standing["team"]: standing["movement"] for standing in site.board()["standings"]}
    site.clock.set("2022-09-15 00:00")
    tomorrow = {standing["team"]: standing["movement"] for standing in site.board()["standings"]}

    assert (today, tomorrow) == ({CATS: 1, OWLS: -1}, {CATS: 0, OWLS: 0})


def test_movement_is_null_while_nothing_is_older_than_today_and_once_the_days_are_over(site: RunningApp) -> None:
    site.record(occurred_at="2022-09-14T00:00:00-07:00")
    seen = []

    for when in ("2022-09-14 23:59", "2022-09-16 23:59", "2022-09-17 00:00"):
        site.clock.set(when)
        seen.append([standing["movement"] for standing in site.board()["standings"]])

    assert seen == [[None, None], [0, 0], [None, None]]


def test_adjustments_count_for_movement_from_the_day_they_are_recorded(site: RunningApp) -> None:
    site.record(person=ADA, occurred_at="2022-09-13T12:00:00-07:00")
    site.adjust(CATS, 50)

    seen = {standing["team"]: (standing["points"], standing["movement"]) for standing in site.board()["standings"]}

    assert seen == {CATS: (50, 1), OWLS: (5, -1)}


def test_current_is_the_open_week_of_today_then_the_last_started_then_the_closed_last(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        a_week(
            session, "q4-2022", starts=site.clock.now.date() + timedelta(9), ends=site.clock.now.date() + timedelta(9)
        )
    seen = [site.get(f"{API}/weeks/current/leaderboard").json()["week"]]

    site.clock.set("2022-09-17 00:00")
    seen.append(site.get(f"{API}/weeks/current/leaderboard").json()["week"])
    for slug in ("q4-2022", SLUG):
        site.clock.set(site.clock.now + timedelta(1))
        Game(site.database, now=site.clock.now, slug=slug).close()
        seen.append(site.get(f"{API}/weeks/current/leaderboard").json()["week"])

    assert seen == [SLUG, "q4-2022", SLUG, SLUG]


def test_current_is_404_where_there_is_none(empty_site: RunningApp) -> None:
    answer = empty_site.get(f"{API}/weeks/current/leaderboard")

    sentence = assert_problem(answer, 404)
    assert sentence == "No week yet. Ask an organizer to create one."


@BOTH_ENGINES
def test_receipt_lines_sum_to_the_points_of_the_board(site: RunningApp) -> None:
    for number in range(4):
        site.record(kind="response", subject="ticket-1", response_seconds=60, external_id=f"comment-{number}")
    site.record(kind="shift", occurred_at="2022-09-14T06:00:00-07:00", external_id="shift")
    site.adjust(OWLS, -7)

    receipt = site.get(f"{WEEK}/teams/{site.game.team_id(OWLS)}/receipt").json()

    assert list(receipt) == ["points", "items"]
    assert {tuple(item) for item in receipt["items"]} == {("at", "person", "what", "why", "points")}
    assert receipt["points"] == sum(item["points"] for item in receipt["items"]) == site.points()[OWLS]
    assert {item["person"] for item in receipt["items"]} == {"Ada Lovelace", None}
    assert [item["points"] for item in receipt["items"] if item["points"] == 0] == [0]


def test_receipt_of_an_unknown_team_or_week_is_404(site: RunningApp) -> None:
    paths = [f"{WEEK}/teams/nobody/receipt", f"{API}/weeks/q1-1999/teams/{site.game.team_id(OWLS)}/receipt"]

    sentences = [assert_problem(site.get(path), 404) for path in paths]

    assert sentences == [
        "There’s no team with the id “nobody” in Q3-2022.",
        "There’s no week “q1-1999”.",
    ]
