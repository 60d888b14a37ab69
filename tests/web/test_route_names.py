"""Addresses by their routes: what logs, the audit and figures may name."""

import re

import pytest
from starlette.requests import Request

from app.web.http.route_names import NOWHERE, route_of
from tests.web.running_app import RunningApp
from tests.web.test_access import routes

SECRET = "al_" + "x" * 43


def test_of_every_address_holds_nothing_of_it(site: RunningApp) -> None:
    named = site.app.state.routes
    paths = {path for _, path in routes(site.app)}

    found = {path: named.of(re.sub(r"\{[^}]*\}", SECRET, path)) for path in paths}

    assert {path: route for path, route in found.items() if route != path} == {}


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/static/app.css", "/static/{path}"),
        (f"/static/{SECRET}/x", "/static/{path}"),
        (f"/nowhere/{SECRET}", NOWHERE),
        (f"/sign-in/link/{SECRET}/", NOWHERE),
        (f"/sign-in/link/{SECRET}/{SECRET}", NOWHERE),
        ("", NOWHERE),
        ("*", NOWHERE),
        ("/", "/"),
        ("/openapi.json", "/openapi.json"),
    ],
)
def test_of_what_is_no_route_names_none(site: RunningApp, path: str, route: str) -> None:
    assert site.app.state.routes.of(path) == route


def test_route_of_a_request_is_its_route_whatever_it_asks_besides(site: RunningApp) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/sign-in/link/{SECRET}",
        "query_string": SECRET.encode(),
        "headers": [],
        "app": site.app,
    }

    assert route_of(Request(scope)) == "/sign-in/link/{secret}"
