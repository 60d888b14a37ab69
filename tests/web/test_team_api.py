"""Teams, members, join codes, sign-in links and bulk reversals by the API: what organizers do on their pages."""

from typing import Any

import httpx

from tests.builders import ADA, CATS, CHIDI, GUS, OWLS, SLUG
from tests.web.running_app import API, RunningApp
from tests.web.test_organizer_teams import person_id

WEEK = f"{API}/weeks/{SLUG}"


def send(site: RunningApp, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    return site.ask(method, f"{WEEK}{path}", "admin", json=body)


def test_team_is_created_renamed_and_removed(site: RunningApp) -> None:
    made = send(site, "POST", "/teams", {"name": "Bats"})
    team = f"/teams/{made.json()['team_id']}"
    renamed = send(site, "PATCH", team, {"name": "Rats"})
    taken = send(site, "PATCH", team, {"name": "owls"})
    nameless = send(site, "POST", "/teams", {"name": "\u202e"})
    gone = send(site, "DELETE", team)

    assert (made.status_code, renamed.json()["team"], gone.json()["team"]) == (201, "Rats", "Rats")
    assert (taken.status_code, nameless.json()["errors"][0]["field"]) == (409, "name")
    assert send(site, "DELETE", team).status_code == 404
    assert send(site, "DELETE", f"/teams/{site.game.team_id(OWLS)}").status_code == 409


def test_member_is_added_moved_and_taken_out_with_a_look_before(site: RunningApp) -> None:
    site.game.take()
    site.game.leave(CHIDI)
    bats = send(site, "POST", "/teams", {"name": "Bats"}).json()["team_id"]
    unknown = send(site, "POST", f"/teams/{bats}/members", {"email": GUS})
    added = send(site, "POST", f"/teams/{bats}/members", {"email": GUS, "name": "Gus"})
    member = f"/members/{person_id(site, ADA)}"

    would = send(site, "PATCH", member, {"team_id": bats, "dry_run": True}).json()
    before = site.game.board()
    moved = send(site, "PATCH", member, {"team_id": bats}).json()
    out = send(site, "PATCH", member, {"team_id": None}).json()

    assert (unknown.status_code, added.json()["members"]) == (422, ["Gus"])
    assert would == {**moved, "moved": False}
    assert (moved["team"], moved["to"], moved["points"], moved["refusals"]) == (OWLS, "Bats", 5, [])
    assert "Ada Lovelace" in next(each.members for each in before.standings if each.team == OWLS)
    assert (out["team"], out["to"]) == ("Bats", None)
    assert site.points() == {OWLS: 5, CATS: 0, "Bats": 0}


def test_join_code_leads_into_its_team_until_it_is_revoked(site: RunningApp) -> None:
    code = f"/teams/{site.game.team_id(OWLS)}/join-code"
    first, second = (send(site, "PUT", code).json() for _ in range(2))

    assert first["code"] != second["code"]
    assert second["address"] == f"{site.url}/join/{second['code']}"
    assert [site.get(f"/join/{each['code']}").status_code for each in (first, second)] == [404, 200]
    assert send(site, "DELETE", code).status_code == 200
    assert site.get(f"/join/{second['code']}").status_code == 404


def test_links_are_made_for_who_has_none_and_again_for_all(site: RunningApp) -> None:
    first = send(site, "POST", "/invitations").json()["items"]
    second = send(site, "POST", "/invitations", {}).json()["items"]
    again = send(site, "POST", "/invitations", {"again": True}).json()["items"]

    assert (len(first), second, len(again)) == (6, [], 6)
    assert first[0]["link"].startswith(f"{site.url}/sign-in/link/")
    assert site.get(httpx.URL(first[0]["link"]).path).text.count("revoked") == 1


def test_what_a_filter_finds_is_reversed_after_a_look_and_undone(site: RunningApp) -> None:
    for number in range(3):
        site.record(external_id=f"bot-{number}", source="bot")
    kept = site.game.take()
    wish = {"source": "bot", "since": "2022-09-14", "until": "2022-09-14", "reason": "A test of the bot"}

    would = send(site, "POST", "/reversals", {**wish, "dry_run": True})
    points = site.points()[OWLS]
    done = send(site, "POST", "/reversals", wish)
    left = site.points()[OWLS]
    none = send(site, "POST", "/reversals", wish)
    undone = send(site, "POST", f"/reversals/{done.json()['id']}/undo")

    assert (would.status_code, would.json()["activities"], points) == (200, 3, 20)
    assert would.json()["teams"][0] == {"team": OWLS, "points": [20, 5], "rank": [1, 1]}
    assert (done.status_code, done.json()["activities"], left, none.status_code) == (201, 3, 5, 409)
    assert (undone.json(), site.points()[OWLS]) == ({"reinstated": 3, "stayed": 0}, 20)
    by_id = {"ids": [kept.entry.id], "reason": "One alone"}
    assert send(site, "POST", "/reversals", by_id).json()["activities"] == 1
    assert send(site, "POST", "/reversals", {"since": "2022-09-15", "reason": "x"}).status_code == 409
    assert site.game.verify() == []
