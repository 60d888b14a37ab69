"""The table of areas: every route has one, every row is tried over HTTP."""

from dataclasses import replace

import httpx
import pytest
from starlette.requests import Request
from starlette.routing import Mount

from app.web.access import credentials_in
from app.web.http.areas import AREAS, Area, find_area
from tests.builders import GUS, SLUG
from tests.web.running_app import PROBLEM, WEEK, RunningApp, sign_in
from tests.web.test_access import routes

PAGE = "text/html; charset=utf-8"
BY_PREFIX = {area.prefix: area for area in AREAS}
WITHOUT_ROUTES = {"/api"}
each_area = pytest.mark.parametrize("area", AREAS, ids=list(BY_PREFIX))
TAKERS = {
    "/api/v1": f"{WEEK}/activities",
    "/organizer": "/organizer/weeks",
    "/me": "/me/log",
    "/sign-in": "/sign-in/link/x",
    "/sign-in/slack": "/sign-in/slack/x",
    "/sign-out": "/sign-out",
    "/join": "/join/x",
    "/display": "/display/pairing",
    "/": f"/weeks/{SLUG}/summary/present",
}
"""A route of each area that reads a body."""


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("/", "/"), ("", "/"), ("//", "/"), ("//api/v1/weeks", "/"), ("/weeks/x", "/"), ("nowhere", "/"),
        ("/me", "/me"), ("/me/", "/me"), ("/me/log", "/me"), ("/metrics", "/metrics"), ("/media", "/"),
        ("/me.css", "/"), ("/Me", "/"), ("/sign-in", "/sign-in"), ("/sign-in/x", "/sign-in"), ("/sign-inside", "/"),
        ("/api", "/api"), ("/api/", "/api"), ("/api/v2/weeks", "/api"), ("/api//v1", "/api"), ("/apiary", "/"),
        ("/api/v1", "/api/v1"), ("/api/v1/", "/api/v1"), ("/api/v1/weeks/x", "/api/v1"), ("/api/v1x/weeks", "/api"),
        ("/weeks/me/log", "/"), ("/organizer" + "/x" * 50_000, "/organizer"), ("/openapi.json", "/openapi.json"),
    ],
)  # fmt: skip
def test_find_area_takes_the_longest_prefix_that_ends_at_a_slash(path: str, prefix: str) -> None:
    assert find_area(path) == BY_PREFIX[prefix]


def test_every_route_has_an_area_and_every_area_a_route(site: RunningApp) -> None:
    paths = [path for _, path in routes(site.app)]
    mounts = [str(route.path) for route in site.app.routes if isinstance(route, Mount)]

    used = {find_area(path).prefix for path in [*paths, *mounts]}

    assert used == set(BY_PREFIX) - WITHOUT_ROUTES


def below(area: Area) -> str:
    """An address of an area at which there is nothing."""
    return f"{area.prefix.rstrip('/')}/there/is/nothing"


@each_area
def test_area_decides_how_a_refusal_reads_and_who_keeps_it(site: RunningApp, area: Area) -> None:
    answer = site.get(below(area))

    assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (
        404, PAGE if area.refusal == "page" else PROBLEM, area.cache,
    )  # fmt: skip


@each_area
def test_area_decides_whether_a_form_has_to_come_from_here(site: RunningApp, area: Area) -> None:
    def send(**headers: str) -> int:
        return site.client.post(below(area), headers=headers).status_code

    statuses = {send(), send(Origin="https://evil.example"), send(**{"Sec-Fetch-Site": "cross-site"})}

    assert (statuses == {403}, send(Origin=site.url) == 403) == (area.csrf, False)


@each_area
def test_area_decides_whether_any_host_will_do(site: RunningApp, area: Area) -> None:
    answer = site.get(below(area), headers={"Host": "evil.example"})

    assert answer.status_code == (404 if area.any_host else 421)


@each_area
def test_area_decides_what_counts_as_a_credential(area: Area) -> None:
    shown = (b"cookie", b"plain-display=ad_x; plain-sign-in=as_x")
    scope = {"type": "http", "method": "GET", "path": below(area), "scheme": "http", "query_string": b""}

    by_cookie = credentials_in(Request({**scope, "headers": [shown]}))
    by_both = credentials_in(Request({**scope, "headers": [shown, (b"authorization", b"Bearer aw_x")]}))

    assert [credential.kind for credential in by_cookie] == [kind for kind in area.credentials if kind != "token"]
    assert [credential.kind for credential in by_both] == (["token"] if "token" in area.credentials else [])


@pytest.mark.parametrize("prefix", TAKERS)
def test_area_decides_how_large_a_body_may_be(site: RunningApp, prefix: str) -> None:
    gus = sign_in(site, GUS, "owner")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    token = {"Authorization": f"Bearer {site.token('activities:write')}"} if prefix == "/api/v1" else {}

    def send(size: int) -> httpx.Response:
        return gus.ask("POST", TAKERS[prefix], content=b"x" * size, headers=headers | token)

    largest = BY_PREFIX[prefix].body
    assert (send(largest).status_code == 413, send(largest + 1).status_code) == (False, 413)


def test_area_of_organizers_leads_their_sign_in_back_there(site: RunningApp) -> None:
    homes = {area.prefix: area.home for area in AREAS if area != replace(area, home="board")}

    organizers = ("/organizer", "/organizer/guide", "/organizer/rules")
    assert homes == {**dict.fromkeys(organizers, "organizer"), "/me": "me"}
    assert 'href="/sign-in?to=organizer"' in site.get("/organizer").text
