"""The short way gives the very answers of the long one, and is taken where a board is ready."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from app.domain import who
from app.web.shortcut import Shortcut
from tests.builders import SLUG
from tests.web.site import API, SIGNED_IN, WEEK, Site

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


def answers(site: Site) -> list[tuple[int, dict[str, str], bytes]]:
    """What every reader gets everywhere, however they ask."""
    asked = [site.get(path, *who, headers=how) for path in PATHS for who in READERS for how in HEADERS]
    return [(each.status_code, _headers(each), each.content) for each in asked]


def _headers(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}


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


@pytest.mark.parametrize(("path", "is_short"), [("/", True), (f"/weeks/{SLUG}", True), ("/weeks/unknown", False)])
def test_short_way_is_taken_once_a_board_is_ready(site: Site, path: str, is_short: bool) -> None:
    site.get(path)
    passed_on: list[str] = []
    sent: list[Message] = []

    async def long_way(scope: Scope, _receive: Receive, _send: Send) -> None:
        passed_on.append(scope["path"])

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    shortcut = Shortcut(long_way, site.app.state.installation)
    asyncio.run(shortcut({"type": "http", "method": "GET", "path": path, "headers": []}, receive, send))

    assert (passed_on, [message.get("status") for message in sent]) == ([], [200, None]) if is_short else ([path], [])
