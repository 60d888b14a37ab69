"""Displays, their remote, messages and looks of teams by the API: as the pages do it, to the same screens."""

from typing import Any

import httpx
import pytest

from app.services.audit import audit
from app.services.audit.audit import Filter
from app.services.displays import plans
from tests.builders import OWLS, SLUG
from tests.web.running_app import API, RunningApp, screen_code

DISPLAYS, MESSAGES = f"{API}/displays", f"{API}/display-messages"


def send(site: RunningApp, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
    return site.ask(method, path, "admin", json=body)


def a_display(site: RunningApp, name: str = "Lobby") -> str:
    made = send(site, "POST", DISPLAYS, {"code": screen_code(), "name": name})
    assert made.status_code == 201
    return str(made.json()["id"])


def audited(site: RunningApp) -> list[str]:
    with site.database.reading() as session:
        return [entry.action for entry in audit.page(session, Filter(), cursor=None, limit=50).items][::-1]


def field_errors(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422
    return [error["field"] for error in answer.json()["errors"]]


def test_display_is_paired_listed_renamed_and_unpaired(site: RunningApp) -> None:
    display = a_display(site)
    path = f"{DISPLAYS}/{display}"

    renamed = send(site, "PATCH", path, {"name": "Hall"}).json()
    listed = site.get(DISPLAYS, "admin").json()
    gone = send(site, "DELETE", path)

    assert (renamed["name"], renamed["state"], renamed["seen_at"]) == ("Hall", "waiting", None)
    assert listed == {"items": [renamed], "next_cursor": None}
    assert (gone.status_code, site.get(DISPLAYS, "admin").json()["items"]) == (200, [])
    assert send(site, "DELETE", path).status_code == 404
    assert send(site, "PATCH", path, {"name": "Hall"}).status_code == 404


def test_pairing_refuses_a_typo_and_a_code_that_was_entered(site: RunningApp) -> None:
    code = screen_code()
    typo = send(site, "POST", DISPLAYS, {"code": "K7QM-4XPA", "name": "Lobby"})
    nameless = send(site, "POST", DISPLAYS, {"code": code, "name": "\u202e"})
    first, again = (send(site, "POST", DISPLAYS, {"code": code, "name": "Lobby"}) for _ in range(2))

    assert (field_errors(typo), field_errors(nameless)) == (["code"], ["name"])
    assert (first.status_code, again.status_code) == (201, 409)


def test_settings_change_what_is_sent_and_null_follows_all(site: RunningApp) -> None:
    path = f"{DISPLAYS}/{a_display(site)}/settings"
    send(site, "PATCH", f"{DISPLAYS}/all/settings", {"scenes": ["totals"], "size": "large"})

    send(site, "PATCH", path, {"theme": "dark", "quiet": "22:00-06:30", "scenes": ["board:20", "race"]})
    own = send(site, "PATCH", path, {"quiet": None, "timezone": "Asia/Tokyo"}).json()
    everyones = site.get(f"{DISPLAYS}/all/settings", "admin").json()

    assert {name: own[name] for name in ("theme", "size", "quiet", "timezone", "scenes")} == {
        "theme": "dark", "size": None, "quiet": None, "timezone": "Asia/Tokyo", "scenes": ["board:20", "race"],
    }  # fmt: skip
    assert (everyones["display"], everyones["scenes"], everyones["size"]) == ("all", ["totals"], "large")
    assert audited(site)[-6:] == ["display.paired", "display.changed", "rotation.changed", *["display.changed"] * 3]
    with site.database.reading() as session:
        plan = plans.wall(session).plan(own["display"])
    assert (plan.scenes, plan.size, plan.theme, plan.zone) == ("board:20,race", "large", "dark", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"theme": "pink"}, "theme"),
        ({"quiet": "22-6"}, "quiet"),
        ({"timezone": "Atlantis"}, "timezone"),
        ({"scenes": ["board", "board"]}, "scenes"),
        ({"scenes": ["board:1"]}, "scenes"),
        ({"scenes": []}, "scenes"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_settings_that_cannot_be_are_refused_at_their_field(site: RunningApp, body: dict[str, Any], field: str) -> None:
    answer = send(site, "PATCH", f"{DISPLAYS}/all/settings", body)

    assert field_errors(answer) == [field]


def test_remote_shows_pauses_and_mutes_on_one_screen_or_on_all(site: RunningApp) -> None:
    lobby, hall = a_display(site), a_display(site, "Hall")
    message = send(site, "POST", MESSAGES, {"title": "Thanks"}).json()["id"]

    def tell(target: str, **button: str) -> dict[str, Any]:
        answer = send(site, "POST", f"{DISPLAYS}/{target}/remote", button)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    shown, paused = tell(lobby, do="show", scene=message), tell("all", do="pause")
    muted = tell(hall, do="mute")

    assert (shown["shown"], paused["paused"], muted["muted"]) == (f"message-{message}", True, True)
    settings = {each: site.get(f"{DISPLAYS}/{each}/settings", "admin").json() for each in (lobby, hall, "all")}
    assert {each: (found["shown"], found["paused"], found["muted"]) for each, found in settings.items()} == {
        lobby: (f"message-{message}", True, False), hall: (None, True, True), "all": (None, True, False),
    }  # fmt: skip
    assert (tell("all", do="resume")["paused"], tell(hall, do="unmute")["muted"]) == (False, False)


@pytest.mark.parametrize(
    ("target", "body", "status"),
    [
        ("all", {"do": "show", "scene": "nothing"}, 404),
        ("all", {"do": "show"}, 404),
        ("all", {"do": "pause", "scene": "race"}, 422),
        ("all", {"do": "explode"}, 422),
        ("0" * 16, {"do": "pause"}, 404),
    ],
)
def test_remote_refuses_what_it_cannot_do(site: RunningApp, target: str, body: dict[str, str], status: int) -> None:
    assert send(site, "POST", f"{DISPLAYS}/{target}/remote", body).status_code == status


def test_message_is_written_changed_and_removed(site: RunningApp) -> None:
    made = send(site, "POST", MESSAGES, {"title": "Thanks", "kind": "thanks", "until": "2022-09-16T17:00:00-07:00"})
    path = f"{MESSAGES}/{made.json()['id']}"

    changed = send(site, "PATCH", path, {"title": "Thank you", "text": "For the 6 a.m. shift"}).json()
    listed = site.get(MESSAGES, "admin").json()["items"]
    forever = send(site, "PATCH", path, {"until": None}).json()
    removed = send(site, "DELETE", path)

    assert (made.status_code, removed.status_code, listed) == (201, 200, [changed])
    assert (changed["kind"], changed["title"], changed["text"], changed["until"]) == (
        "thanks", "Thank you", "For the 6 a.m. shift", "2022-09-17T00:00:00.000000Z",
    )  # fmt: skip
    assert (forever["until"], forever["title"]) == (None, "Thank you")
    assert (site.get(MESSAGES, "admin").json()["items"], send(site, "DELETE", path).status_code) == ([], 404)


@pytest.mark.parametrize("body", [{"title": ""}, {"title": "x" * 81}, {"title": "x", "link": "javascript:alert(1)"}])
def test_message_that_cannot_be_is_refused(site: RunningApp, body: dict[str, str]) -> None:
    assert send(site, "POST", MESSAGES, body).status_code == 422


def test_look_of_a_team_is_chosen_field_by_field_and_told_with_the_teams(site: RunningApp) -> None:
    path = f"{API}/weeks/{SLUG}/teams/{site.game.team_id(OWLS)}/look"

    send(site, "PATCH", path, {"colour": "violet", "emblem": "🦉"})
    changed = send(site, "PATCH", path, {"emblem": "OW"}).json()
    teams = site.get(f"{API}/weeks/{SLUG}/teams", "read").json()["items"]
    back = send(site, "PATCH", path, {"colour": None}).json()

    assert (changed["team"], changed["colour"], changed["emblem"]) == (OWLS, "Violet", "OW")
    assert changed in teams
    assert (back["colour"], back["emblem"]) == (None, "OW")
    assert field_errors(send(site, "PATCH", path, {"colour": "mud"})) == ["colour"]
    assert field_errors(send(site, "PATCH", path, {"emblem": "OWL"})) == ["emblem"]
    site.game.freeze()
    assert send(site, "PATCH", path, {"emblem": "OO"}).status_code == 409
