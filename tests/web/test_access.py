"""Who may do what: every route of the API with its scope, tokens that no longer count, public and signed-in boards."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from app.domain.who import SCOPES, Scope
from app.services import tokens
from tests.builders import RULES, SLUG, an_activity
from tests.web.site import API, BOTH_ENGINES, SIGNED_IN, WEEK, Site, assert_problem, until

PUBLIC = "everybody where boards are public, else read"
EVERYBODY = "everybody"
PRESENTER = "whoever holds the presenter's link"

ROUTES: dict[tuple[str, str], str] = {
    ("GET", "/api/v1/weeks"): "read",
    ("GET", "/api/v1/weeks/{week}"): "read",
    ("GET", "/api/v1/weeks/{week}/teams"): "read",
    ("GET", "/api/v1/people"): "read",
    ("GET", "/api/v1/weeks/{week}/leaderboard"): PUBLIC,
    ("GET", "/api/v1/weeks/{week}/teams/{team_id}/receipt"): PUBLIC,
    ("POST", "/api/v1/weeks/{week}/activities"): "activities:write",
    ("POST", "/api/v1/weeks/{week}/activities/batch"): "activities:write",
    ("GET", "/api/v1/weeks/{week}/activities"): "read",
    ("POST", "/api/v1/activities/{activity_id}/reversal"): "ledger:correct",
    ("POST", "/api/v1/activities/{activity_id}/reinstatement"): "ledger:correct",
    ("POST", "/api/v1/weeks/{week}/adjustments"): "ledger:correct",
    ("GET", "/api/v1/rules"): "read",
    ("POST", "/api/v1/rules/preview"): "rules:write",
    ("PUT", "/api/v1/rules"): "rules:write",
    ("GET", "/"): PUBLIC,
    ("GET", "/weeks/{week}"): PUBLIC,
    ("GET", "/weeks/{week}/summary"): PUBLIC,
    ("GET", "/weeks/{week}/summary/charts/{name}.svg"): PUBLIC,
    ("GET", "/weeks/{week}/summary/card.png"): PUBLIC,
    ("GET", "/weeks/{week}/summary/present"): PUBLIC,
    ("GET", "/weeks/{week}/summary/present/live"): PUBLIC,
    ("POST", "/weeks/{week}/summary/present"): PRESENTER,
    ("GET", "/weeks/{week}/live"): PUBLIC,
    ("GET", "/api/v1/weeks/{week}/live"): PUBLIC,
    ("GET", "/display"): EVERYBODY,
    ("GET", "/display/pairing"): EVERYBODY,
    ("GET", "/display/live"): PUBLIC,
    ("GET", "/display/pulse"): PUBLIC,
    ("GET", "/weeks/{week}/teams/{team}"): PUBLIC,
    ("GET", "/me/mark.css"): EVERYBODY,
    ("GET", "/metrics"): "read",
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/readyz"): EVERYBODY,
    ("GET", "/openapi.json"): EVERYBODY,
}
"""Every route with what it asks for. A route that is missing here fails the tests: decide first who may."""


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every route of the application, by method and path."""
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, Mount):
            yield from ((method, str(route.path)) for method in (route.methods or set()) - {"HEAD"})


def request(site: Site, method: str, template: str, places: dict[str, str], *scopes: Scope) -> int:
    """The status of a well-formed request to a route; everything it needs is there; of a stream only the head."""
    path = template.format(**places)
    if template.endswith("/live"):
        headers = {"Authorization": f"Bearer {site.token(*scopes)}"} if scopes else {}
        with site.client.stream(method, path, headers=headers) as answer:
            return answer.status_code
    return site.ask(method, path, *scopes, **body_for(template, places["team"])).status_code


def body_for(template: str, team: str) -> dict[str, Any]:
    """What a route wants to be sent."""
    match template.rpartition("/")[2]:
        case "activities":
            return {"json": an_activity()}
        case "adjustments":
            return {
                "json": {"team_id": team, "points": 1, "reason": "Fair", "external_id": an_activity()["external_id"]}
            }
        case "reversal" | "reinstatement":
            return {"json": {"reason": "Fair"}}
        case "rules" | "preview":
            return {"content": RULES}
        case _:
            return {}


def test_every_route_is_in_the_table(site: Site) -> None:
    assert set(routes(site.app)) == set(ROUTES)


@pytest.mark.parametrize("visibility", ["public", "signed-in"])
def test_every_route_lets_in_exactly_whom_the_table_says(site: Site, visibility: str) -> None:
    team, activity = site.game.team_id("Owls"), site.record().json()["id"]
    places = {"week": SLUG, "team": team, "team_id": team, "activity_id": activity, "name": "days"}
    public_means = EVERYBODY if visibility == "public" else "read"

    rules = {route: rule for route, rule in ROUTES.items() if rule != PRESENTER}

    seen = {(method, template): _who_gets_in(site, method, template, places) for method, template in rules}

    assert seen == {key: _whom(public_means if rule == PUBLIC else rule) for key, rule in rules.items()}


def _whom(needs: str) -> list[str]:
    return [EVERYBODY, *SCOPES] if needs == EVERYBODY else [scope for scope in SCOPES if scope in {needs, "admin"}]


def _who_gets_in(site: Site, method: str, template: str, places: dict[str, str]) -> list[str]:
    anonymous = request(site, method, template, places)
    found = [] if anonymous == 401 else [EVERYBODY]
    for scope in SCOPES:
        status = request(site, method, template, places, scope)
        assert status in {200, 201, 409, 403}
        found += [scope] if status != 403 else []
    return found


def test_a_refusal_says_how_to_get_in(site: Site) -> None:
    nobody = site.get(f"{API}/weeks")
    little = site.get(f"{API}/weeks", "activities:write")

    assert nobody.headers["www-authenticate"] == "Bearer"
    assert assert_problem(nobody, 401) == "Send a token with the scope read as `Authorization: Bearer …`."
    assert assert_problem(little, 403) == "The token “activities:write” lacks the scope read."


@BOTH_ENGINES
def test_tokens_that_do_not_count_are_401_everywhere(site: Site) -> None:
    strange = ["Bearer aw_unknown", "Bearer \u00ff", "bearer x", "Bearer " + "x" * 10_000, "Bearer a b"]
    answers = [
        site.get(path, headers={"Authorization": each.encode("latin-1")})
        for path in (f"{API}/weeks", f"{WEEK}/leaderboard")
        for each in strange
    ]

    sentences = {assert_problem(answer, 401) for answer in answers}

    assert sentences == {"This token is unknown or was revoked. An organizer can create a new one."}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}


def test_other_ways_to_authorize_are_no_token(site: Site) -> None:
    for given in ("Basic YWRhOnB3", "Bearer", "", "aw_x"):
        assert_problem(site.get(f"{API}/weeks", headers={"Authorization": given}), 401)


def test_an_expired_token_is_401(site: Site) -> None:
    with site.database.unit_of_work() as session:
        text = tokens.create(session, name="short", scopes=["read"], days=1, by="Olu", now=site.clock.now)
    headers = {"Authorization": f"Bearer {text}"}
    before = site.get(f"{API}/weeks", headers=headers)

    site.clock.now += timedelta(days=1)

    waited = until(lambda: site.get(f"{API}/weeks", headers=headers).status_code == 401)
    after = site.get(f"{API}/weeks", headers=headers)
    assert (before.status_code, waited < 5) == (200, True)
    assert assert_problem(after, 401) == "This token expired on 2022-09-15. An organizer can create a new one."


def test_a_revoked_token_is_401_within_five_seconds(site: Site) -> None:
    headers = {"Authorization": f"Bearer {site.token('read')}"}
    assert site.get(f"{API}/weeks", headers=headers).status_code == 200
    with site.database.unit_of_work() as session:
        tokens.revoke(session, "read", by="Olu", now=site.clock.now)

    waited = until(lambda: site.get(f"{API}/weeks", headers=headers).status_code == 401)

    assert waited < 5


def test_permission_comes_before_everything_else(site: Site) -> None:
    for path in ("weeks/q1-1999/activities", "weeks/q1-1999/adjustments", "activities/x/reversal", "rules/preview"):
        for body in (b"", b"{", b"[]", b"\xff"):
            answer = site.post(f"{API}/{path}", content=body, headers={"Content-Type": "application/json"})
            assert_problem(answer, 401)


@SIGNED_IN
def test_the_closed_door_is_a_page_for_people(site: Site) -> None:
    answers = [site.get(path) for path in ("/", f"/weeks/{SLUG}", f"/weeks/{SLUG}/summary", "/weeks/q1-1999")]

    assert {(each.status_code, each.headers["content-type"]) for each in answers} == {(401, "text/html; charset=utf-8")}
    assert {each.headers["www-authenticate"] for each in answers} == {"Bearer"}
    assert ["This board is for colleagues" in each.text for each in answers] == [True] * 4
    assert site.get(f"/weeks/{SLUG}", "read").status_code == 200
