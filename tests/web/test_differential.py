"""The short way and the long one, side by side: whoever asks for whatever in whatever way gets the same answer."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import unquote

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import Settings
from app.main import create_app
from tests.builders import DUA, SLUG, Game, an_activity
from tests.tls import NO_TLS
from tests.web.role_clients import RoleClients
from tests.web.route_access import ROLES, ROUTES
from tests.web.running_app import API, WEEK, RunningApp, SettableClock
from tests.web.viewing import STILL

BOARDS = ("/", f"/weeks/{SLUG}", "/weeks/current", f"{WEEK}/leaderboard", f"{API}/weeks/current/leaderboard")
STREAMS = (f"/weeks/{SLUG}/live", "/weeks/current/live", f"{WEEK}/live", f"{API}/weeks/current/live")
TARGETS = (
    *BOARDS, *STREAMS,
    "/?", "/?x=1", f"/weeks/{SLUG}?as=public", f"/weeks/{SLUG}?as=nobody", f"/weeks/{SLUG}/live?as=public",
    f"{WEEK}/leaderboard?x=1", f"{WEEK}/leaderboard?as=public", f"{WEEK}/live?as=public", f"{WEEK}/live?since=1",
    "/weeks/unknown", "/weeks/unknown/live", f"{API}/weeks/unknown/leaderboard", f"{API}/weeks/unknown/live",
    "/weeks/", f"/weeks/{SLUG}/", f"/weeks/{SLUG}/live/", "//", f"/weeks/{SLUG.upper()}", f"/weeks/{SLUG}%0A",
    "/weeks/q3%2D2022", f"/weeks/{SLUG}%2Flive", f"/weeks/{SLUG}/teams", f"{WEEK}/leaderboard/",
)  # fmt: skip
"""Addresses that the fast path knows, and lookalikes."""
WAYS: tuple[dict[str, str], ...] = (
    {"HX-Request": "true"},
    {"HX-Request": "false"},
    {"HX-Request": "true", "HX-Request-Type": "full"},
    {"HX-Request": "true", "HX-Boosted": "true"},
    {"HX-Request": "true", "HX-History-Restore-Request": "true"},
    {"If-None-Match": "*"},
    {"If-None-Match": '"another"'},
    {"If-None-Match": "{etag}"},
    {"If-None-Match": 'W/{etag}, "another"'},
    {"If-None-Match": "{etag}", "HX-Request": "true"},
    {"Accept": "application/json"},
    {"Accept": "text/event-stream", "Last-Event-ID": "1"},
    {"Accept-Encoding": "gzip, br"},
    {"Range": "bytes=0-9"},
    {"X-Forwarded-For": "192.0.2.9"},
)
MORE_SHOWN: dict[str, dict[str, str]] = {
    "wrong token": {"Authorization": "Bearer aw_wrong"},
    "no token": {"Authorization": "Bearer"},
    "another scheme": {"Authorization": "Basic YTpi"},
    "strange cookie": {"Cookie": "plain-sign-in=; other=1"},
}
ACTIVITY = re.compile("{(?:own_activity|ledger_entry)}")
CURIOUS = ("visitor", "read", "organizer")
"""The readers, and every way in which they authenticate."""


class Answer(NamedTuple):
    """All that a client sees of an answer; of a stream its first message."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


@dataclass
class Counting:
    """Counts what comes through to the framework."""

    app: ASGIApp
    seen: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note an address and pass it on."""
        if scope["type"] == "http":
            self.seen.append(scope["path"])
        await self.app(scope, receive, send)


async def ask(app: FastAPI, target: str, shown: dict[str, str], sent: bytes | None = None) -> Answer:
    """One GET, or a POST of what is sent, past the server that would add a date."""
    path, _, query = target.partition("?")
    headers = [(b"host", b"localhost"), *((name.lower().encode(), value.encode()) for name, value in shown.items())]
    if sent is not None:
        headers.append((b"content-length", str(len(sent)).encode()))
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET" if sent is None else "POST", "scheme": "http",
        "root_path": "", "headers": headers,
        "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(),
        "state": {"request_id": "0123456789abcdef"},
        "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 80), "asgi": {"version": "3.0", "spec_version": "2.3"},
    }  # fmt: skip
    messages: list[Message] = []

    bodies = iter([sent or b""])

    async def receive() -> Message:
        for body in bodies:
            return {"type": "http.request", "body": body, "more_body": False}
        await asyncio.Event().wait()  # the reader stays: a stream listens for its going while it sends
        raise AssertionError("nobody leaves")

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    start, *rest = messages
    return Answer(start["status"], sorted(start["headers"]), b"".join(mapping.get("body", b"") for mapping in rest))


@dataclass
class Pair:
    """Two applications on one database, with the shortcut and without, and somebody of every role."""

    short: FastAPI
    long: FastAPI
    passed_on: list[str]
    stage: RoleClients

    async def answers(
        self, target: str, shown: dict[str, str], sent: bytes | None = None
    ) -> tuple[Answer, Answer, bool]:
        """Both answers, and whether the first one took the fast path."""
        before = len(self.passed_on)
        short = await ask(self.short, target, shown, sent)
        is_short = len(self.passed_on) == before
        return short, await ask(self.long, target, shown, sent), is_short

    def run(self, play: Callable[[], Awaitable[Any]]) -> Any:
        """Play something while both are up."""

        async def up() -> Any:
            async with AsyncExitStack() as stack:
                for app in (self.short, self.long):
                    await stack.enter_async_context(app.router.lifespan_context(app))
                return await play()

        return asyncio.run(up())


@pytest.fixture
def pair(game: Game, settings: Settings, visibility: str, clock: SettableClock) -> Iterator[Pair]:
    """Both on the standard week."""
    assert game.slug == SLUG
    known, passed_on = settings.changed(board_visibility=visibility), list[str]()
    short = create_app(known, clock=clock, timing=STILL)
    short.add_middleware(Counting, seen=passed_on)
    long = create_app(known, clock=clock, timing=STILL, has_shortcut=False)
    with httpx.Client(verify=NO_TLS) as client:
        yield Pair(short, long, passed_on, RoleClients(RunningApp(short, "http://localhost", clock, client)))


def everybody(stage: RoleClients) -> dict[str, dict[str, str]]:
    """The headers of each reader, by role."""
    shown = {role: stage.shown_by(role) for role in ROLES} | MORE_SHOWN
    dead = "; ".join(stage.shown_by(role)["Cookie"] for role in ("disabled", "display"))
    both = {**stage.shown_by("read"), **stage.shown_by("organizer")}
    return shown | {"token and cookie": both, "dead sign-in and display": {"Cookie": dead}}


NEVER_THE_SAME = {"/metrics", "/organizer/weeks/{week}/teams/draw"}
"""Routes whose answer differs from one moment to the next, by a figure or by a seed."""


@pytest.mark.parametrize("is_frozen", [False, True])
def test_every_page_and_document_is_the_same_with_and_without_the_shortcut(
    pair: Pair, game: Game, is_frozen: bool
) -> None:
    game.take()
    if is_frozen:
        game.freeze()
        game.take(person=DUA)
    own = game.take(external_id="own").entry.id
    paths = [path for method, path in ROUTES if method == "GET" and path not in NEVER_THE_SAME]
    targets = {path: pair.stage.path(ACTIVITY.sub(own, path), "owner") for path in paths if not path.endswith("/live")}

    async def play() -> dict[object, object]:
        readers = [each for each in everybody(pair.stage).items() if is_frozen or each[0] in CURIOUS]
        answers = {name: await pair.answers(*asked) for name, asked in _asks(readers, targets)}
        return {key: answer[:2] for key, answer in answers.items() if _lasting(answer[0]) != _lasting(answer[1])}

    assert pair.run(play) == {}


def _asks(
    readers: Iterable[tuple[str, dict[str, str]]], targets: dict[str, str]
) -> Iterator[tuple[str, tuple[str, dict[str, str]]]]:
    """Every reader at every route, by name."""
    for (role, shown), (path, target) in product(readers, targets.items()):
        yield f"{role} at {path}", (target, shown)


def _lasting(answer: Answer) -> Answer:
    """An answer without what is drawn anew for each: ids of forms, cookies and codes of screens, and the moment."""
    drawn_anew = rb"[0-9a-f]{16}(?=[\"-])|[A-Z0-9]{4}-[A-Z0-9]{4}|code=[A-Z0-9]{8}|<svg class=\"qr\".*?</svg>"
    body = re.sub(drawn_anew, b"", answer.body)
    drawn = {b"set-cookie", b"content-length", b"etag"} if body != answer.body else {b"set-cookie"}
    return Answer(answer.status, [pair for pair in answer.headers if pair[0] not in drawn], body)


BODIES = {
    "a repeat": json.dumps(an_activity(external_id="known")),
    "an unknown person": json.dumps(an_activity(person="nobody@example.com", external_id="new")),
    "before the week": json.dumps(an_activity(occurred_at="2022-01-01T09:00:00Z", external_id="new")),
    "an unknown kind": json.dumps(an_activity(kind="dance", external_id="new")),
    "half a document": "{",
    "nothing": "",
    "a list": "[]",
}
LEDGERS = (f"{WEEK}/activities", f"{API}/weeks/current/activities", f"{API}/weeks/unknown/activities")
SENT: tuple[dict[str, str], ...] = ({}, {"Accept": "text/html"}, {"HX-Request": "true"}, {"Content-Type": "text/plain"})


@pytest.mark.parametrize("is_frozen", [False, True])
@pytest.mark.parametrize("visibility", ["public", "signed-in"])
def test_what_is_recorded_is_answered_the_same_with_and_without_the_shortcut(
    pair: Pair, game: Game, is_frozen: bool
) -> None:
    game.take(external_id="known")
    if is_frozen:
        game.freeze()

    async def play() -> tuple[dict[object, object], set[str]]:
        different, taken = dict[object, object](), set[str]()
        for role, shown in everybody(pair.stage).items():
            for target, (name, body), sent in product(LEDGERS, BODIES.items(), SENT):
                short, long, is_short = await pair.answers(target, {**shown, **sent}, body.encode())
                if short != long:
                    different[role, target, name, tuple(sent.items())] = (short, long)
                if is_short:
                    taken.add(role)
        return different, taken

    different, taken = pair.run(play)

    assert different == {}
    assert taken == {"activities:write", "admin"}


@pytest.mark.parametrize("is_frozen", [False, True])
@pytest.mark.parametrize("visibility", ["public", "signed-in"])
def test_answers_are_the_same_with_and_without_the_shortcut(pair: Pair, game: Game, is_frozen: bool) -> None:
    game.take()
    if is_frozen:
        game.freeze()
        game.take(person=DUA)

    async def play() -> tuple[dict[object, object], set[str]]:
        different, taken = dict[object, object](), set[str]()
        for (role, shown), target in product(everybody(pair.stage).items(), TARGETS):
            etag = dict((await ask(pair.short, target, shown)).headers).get(b"etag", b'"none"').decode()
            for way in ({}, *(WAYS if is_frozen and role in CURIOUS else ())):
                asked = {**shown, **{name: value.format(etag=etag) for name, value in way.items()}}
                short, long, is_short = await pair.answers(target, asked)
                if short != long:
                    different[target, role, tuple(way.items())] = (short, long)
                if is_short:
                    taken.add(target)
        return different, taken

    different, taken = pair.run(play)

    assert different == {}
    assert taken == {*BOARDS, "/?", f"{WEEK}/leaderboard?x=1", f"{WEEK}/leaderboard?as=public", "/weeks/q3%2D2022"}
