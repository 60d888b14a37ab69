"""Authorization: every route tried by every role, and by tokens that no longer count."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from app.config import Settings
from app.domain import actor as actors
from app.domain.actor import SCOPES
from app.errors import SignInNeeded
from app.services.access import tokens
from app.web.access import Access, decide
from app.web.http.areas import find_area
from tests.builders import ADA, SLUG, act_by
from tests.web.role_clients import RoleClients
from tests.web.route_access import PEOPLE, ROUTES, Role, expected
from tests.web.running_app import API, BOTH_ENGINES, SIGNED_IN, WEEK, RunningApp, assert_problem, sign_in, until

ROUTED = {
    "own_activity": "activity",
    "own_log": "activity",
    "ledger_entry": "activity_id",
    "draft_week": "week",
    "open_week": "week",
    "archived_week": "week",
    "played_week": "week",
    "rehearsed_week": "week",
    "closed_week": "week",
    "frozen_week": "week",
    "empty_team": "team",
    "empty_team_id": "team_id",
    "own_shift": "shift_id",
    "full_shift": "shift_id",
    "waited_shift": "shift_id",
    "offered_seat": "sign_up_id",
    "person_in_team": "person",
    "member_id": "person_id",
    "own_entry": "entry",
    "due_card": "card_id",
    "own_review": "review_id",
    "mates_activity": "activity",
    "keyed_connection": "connection",
    "asked_connection": "connection",
    "hidden_entry": "entry",
    "ada": "person_id",
    "invited": "person_id",
    "display_id": "display",
    "unmatched_id": "delivery_id",
}


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every route of the application, by method and path."""
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, Mount):
            yield from ((method, str(route.path)) for method in (route.methods or set()) - {"HEAD"})


def test_every_route_is_in_the_table(site: RunningApp) -> None:
    assert set(routes(site.app)) == {(method, _as_routed(path)) for method, path in ROUTES}


def _as_routed(path: str) -> str:
    """The table names what a placeholder wants; the route may call it something else."""
    for wanted, called in ROUTED.items():
        path = path.replace(f"{{{wanted}}}", f"{{{called}}}")
    return path


@pytest.mark.timeout(180)  # every route times every role
@pytest.mark.parametrize("visibility", ["public", "signed-in"])
@pytest.mark.parametrize("roles", [PEOPLE, SCOPES], ids=["people", "tokens"])
def test_every_door_lets_in_exactly_whom_the_table_says(
    site: RunningApp, visibility: str, roles: tuple[Role, ...]
) -> None:
    """Every door where boards are for colleagues; where they are public, those that let in others than there."""
    site.game.take()  # so that charts have something to draw
    stage, is_public = RoleClients(site), visibility == "public"
    doors = {key: door for key, door in ROUTES.items() if not is_public or door.rule == "boards" or door.closed}
    wanted = {
        (*key, role): expected(door, role, key[1], public=is_public) for key, door in doors.items() for role in roles
    }

    seen = {
        (*key, role): stage.ask(*key, door, role, is_refused=wanted[*key, role] in {401, 403})
        for key, door in doors.items()
        for role in roles
    }

    assert {key: status for key, status in seen.items() if status != wanted[key]} == {}


def test_a_refusal_says_how_to_get_in(site: RunningApp) -> None:
    nobody = site.get(f"{API}/weeks")
    little = site.get(f"{API}/weeks", "activities:write")

    assert nobody.headers["www-authenticate"] == "Bearer"
    assert assert_problem(nobody, 401) == "Send a token with the scope read as `Authorization: Bearer …`."
    assert assert_problem(little, 403) == "The token “activities:write” lacks the scope read."


@BOTH_ENGINES
def test_tokens_that_do_not_count_are_401_everywhere(site: RunningApp) -> None:
    strange = ["Bearer aw_unknown", "Bearer \u00ff", "bearer x", "Bearer " + "x" * 10_000, "Bearer a b"]
    answers = [
        site.get(path, headers={"Authorization": each.encode("latin-1")})
        for path in (f"{API}/weeks", f"{WEEK}/leaderboard")
        for each in strange
    ]

    sentences = {assert_problem(answer, 401) for answer in answers}

    assert sentences == {"This token is unknown or was revoked. An organizer can create a new one."}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


def test_other_ways_to_authorize_are_no_token(site: RunningApp) -> None:
    for given in ("Basic YWRhOnB3", "Bearer", "", "aw_x"):
        assert_problem(site.get(f"{API}/weeks", headers={"Authorization": given}), 401)


def test_an_expired_token_is_401(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        text = tokens.create(session, act_by("Olu", site.clock.now), name="short", scopes=["read"], days=1)
    headers = {"Authorization": f"Bearer {text}"}
    before = site.get(f"{API}/weeks", headers=headers)

    site.clock.now += timedelta(days=1)

    waited = until(lambda: site.get(f"{API}/weeks", headers=headers).status_code == 401)
    after = site.get(f"{API}/weeks", headers=headers)
    assert (before.status_code, waited < 5) == (200, True)
    assert assert_problem(after, 401) == "This token expired on 2022-09-15. An organizer can create a new one."


def test_a_revoked_token_is_401_within_five_seconds(site: RunningApp) -> None:
    headers = {"Authorization": f"Bearer {site.token('read')}"}
    assert site.get(f"{API}/weeks", headers=headers).status_code == 200
    with site.database.unit_of_work() as session:
        tokens.revoke(session, "read", act_by("Olu", site.clock.now))

    waited = until(lambda: site.get(f"{API}/weeks", headers=headers).status_code == 401)

    assert waited < 5


def test_permission_comes_before_everything_else(site: RunningApp) -> None:
    for path in ("weeks/q1-1999/activities", "weeks/q1-1999/adjustments", "activities/x/reversal", "rules/preview"):
        for body in (b"", b"{", b"[]", b"\xff"):
            answer = site.post(f"{API}/{path}", content=body, headers={"Content-Type": "application/json"})
            assert_problem(answer, 401)


@SIGNED_IN
def test_the_closed_door_is_a_page_for_people(site: RunningApp) -> None:
    answers = [site.get(path) for path in ("/", f"/weeks/{SLUG}", f"/weeks/{SLUG}/summary", "/weeks/q1-1999")]

    assert {(answer.status_code, answer.headers["content-type"]) for answer in answers} == {
        (401, "text/html; charset=utf-8")
    }
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    assert ["This board is for colleagues" in answer.text for answer in answers] == [True] * 4
    assert site.get(f"/weeks/{SLUG}", "read").status_code == 200


@SIGNED_IN
def test_the_closed_door_of_a_page_beside_the_board_says_what_it_is_and_leads_back(site: RunningApp) -> None:
    week = f"/weeks/{SLUG}"
    beside = [f"{week}/shifts", f"{week}/shifts/{'0' * 16}", "/guide", f"{week}/guestbook"]
    paths = ["/shifts", *beside, week, "/", "/me/log"]
    doors = [site.get(path).text for path in [*paths, f"{week}/nothing/here"]]
    ways = [re.findall(r'href="/sign-in\?to=([^"]+)"', door) for door in doors]
    ada = sign_in(site, ADA)

    onward = [ada.get(f"/sign-in?to={way}").headers["location"] for way, *_ in filter(None, ways)]

    assert onward == paths
    assert ["The guestbook is for colleagues" in door for door in doors] == [False] * 4 + [True] + [False] * 4


def test_the_closed_door_leads_back_to_where_it_stands(site: RunningApp) -> None:
    doors = [site.get(path).text for path in ("/organizer/people", "/me", "/me/log", "/media")]

    ways = [re.findall(r'href="/sign-in\?to=(\w+)"', door) for door in doors]

    assert ways == [["organizer_people"], ["me"], ["log_form"], []]


def test_decide_takes_no_credential_that_does_not_count_in_the_area(settings: Settings) -> None:
    members_only = settings.changed(board_visibility="signed-in")
    owner, screen = actors.person("Olu", "0" * 16, "owner"), actors.display("Lobby", "1" * 16)

    for actor in (owner, screen):
        assert decide(find_area("/weeks/x"), actor, members_only).needs in {"admin", "read"}
        with pytest.raises(SignInNeeded):
            decide(find_area("/api/v1/weeks"), actor, members_only)


def test_decide_gives_a_stream_no_more_than_was_asked_for(settings: Settings) -> None:
    area, members_only = find_area("/api/v1/weeks"), settings.changed(board_visibility="signed-in")
    public = settings.changed(board_visibility="public")
    reader, admin = actors.token("tool", ["read"]), actors.token("tool", ["admin"])

    assert decide(area, None, public) == Access("public", None)
    assert decide(area, reader, members_only) == Access("public", "read")
    assert decide(area, admin, public) == Access("organizers", "admin")
    assert decide(area, admin, public, preview=True) == Access("public", None)
