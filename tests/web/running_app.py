"""A real server in a thread, its clock in our hand, and short ways to ask it."""

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from app.cli import server
from app.cli.limits import Room
from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.domain.actor import Role, Scope, SignedInActor
from app.live.timing import USUAL, Timing
from app.main import create_app
from app.services.access import accounts, credentials, sign_ins, throttle, tokens
from app.services.access.throttle import Limit
from app.services.displays import displays
from app.services.people import people
from tests.builders import GUS, NAMES, NOW, SLUG, Game, act_by, an_activity, moment
from tests.kept import ServedDatabase
from tests.tls import NO_TLS
from tests.web.server import ServerThread
from tests.web.transport import PlainTransport

BOTH_ENGINES = pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
SIGNED_IN = pytest.mark.parametrize("visibility", ["signed-in"])
API = "/api/v1"
ROOM = 1_000
WEEK = f"{API}/weeks/{SLUG}"
PROBLEM = "application/problem+json"
PROBLEM_KEYS = ["type", "title", "status", "detail", "request_id"]


class SettableClock(Clock):
    """A clock that stands still until it is set, the game's and the real one alike."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def real(self) -> datetime:
        """The moment it stands at."""
        return self.now

    def set(self, when: datetime | str) -> None:
        """Go to a moment (UTC, or local text as `moment` takes it)."""
        self.now = moment(when) if isinstance(when, str) else when


@dataclass
class RunningApp:
    """A running server and a client that follows no redirects."""

    app: FastAPI
    url: str
    clock: SettableClock
    client: httpx.Client
    _tokens: dict[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        """The server's own database: what is committed here is known to it at once."""
        found: Database = self.app.state.context.database
        return found

    @property
    def game(self) -> Game:
        """The standard week, as its organizer plays it now."""
        return Game(self.database, now=self.clock.now)

    def token(self, *scopes: Scope) -> str:
        """A token with these scopes."""
        if scopes not in self._tokens:
            with self.database.unit_of_work() as session:
                name = " ".join(scopes) or "nothing"
                text = tokens.create(session, act_by("Olu", self.clock.now), name=name, scopes=list(scopes), days=None)
            self._tokens[scopes] = text
        return self._tokens[scopes]

    def ask(
        self, method: str, path: str, *scopes: Scope, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """One request, with a token of these scopes where there are any."""
        given = {"Origin": self.url, **(headers or {})} if method != "GET" else dict(headers or {})
        if scopes:
            given["Authorization"] = f"Bearer {self.token(*scopes)}"
        self.client.cookies.clear()
        return self.client.request(method, path, headers=given, **options)

    def get(self, path: str, *scopes: Scope, **options: Any) -> httpx.Response:
        """Read something."""
        return self.ask("GET", path, *scopes, **options)

    def post(self, path: str, *scopes: Scope, **options: Any) -> httpx.Response:
        """Send something."""
        return self.ask("POST", path, *scopes, **options)

    def record(self, **changes: Any) -> httpx.Response:
        """Report one activity."""
        return self.post(f"{WEEK}/activities", "activities:write", json=an_activity(**changes))

    def batch(self, *activities: Mapping[str, Any] | str) -> httpx.Response:
        """Report several activities as NDJSON; a text is a line as it is."""
        lines = (activity if isinstance(activity, str) else json.dumps(activity) for activity in activities)
        return self.post(f"{WEEK}/activities/batch", "activities:write", content="\n".join(lines))

    def adjust(self, team: str, points: object, external_id: str = "adjustment-1", **changes: Any) -> httpx.Response:
        """Give points to the team of this name."""
        fields = {"team_id": self.game.team_id(team), "points": points, "reason": "For the spirit"}
        body = {**fields, "external_id": external_id, **changes}
        return self.post(f"{WEEK}/adjustments", "ledger:correct", json=body)

    def board(self, *scopes: Scope) -> dict[str, Any]:
        """The leaderboard as this reader gets it."""
        found: dict[str, Any] = self.get(f"{WEEK}/leaderboard", *scopes).raise_for_status().json()
        return found

    def points(self, *scopes: Scope) -> dict[str, int]:
        """Each team's points, by name."""
        return {standing["team"]: standing["points"] for standing in self.board(*scopes)["standings"]}


@dataclass(frozen=True)
class Visitor:
    """Somebody's browser: signed in, and sending forms as a browser does."""

    site: RunningApp
    person_id: str
    cookies: Mapping[str, str]
    csrf: str

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page."""
        return self.ask("GET", path, **options)

    def post(self, path: str, *, csrf: str | None = None, **fields: Any) -> httpx.Response:
        """Send a form, with this sign-in's token unless another is given."""
        return self.ask("POST", path, data={"csrf": self.csrf if csrf is None else csrf, **fields})

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any) -> httpx.Response:
        """One request with this browser's cookies, and nothing a form would add."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self.site.ask(method, path, headers={"Cookie": cookie, **(headers or {})}, **options)


def sign_in(site: RunningApp, email: str = GUS, role: Role = "player") -> Visitor:
    """Somebody's browser, after they came in; the person is made where there is none, and given this role."""
    now = site.clock.now
    with site.database.unit_of_work() as session:
        person, _ = people.find_or_create(session, email, NAMES.get(email, email.partition("@")[0]), now)
        accounts.set_role(session, person, role, act_by("Olu", now))
        secret = sign_ins.start(
            session, person, "invitation", act_by("", now, client="192.0.2.7"), agent="A test", replaces=None
        )
        member = sign_ins.check(session, secret, now).actor
        assert isinstance(member, SignedInActor)
    return Visitor(site, person.id, {"plain-sign-in": secret}, member.csrf)


def spend(site: RunningApp, limit: Limit, *, all_but: int, key: str = "127.0.0.1") -> None:
    """Use up a limit, all but so many tries of it; the key is the network that tests come from."""
    with site.database.unit_of_work() as session:
        for _ in range(limit.times - all_but):
            throttle.count(session, limit, key, site.clock.real())


def screen_code() -> str:
    """A code as a screen that is new here shows it."""
    return displays.code_of("any", credentials.make(credentials.SCREEN))


def pair(site: RunningApp, name: str = "Lobby") -> Visitor:
    """A screen that an organizer has let in."""
    now, secret = site.clock.now, credentials.make(credentials.SCREEN)
    with site.database.unit_of_work() as session:
        code = displays.code_of("any", secret)
        displays.pair(session, code, name, act_by("Olu", now))
        displays.claim(session, code, secret, now)
    return Visitor(site, "", {"plain-display": secret}, "")


@contextmanager
def serving(
    settings: Settings,
    clock: SettableClock | None = None,
    port: int = 0,
    timing: Timing = USUAL,
    *,
    has_jobs: bool = True,
    has_shortcut: bool = True,
) -> Iterator[RunningApp]:
    """A server on this port, or on a free one, for as long as the block lasts; without jobs nothing but requests."""
    clock = clock or SettableClock()
    app = create_app(settings, clock=clock, timing=timing, has_shortcut=has_shortcut, open_database=ServedDatabase)
    with (
        listening(app, port, has_jobs=has_jobs) as url,
        httpx.Client(base_url=url, timeout=20, verify=NO_TLS, transport=PlainTransport()) as client,
    ):
        yield RunningApp(app, url, clock, client)


@contextmanager
def listening(app: FastAPI, port: int = 0, *, has_jobs: bool = True) -> Iterator[str]:
    """Serve an application in a thread, on this port or on a free one, with its jobs or without; its address.

    It is served as `serve` does it, but ends sooner.
    """
    config = server.configured(app, app.state.context.settings, Room(ROOM))
    config.timeout_graceful_shutdown = 2
    if not has_jobs:
        config.lifespan = "off"
    thread = ServerThread(config)
    with socket.create_server(("127.0.0.1", port)) as listener:
        thread.start(listener)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            app.state.context.streams.close()
            thread.stop()


def break_addresses(site: RunningApp, *paths: str) -> None:
    """Answer these addresses with a failure of ours."""

    async def fail(_request: Request) -> Response:
        raise RuntimeError("a bug with a secret in it")

    for path in paths:
        site.app.router.add_route(path, fail)


def until(holds: Callable[[], object], seconds: float = 10.0) -> float:
    """Wait until something holds; says how long it took, and fails where it does not come true in time."""
    begun = time.monotonic()
    while not holds():
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"waited {seconds} s in vain")
        time.sleep(0.01)
    return time.monotonic() - begun


def assert_problem(answer: httpx.Response, status: int, *extra: str) -> str:
    """Hold an answer against RFC 9457 and return its sentence."""
    document = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text[:500]
    assert list(document) == [*PROBLEM_KEYS, *extra]
    assert (document["type"], document["status"]) == ("about:blank", status)
    detail: str = document["detail"]
    assert document["title"]
    assert document["request_id"] == answer.headers["x-request-id"]
    assert detail.endswith((".", "…", "?", ".)")), detail
    return detail


def refusals(answers: dict[str, httpx.Response]) -> dict[str, int]:
    """The statuses of answers, each of which is a problem document with a sentence."""
    for answer in answers.values():
        extra = [name for name in answer.json() if name in {"errors", "refused"}]
        assert_problem(answer, answer.status_code, *extra)
    return {name: answer.status_code for name, answer in answers.items()}
