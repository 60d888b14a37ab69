"""The short way gives the very answers of the long one, and is taken where a board is ready."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import product
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from app.domain import actor
from app.errors import Conflict, Unavailable
from app.live.timing import Timing
from app.services.access import tokens
from app.web.fast_path import Shortcut
from tests.builders import DUA, SLUG, act_by, an_activity
from tests.web.reading import without_id
from tests.web.role_clients import RoleClients
from tests.web.route_access import Role
from tests.web.running_app import API, WEEK, RunningApp, serving, until
from tests.web.viewing import STILL, watching

LEDGER = f"{WEEK}/activities"
READERS: list[tuple[actor.Scope, ...]] = [(), ("read",), ("activities:write",), ("admin",)]
CHANGES: list[dict[str, Any]] = [{}, {"person": "nobody@example.com"}, {"kind": "sleep"}, {"colour": "red"}]


@pytest.fixture
def long_site(site: RunningApp, timing: Timing) -> Iterator[RunningApp]:
    """Another server on the same week and with the same tokens, without the shortcut."""
    with serving(site.app.state.context.settings, site.clock, timing=timing, has_shortcut=False) as another:
        yield replace(site, app=another.app, url=another.url, client=another.client)


def _headers(answer: httpx.Response) -> dict[str, str]:
    """Headers without the server’s own: date, address, id, and whether a body it did not read had come by then."""
    here = f"{answer.url.scheme}://{answer.url.netloc.decode()}"
    own = {"date", "connection", "x-request-id"}
    return {name: value.replace(here, "") for name, value in answer.headers.items() if name not in own}


@pytest.mark.parametrize("timing", [STILL])
@pytest.mark.parametrize(("path", "is_short"), [("/", True), (f"/weeks/{SLUG}", True), ("/weeks/unknown", False)])
def test_short_way_is_taken_once_a_board_is_ready(site: RunningApp, path: str, is_short: bool) -> None:
    def walk() -> tuple[list[str], int | None]:
        site.get(path)
        return asyncio.run(walked(site, "GET", path, {}, {"type": "http.request"}))

    # The server's first look at the database is news, and may come between the two.
    until(lambda: walk() == (([], 200) if is_short else ([path], None)))


def reported(site: RunningApp, name: str) -> list[tuple[int, dict[str, str], bytes]]:
    """The answer to every report of every writer, sent at once and in chunks, without name and ids."""

    def answers() -> Iterator[httpx.Response]:
        for changes in CHANGES:
            report = json.dumps(an_activity(external_id=name, **changes)).encode()
            padded, too_large = report + b" " * 100_000, report + b" " * 1_048_576
            for body in (report, report, padded, report[:-1], b"", b"[]", b"\xff", too_large):
                yield site.post(LEDGER, "activities:write", content=body)
                yield site.post(LEDGER, "activities:write", content=iter([body]))
            for writer in READERS:
                yield site.post(LEDGER, *writer, content=report)
            for path in (f"{API}/weeks/unknown/activities", f"{API}/weeks/current/activities", f"{LEDGER}/"):
                yield site.post(path, "activities:write", content=report)

    return [told(answer, name) for answer in answers()]


def told(answer: httpx.Response, name: str) -> tuple[int, dict[str, str], bytes]:
    """An answer without what differs from one report to the next."""
    content = re.sub(rb'"id":"[^"]+"', b"", without_id(answer).replace(name.encode(), b""))
    return answer.status_code, _headers(answer), content


def test_short_and_long_way_answer_the_same_to_reports(site: RunningApp, long_site: RunningApp) -> None:
    site.record(external_id="so that the token is known")

    short, long = reported(site, "report-1"), reported(long_site, "report-2")

    assert long == short
    assert {status for status, _, _ in short} == {200, 201, 307, 401, 403, 404, 413, 422}


@pytest.mark.parametrize("error", [ZeroDivisionError(), Unavailable("Away."), Conflict("Closed.")])
def test_short_and_long_way_say_the_same_of_what_goes_wrong(
    site: RunningApp, long_site: RunningApp, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fail(*_: object) -> None:
        raise error

    for each in (site, long_site):
        each.record()
        monkeypatch.setattr(each.app.state.context.write_queue, "record", fail)

    short, long = told(site.record(), ""), told(long_site.record(), "")

    assert long == short
    assert short[0] == getattr(error, "status", 500)


def test_revoked_token_soon_records_nothing_more(site: RunningApp) -> None:
    assert site.record().status_code == 201
    with site.database.unit_of_work() as session:
        tokens.revoke(session, "activities:write", act_by("Olu", site.clock.now))

    until(lambda: site.record(external_id="after").status_code == 401, 5)

    assert site.record(external_id="much later").status_code == 401


SMALL = {"content-length": "2"}


@pytest.mark.parametrize(
    ("scope", "headers", "message", "status"),
    [
        ("activities:write", SMALL, {"type": "http.request", "body": b"{}"}, 422),
        ("read", SMALL, {"type": "http.request", "body": b"{}"}, None),
        ("activities:write", {}, {"type": "http.request", "body": b"{}"}, None),
        ("activities:write", {"content-length": "0"}, {"type": "http.request"}, None),
        ("activities:write", {"content-length": "100000"}, {"type": "http.request", "body": b"{}"}, None),
        ("activities:write", {**SMALL, "authorization": "Bearer wrong"}, {"type": "http.request", "body": b"{}"}, None),
        ("activities:write", SMALL, {"type": "http.disconnect"}, None),
    ],
)
def test_short_way_is_taken_by_small_reports_of_known_writers(
    site: RunningApp, scope: actor.Scope, headers: dict[str, str], message: Message, status: int | None
) -> None:
    token = site.token(scope)
    site.get(f"{WEEK}/leaderboard", scope)
    given = {"authorization": f"Bearer {token}", **headers}

    passed_on, sent = asyncio.run(walked(site, "POST", LEDGER, given, message))

    assert (passed_on, sent) == (([], status) if status else ([LEDGER], None))


async def walked(
    site: RunningApp, method: str, path: str, headers: Mapping[str, str], message: Message
) -> tuple[list[str], int | None]:
    """The requests passed on to the routes, or the status answered instead."""
    passed_on: list[str] = []
    sent: list[Message] = []

    async def long_way(scope: Scope, _receive: Receive, _send: Send) -> None:
        passed_on.append(scope["path"])

    async def receive() -> Message:
        return message

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw}
    await Shortcut(long_way, site.app.state.context)(scope, receive, send)
    return passed_on, sent[0]["status"] if sent else None


STREAMS = (f"/weeks/{SLUG}/live", "/weeks/current/live", f"{WEEK}/live", f"{API}/weeks/current/live")


def opened(site: RunningApp, path: str, shown: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
    """The head and the first event of a stream; of a refusal everything."""
    with site.client.stream("GET", path, headers=dict(shown)) as answer:
        body = b""
        for part in answer.iter_bytes():
            body += part
            if answer.status_code == 200 and body.endswith(b"\n\n"):
                break
        headers = {name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}
        return answer.status_code, headers, body.replace(answer.headers["x-request-id"].encode(), b"")


def issues_in(body: bytes) -> int:
    """The number of issues in a board's first event, as JSON or as a page's part."""
    match = re.search(rb'"totals":[^}]*"issue":(\d+)|data-count="total-issue" data-value="(\d+)"', body)
    assert match is not None
    return int(match[1] or match[2])


@contextmanager
def watched(site: RunningApp, *shown: Mapping[str, str]) -> Iterator[None]:
    """Somebody who shows these things looks at every stream already, so that it is ready for others."""
    with ExitStack() as stack:
        for path, actor in product(STREAMS, shown):
            stack.enter_context(watching(site, path, **actor)).get(timeout=10)
        yield


@pytest.mark.parametrize("timing", [STILL])
@pytest.mark.parametrize("visibility", ["public", "signed-in"])
def test_streams_begin_alike_on_both_ways_whoever_opens_them(site: RunningApp, long_site: RunningApp) -> None:
    site.record()
    site.game.freeze()
    site.record(person=DUA)
    stage = RoleClients(site)
    people: tuple[Role, ...] = ("visitor", "player", "organizer", "display", "disabled")
    roles: tuple[Role, ...] = (*people, "read", "activities:write", "admin")
    shown = {role: stage.shown_by(role) for role in roles}

    with watched(site, shown["admin"], shown["read"]), watched(long_site, shown["admin"], shown["read"]):
        for role, path in product(roles, STREAMS):
            opened(site, path, shown[role])  # now whoever it is is known
            assert opened(site, path, shown[role]) == opened(long_site, path, shown[role]), (role, path)


@pytest.mark.parametrize("timing", [STILL])
@pytest.mark.parametrize("path", STREAMS)
def test_stream_shows_the_public_a_frozen_board_whoever_watches_already(site: RunningApp, path: str) -> None:
    site.record()
    before = opened(site, path, {})
    site.game.freeze()
    site.record(person=DUA)
    organizer = {"Authorization": f"Bearer {site.token('admin')}"}
    site.get(f"{WEEK}/leaderboard", "admin")

    with watched(site, organizer):
        frozen, live = opened(site, path, {}), opened(site, path, organizer)

    assert [issues_in(answer[2]) for answer in (before, frozen, live)] == [1, 1, 2]


@pytest.mark.parametrize("timing", [replace(STILL, shortest_gap=60)])
@pytest.mark.parametrize("path", STREAMS)
def test_stream_begins_with_what_is_acknowledged_though_its_viewers_still_have_an_older_board(
    site: RunningApp, path: str
) -> None:
    with watching(site, path) as events:
        events.get(timeout=10)
        site.record()
        events.get(timeout=10)  # and the next one in a minute
        site.record()
        site.get(f"{API}/weeks/current/leaderboard")

        _, _, body = opened(site, path, {})

    assert issues_in(body) == 2
