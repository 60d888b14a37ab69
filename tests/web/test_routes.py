"""The threads of routes: no default thread opens the database, and whoever tries is refused."""

import ast
import asyncio
import re
from collections.abc import Callable
from inspect import iscoroutinefunction, signature
from pathlib import Path
from typing import Annotated, Any, get_origin

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from app import bulkheads
from app.config import PROJECT, Settings
from app.main import create_app
from app.web import deps
from app.web.context import AppContext
from app.web.deps import AppDatabase, AppSettings, OrganizerAct, ReadSession
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute, takes_long

# What they wait for is no database: a file, a chart's own process, a number that SQLite keeps in memory.
IN_DEFAULT_THREADS = {"app/jobs/background.py", "app/web/summaries.py"}


def routes_of(app: FastAPI | APIRouter) -> list[APIRoute]:
    """Every route, those of included routers too."""
    routes: list[APIRoute] = []
    for route in app.routes:
        if isinstance(route, APIRoute):
            routes.append(route)
        elif (router := getattr(route, "original_router", None)) is not None:
            routes += routes_of(router)
    return routes


def test_no_route_runs_in_a_default_thread(settings: Settings) -> None:
    routes = routes_of(create_app(settings))

    assert len(routes) > 60
    assert [route.path for route in routes if not iscoroutinefunction(route.endpoint)] == []


def test_default_threads_are_asked_for_by_name_in_few_places() -> None:
    asks = re.compile(r"run_in_threadpool\(|to_thread\.run_sync\(|to_thread\(|run_in_executor\(")
    found = {
        str(path.relative_to(PROJECT)) for path in Path(PROJECT, "app").rglob("*.py") if asks.search(path.read_text())
    }

    assert found == {*IN_DEFAULT_THREADS}


ASK_FOR_THE_CONTEXT = {"app/web/deps.py", "app/web/routes.py", "app/web/submit.py", "app/web/views.py"}
PUT_IT_TOGETHER = {"app/main.py", "app/web/fast_path.py", "app/web/deps.py"}


def test_routes_ask_for_parts_and_never_for_the_context() -> None:
    sources = {str(path.relative_to(PROJECT)): path.read_text() for path in Path(PROJECT, "app").rglob("*.py")}
    asks = {name for name, source in sources.items() if re.search(r"\b(context_of|installation)\(", source)}
    knows = {name for name, source in sources.items() if "from app.web.context import" in source}

    assert asks - {"app/web/context.py"} == ASK_FOR_THE_CONTEXT
    assert knows == PUT_IT_TOGETHER


READY_BOARDS = {
    "current_board", "week_board", "team_receipt", "leaderboard", "my_team", "mark", "stage", "move", "display",
    "display_preview", "display_pulse", "week_summary", "week_chart", "week_card",
}  # fmt: skip
STREAMS = {"live_board", "live", "live_shifts", "live_stage", "display_live", "export_week", "export_table"}
RECORDER = {"record"}
HOOKS = {"receive", "receive_with_key", "receive_with_slash"}
TWO_KINDS = {
    "sign_in_link",
    "slack_link",
    "ask_for_code",
    "join_team",
    "company",
    "enter",
    "mail_link",
    "show_metrics",
    "calendar_feed",
}
WAIT_FOR_NOTHING = {"alive", "brand_css", "collect", "sign_in", "come_back"}


def test_only_what_waits_for_something_else_is_async() -> None:
    names = {
        function.name
        for path in Path(PROJECT, "app/web").rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.AsyncFunctionDef)
        and any("router." in ast.unparse(each) for each in function.decorator_list)
    }

    assert names == READY_BOARDS | STREAMS | RECORDER | HOOKS | TWO_KINDS | WAIT_FOR_NOTHING


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


def handed_to(app: FastAPI, endpoint: Callable[..., Any], method: str = "POST") -> Response:
    """The answer of a function that is a route of this application, as FastAPI would call it."""
    router = APIRouter(route_class=DatabaseRoute)
    router.add_api_route("/", endpoint, methods=[method])
    (route,) = routes_of(router)
    request = Request({"type": "http", "method": method, "app": app, "headers": []})
    response: Response = asyncio.run(route.endpoint(request=request))
    return response


def test_plain_function_is_handed_the_parts_it_asks_for(settings: Settings) -> None:
    app = create_app(settings)
    seen: list[object] = []

    def endpoint(session: ReadSession, database: AppDatabase, found: AppSettings) -> Response:
        seen.extend([session.exec(text("SELECT 1")).scalar(), database, found])  # type: ignore[call-overload]
        return Response(status_code=204)

    answer = handed_to(app, endpoint)

    context = app.state.context
    assert (answer.status_code, seen) == (204, [1, context.database, context.settings])


def test_coroutine_is_handed_parts_but_opens_no_session_outside_of_a_bulkhead(settings: Settings) -> None:
    app = create_app(settings)

    async def endpoint(request: Request, database: AppDatabase) -> Response:
        assert request.app is app
        return Response(str(database is app.state.context.database))

    async def in_the_loop(session: ReadSession) -> Response:
        return Response(str(session))

    assert handed_to(app, endpoint).body == b"True"
    with pytest.raises(TypeError, match="in_the_loop is async, so it cannot have a session"):
        handed_to(app, in_the_loop)


def test_every_part_is_there() -> None:
    aliases = [alias for alias in vars(deps).values() if get_origin(alias) is Annotated]
    names = {part.name for alias in aliases for part in alias.__metadata__ if isinstance(part, deps.Part)}

    assert names - {"session"} <= set(AppContext.__slots__)
    assert len(names) > 4


@pytest.mark.parametrize("is_long", [False, True])
def test_function_that_takes_long_is_allowed_to(settings: Settings, is_long: bool) -> None:
    permits: list[bulkheads.Permit | None] = []

    def endpoint() -> Response:
        permits.append(bulkheads.permit_for("writing"))
        return Response()

    handed_to(create_app(settings), takes_long(endpoint) if is_long else endpoint)

    assert [permit is not None and permit.long for permit in permits] == [is_long]


def test_form_is_read_after_everything_that_may_refuse_the_request() -> None:
    def endpoint(form: FormState[Form], act: OrganizerAct, session: ReadSession, week: str = "") -> Response:
        return Response(f"{form}{act}{session}{week}")

    router = APIRouter(route_class=DatabaseRoute)
    router.add_api_route("/", endpoint, methods=["POST"])
    (route,) = routes_of(router)

    assert list(signature(route.endpoint).parameters) == ["request", "act", "week", "form"]
