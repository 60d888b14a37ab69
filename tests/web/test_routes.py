"""The threads of routes: no default thread opens the database, and whoever tries is refused."""

import asyncio
import re
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from app import bulkheads
from app.config import PROJECT, Settings
from app.main import create_app
from app.web.routes import DatabaseRoute

# What they wait for is no database: a file, a chart's own process, a number that SQLite keeps in memory.
IN_DEFAULT_THREADS = {"app/jobs/background.py", "app/web/summaries.py"}


def routes_of(app: FastAPI | APIRouter) -> list[APIRoute]:
    """Every route, those of included routers too."""
    found: list[APIRoute] = []
    for route in app.routes:
        if isinstance(route, APIRoute):
            found.append(route)
        elif (router := getattr(route, "original_router", None)) is not None:
            found += routes_of(router)
    return found


def test_no_route_runs_in_a_default_thread(settings: Settings) -> None:
    routes = routes_of(create_app(settings))

    assert len(routes) > 60
    assert [route.path for route in routes if not iscoroutinefunction(route.endpoint)] == []


def test_default_threads_are_asked_for_by_name_in_few_places() -> None:
    asks = re.compile(r"run_in_threadpool\(|to_thread\.run_sync\(|to_thread\(|run_in_executor\(")
    found = {
        str(path.relative_to(PROJECT)) for path in Path(PROJECT, "app").rglob("*.py") if asks.search(path.read_text())
    }

    assert found == {*IN_DEFAULT_THREADS, "app/bulkheads.py"}


def waits_in(settings: Settings, method: str) -> bulkheads.Kind | None:
    """The kind of thread that a plain function runs in which is a route for this method."""
    kinds: list[bulkheads.Kind | None] = []

    def endpoint(request: Request) -> Response:
        assert request.method == method
        permit = bulkheads.permit_for("writing", "reading")
        kinds.append(permit.kind if permit else None)
        return Response()

    app = create_app(settings)
    router = APIRouter(route_class=DatabaseRoute)
    router.add_api_route("/", endpoint, methods=[method])
    (route,) = routes_of(router)
    request = Request({"type": "http", "method": method, "app": app, "headers": []})
    asyncio.run(route.endpoint(request=request))
    return kinds[0]


@pytest.mark.parametrize(("method", "kind"), [("GET", "reading"), ("POST", "writing"), ("PUT", "writing")])
def test_plain_function_runs_in_the_threads_for_what_its_method_does(
    settings: Settings, method: str, kind: bulkheads.Kind
) -> None:
    assert waits_in(settings, method) == kind


def test_plain_function_without_the_request_is_refused_at_once() -> None:
    router = APIRouter(route_class=DatabaseRoute)

    def endpoint() -> Response:
        return Response()

    with pytest.raises(TypeError, match="its first parameter is the request"):
        router.add_api_route("/", endpoint)
