"""Gates: routers are searched as without them, but only where that can find something."""

import re

from fastapi import APIRouter, FastAPI
from starlette.routing import Match, Mount, Route

from app.main import routes
from app.web.http.gates import gate
from tests.web.running_app import RunningApp
from tests.web.test_access import routes as routes_of


def test_gate_lets_through_whatever_a_router_matches(site: RunningApp) -> None:
    paths = {re.sub(r"\{[^}]*\}", "x", path) for _, path in routes_of(site.app)}
    scopes = [
        {"type": "http", "method": "GET", "path": path + end, "root_path": ""} for path in paths for end in ("", "/")
    ]
    routers = [route for route in routes() if not isinstance(route, Route | Mount)]

    differences = [
        (scope["path"], router)
        for scope in scopes
        for router in routers
        if router.matches({**scope})[0] is not type(router).matches(router, {**scope})[0]
    ]

    assert (len(routers) > 50, differences) == (True, [])


def test_gate_does_not_ask_a_router_for_paths_of_others() -> None:
    asked = []

    class Router(APIRouter):
        def matches(self, scope):  # type: ignore[no-untyped-def] # of the framework's types
            asked.append(scope["path"])
            return super().matches(scope)

    router = Router(prefix="/weeks/{week}")
    router.get("/shifts")(lambda week: week)
    app = FastAPI(openapi_url=None)
    app.include_router(router, prefix="/api")
    [gated] = map(gate, app.routes)

    found = [
        gated.matches({"type": "http", "method": "GET", "path": path, "root_path": root})[0]
        for path, root in [("/api/weeks/q3/shifts", ""), ("/api/weeks/q3", ""), ("/x/api/weeks/q3/shifts", "/x")]
    ]

    assert found == [Match.FULL, Match.NONE, Match.FULL]
    assert asked == ["/api/weeks/q3/shifts", "/x/api/weeks/q3/shifts"]
