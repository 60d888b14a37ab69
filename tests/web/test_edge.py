"""The edge: security headers, problem documents for programs, pages for people, HEAD."""

import asyncio
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from app.web.http import render
from tests.builders import OWLS, SLUG
from tests.web.running_app import API, SIGNED_IN, WEEK, RunningApp, assert_problem, break_addresses, sign_in, until

POLICY = (
    "default-src 'none'; script-src {}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "report-uri /csp-reports; report-to csp"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "reporting-endpoints": 'csp="/csp-reports"',
}


def policies(answers: list[httpx.Response]) -> set[tuple[str, ...]]:
    """The security headers of answers: one tuple where all have the same."""
    names = [*HEADERS, "content-security-policy"]
    return {tuple(",".join(answer.headers.get_list(name)) for name in names) for answer in answers}


@pytest.mark.parametrize("vendored", [True, False])
def test_every_answer_has_the_security_headers(
    site: RunningApp, vendored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "VENDORED", "vendor" if vendored else "nowhere")
    site.app.middleware_stack = site.app.build_middleware_stack()
    site.record()
    etag = site.get(f"/weeks/{SLUG}").headers["etag"]
    team = site.game.team_id(OWLS)
    answers = [
        *(site.get(path) for path in ("/", f"/weeks/{SLUG}", f"/weeks/{SLUG}/teams/{team}", f"/weeks/{SLUG}/summary")),
        *(site.get(path) for path in (f"{WEEK}/leaderboard", "/healthz", "/readyz", "/openapi.json")),
        *(site.get(path) for path in ("/nothing", f"{API}/nothing", "/static/app.css", "/static/nothing", "/%00")),
        site.get(f"/weeks/{SLUG}", headers={"If-None-Match": etag}),
        site.get(f"/weeks/{SLUG}", headers={"HX-Request": "true"}),
        site.get(f"{API}/weeks"),
        site.get(f"{API}/weeks", "activities:write"),
        site.get("/metrics", "read"),
        site.post("/", content=b""),
        site.get(f"/weeks/{SLUG}/"),
        site.post(f"{WEEK}/activities", "activities:write", content=b" " * 2_000_000),
        site.record(kind="dance"),
    ]
    break_addresses(site, "/broken")
    answers.append(site.get("/broken"))

    statuses = {answer.status_code for answer in answers}

    source = "'self'" if vendored else " ".join(["'self'", *(f"{render.HTMX_CDN}{name}" for name in render.HTMX_FILES)])
    assert statuses == {200, 304, 307, 401, 403, 404, 405, 413, 422, 500}
    assert [answer.url for answer in answers if "cache-control" not in answer.headers] == []
    assert policies(answers) == {(*HEADERS.values(), POLICY.format(source))}


def test_unknown_addresses_are_problems_below_the_api_and_pages_elsewhere(site: RunningApp) -> None:
    for path in (f"{API}/nothing", f"{API}/", "/api/", "/api/v2/weeks", f"{API}/weeks/x/y/z"):
        assert assert_problem(site.get(path), 404) == "There’s no page at this address."
    for path in ("/nothing", "/seasons", "/apiary", "/static/nothing.css"):
        answer = site.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_a_wrong_method_is_405_and_says_which_are_right(site: RunningApp) -> None:
    api, page = site.post(f"{WEEK}/leaderboard"), site.ask("DELETE", f"/weeks/{SLUG}")

    assert assert_problem(api, 405) == "This address doesn’t take that method."
    assert (api.headers["allow"], page.status_code, page.headers["allow"]) == ("GET", 405, "GET")
    assert [site.ask("DELETE", path).headers["allow"] for path in (f"{API}/rules", f"{WEEK}/activities")] == [
        "GET, PUT",
        "GET, POST",
    ]
    assert site.ask("OPTIONS", "/static/app.css").headers["allow"] == "GET, HEAD"
    assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_no_method_edits_or_deletes_an_activity(site: RunningApp) -> None:
    activity = site.record().json()["id"]

    statuses = {
        site.ask(method, path, "admin", json={}).status_code
        for method in ("PUT", "PATCH", "DELETE")
        for path in (f"{API}/activities/{activity}", f"{WEEK}/activities", f"{WEEK}/activities/{activity}")
    }

    assert statuses <= {404, 405}
    assert site.get(f"{WEEK}/activities", "read").json()["items"][0]["id"] == activity


@pytest.mark.parametrize("path", ["/", f"/weeks/{SLUG}", f"{WEEK}/leaderboard", "/healthz", "/static/app.css"])
def test_head_is_get_without_its_body(site: RunningApp, path: str) -> None:
    whole, head = site.get(path), site.ask("HEAD", path)

    names = ("content-type", "content-length", "etag", "cache-control", "vary")
    assert (head.status_code, head.content) == (200, b"")
    assert [head.headers.get(name) for name in names] == [whole.headers.get(name) for name in names]


def test_our_own_mistake_is_a_problem_without_a_traceback(site: RunningApp, caplog: pytest.LogCaptureFixture) -> None:
    paths = (f"{API}/broken", "/broken")
    break_addresses(site, *paths)

    api, page = (site.get(path) for path in paths)

    assert assert_problem(api, 500) == "Something went wrong on our side. The server’s log has it."
    assert (page.status_code, page.headers["content-type"]) == (500, "text/html; charset=utf-8")
    assert ["secret" in answer.text or "Traceback" in answer.text for answer in (api, page)] == [False, False]
    until(lambda: len(caplog.records) == 2)
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == [
        "a bug with a secret in it"
    ] * 2


class Inline(HTMLParser):
    """Collects what a strict policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note inline scripts, style elements, style attributes, handlers and javascript: addresses."""
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(f"<{tag}>")
        self.found += [name for name in given if name == "style" or name.startswith(("on", "hx-on"))]
        self.found += [value for value in given.values() if value and value.strip().lower().startswith("javascript:")]


def test_no_page_has_anything_inline(site: RunningApp) -> None:
    site.record(kind="shift", occurred_at="2022-09-14T06:00:00-07:00")
    team = site.game.team_id(OWLS)
    paths = ["/", f"/weeks/{SLUG}", f"/weeks/{SLUG}/teams/{team}", f"/weeks/{SLUG}/summary", "/nothing"]
    parser = Inline()

    for path in paths:
        parser.feed(site.get(path).text)

    assert parser.found == []


def test_static_files_are_kept_for_ever_by_their_hash(site: RunningApp) -> None:
    named, plain = site.get(f"{render.asset('app.css')}"), site.get("/static/app.css")

    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (plain.headers["cache-control"], plain.headers["content-type"]) == ("no-cache", "text/css; charset=utf-8")


def test_static_files_end_at_their_folder(site: RunningApp) -> None:
    for path in ("/static/../app/main.py", "/static/%2e%2e/pyproject.toml", "/static/..%2fREADME.md", "/static/"):
        assert site.get(path).status_code == 404


@SIGNED_IN
def test_health_needs_no_token_and_metrics_do(site: RunningApp) -> None:
    answers = [site.get(path) for path in ("/healthz", "/readyz")]
    metrics = site.get("/metrics", "read")

    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "ok\n"), (200, "ready\n")]
    assert_problem(site.get("/metrics"), 401)
    assert (metrics.status_code, metrics.headers["content-type"].partition(";")[0]) == (200, "text/plain")


def test_https_is_asked_for_again_only_where_it_is_there(site: RunningApp) -> None:
    heard: dict[str, list[tuple[bytes, bytes]]] = {}

    async def ask(scheme: str) -> None:
        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                heard[scheme] = list(message["headers"])

        async def receive() -> Any:
            return {"type": "http.request"}

        scope = {"type": "http", "method": "GET", "path": "/healthz", "scheme": scheme, "query_string": b""}
        await site.app({**scope, "headers": [(b"host", b"localhost")]}, receive, send)

    for scheme in ("http", "https"):
        asyncio.run(ask(scheme))

    wanted = (b"strict-transport-security", b"max-age=31536000")
    assert {scheme: wanted in headers for scheme, headers in heard.items()} == {"http": False, "https": True}


def test_pages_behind_the_sign_in_are_kept_nowhere(site: RunningApp) -> None:
    olu = sign_in(site, role="owner")
    paths = ["/me", "/me/settings", "/me/mark.css", "/sign-in", "/organizer", "/organizer/people", "/organizer/nothing"]

    answers = [olu.get(path) for path in paths]

    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * len(paths)


def test_no_header_comes_twice(site: RunningApp) -> None:
    olu = sign_in(site, role="owner")

    for path in ("/", "/me", "/sign-in", "/organizer/audit", "/display", f"{WEEK}/leaderboard", "/static/app.css"):
        names = [name for name, _ in olu.get(path).headers.multi_items() if name != "set-cookie"]
        assert (path, len(names)) == (path, len(set(names)))
