"""The short way gives the very answers of the long one, and is taken where a board is ready."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from app.domain import who
from app.errors import Conflict, Unavailable
from app.services import tokens
from app.web.shortcut import Shortcut
from app.web.timing import USUAL
from tests.builders import SLUG, an_activity
from tests.web.site import API, SIGNED_IN, WEEK, Site, until

LEDGER = f"{WEEK}/activities"
PATHS = ["/", f"/weeks/{SLUG}", f"{WEEK}/leaderboard", f"{API}/weeks/current/leaderboard", "/weeks/unknown", "/weeks/"]
READERS: list[tuple[who.Scope, ...]] = [(), ("read",), ("activities:write",), ("admin",)]
HEADERS: list[Mapping[str, str]] = [
    {},
    {"HX-Request": "true"},
    {"If-None-Match": "*"},
    {"If-None-Match": '"another"'},
    {"Authorization": "Bearer wrong"},
    {"Authorization": "Basic YTpi"},
]
CHANGES: list[dict[str, Any]] = [{}, {"person": "nobody@example.com"}, {"kind": "sleep"}, {"colour": "red"}]


def answers(site: Site) -> list[tuple[int, dict[str, str], bytes]]:
    """What every reader gets everywhere, however they ask."""
    asked = [site.get(path, *who, headers=how) for path in PATHS for who in READERS for how in HEADERS]
    return [(each.status_code, _headers(each), each.content) for each in asked]


def _headers(answer: httpx.Response) -> dict[str, str]:
    """All but the time, and whether the connection ends: that hangs on how much of the body had come by then."""
    return {name: value for name, value in answer.headers.items() if name not in {"date", "connection"}}


def test_short_and_long_way_answer_the_same_where_boards_are_public(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.record()
    site.game.freeze()
    site.record()
    answers(site)
    short = answers(site)

    monkeypatch.setattr(Shortcut, "_answer", lambda _self, _scope: None)

    assert answers(site) == short


@SIGNED_IN
def test_short_and_long_way_answer_the_same_where_boards_are_not_public(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.record()
    answers(site)
    short = answers(site)

    monkeypatch.setattr(Shortcut, "_answer", lambda _self, _scope: None)

    assert answers(site) == short


@pytest.mark.parametrize("timing", [replace(USUAL, look=60.0, reread=60.0)])  # no news comes in between
@pytest.mark.parametrize(("path", "is_short"), [("/", True), (f"/weeks/{SLUG}", True), ("/weeks/unknown", False)])
def test_short_way_is_taken_once_a_board_is_ready(site: Site, path: str, is_short: bool) -> None:
    def walk() -> tuple[list[str], int | None]:
        site.get(path)
        return asyncio.run(walked(site, "GET", path, {}, {"type": "http.request"}))

    # The server's first look at the database is news, and may come between the two.
    until(lambda: walk() == (([], 200) if is_short else ([path], None)))


def reported(site: Site, name: str) -> list[tuple[int, dict[str, str], bytes]]:
    """What every writer hears of every report, sent at once and in chunks; the name and the ids are left out."""

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

    return [told(each, name) for each in answers()]


def told(answer: httpx.Response, name: str) -> tuple[int, dict[str, str], bytes]:
    """An answer without what differs from one report to the next."""
    content = re.sub(rb'"id":"[^"]+"', b"", answer.content.replace(name.encode(), b""))
    return answer.status_code, _headers(answer), content


async def no_short_way(_self: Shortcut, _scope: Scope, _receive: Receive) -> None:
    """Pass every report on."""


def test_short_and_long_way_answer_the_same_to_reports(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.record(external_id="so that the token is known")
    short = reported(site, "one")

    monkeypatch.setattr(Shortcut, "_record", no_short_way)

    assert reported(site, "two") == short
    assert {status for status, _, _ in short} == {200, 201, 307, 401, 403, 404, 413, 422}


@pytest.mark.parametrize("error", [ZeroDivisionError(), Unavailable("Away."), Conflict("Closed.")])
def test_short_and_long_way_say_the_same_of_what_goes_wrong(
    site: Site, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    site.record()

    async def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(site.app.state.installation.write_queue, "record", fail)
    short = told(site.record(), "")
    monkeypatch.setattr(Shortcut, "_record", no_short_way)

    assert told(site.record(), "") == short
    assert short[0] == getattr(error, "status", 500)


def test_revoked_token_soon_records_nothing_more(site: Site) -> None:
    assert site.record().status_code == 201
    with site.database.unit_of_work() as session:
        tokens.revoke(session, "activities:write", by="Olu", now=site.clock.now)

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
    site: Site, scope: who.Scope, headers: dict[str, str], message: Message, status: int | None
) -> None:
    token = site.token(scope)
    site.get(f"{WEEK}/leaderboard", scope)
    given = {"authorization": f"Bearer {token}", **headers}

    passed_on, sent = asyncio.run(walked(site, "POST", LEDGER, given, message))

    assert (passed_on, sent) == (([], status) if status else ([LEDGER], None))


async def walked(
    site: Site, method: str, path: str, headers: Mapping[str, str], message: Message
) -> tuple[list[str], int | None]:
    """What is passed on to the long way, and the status that is answered else."""
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
    await Shortcut(long_way, site.app.state.installation)(scope, receive, send)
    return passed_on, sent[0]["status"] if sent else None
