"""Nobody waits for what others wait for: a lock that is held, a mail server and a provider that say nothing."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle

import httpx
import pytest
from sqlmodel import Session

from app.config import Settings
from app.db.database import Database
from app.services.access import sign_ins, tokens
from app.services.people import people
from tests.builders import ADA, SLUG, Game, act_by, an_activity
from tests.web.anonymous_browser import browsing
from tests.web.process import server_process
from tests.web.running_app import WEEK, RunningApp, SettableClock, serving, sign_in
from tests.web.test_sign_in_by_company import with_company
from tests.web.test_sign_in_by_mail import mailing

# Somebody who holds the write lock until they are ended.
_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
IN_TIME = 8.0
"""Five seconds, and what a busy machine adds; two waits one after the other would be ten."""
AT_ONCE = 1.0
"""Seconds: nothing was waited for."""


@contextmanager
def write_lock_held(database: Database) -> Iterator[None]:
    """Another process is writing and does not come to an end."""
    command = [sys.executable, "-c", _HOLDER, str(database.url.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:  # noqa: S603 - our own words
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.kill()


def timed(ask: Callable[[], httpx.Response]) -> tuple[int, float]:
    """The status of an answer and the seconds it took."""
    begun = time.monotonic()
    status = ask().status_code
    return status, time.monotonic() - begun


def still_wait(answers: list[Future[tuple[int, float]]]) -> bool:
    """Tell if nobody has an answer yet."""
    return not any(answer.done() for answer in answers)


def a_member(session: Session, now: datetime) -> dict[str, str]:
    """The cookie of somebody who is signed in."""
    person, _ = people.find_or_create(session, ADA, "Ada Lovelace", now)
    secret = sign_ins.start(
        session, person, "invitation", act_by("", now, client="192.0.2.7"), agent="A test", replaces=None
    )
    return {"Cookie": f"plain-sign-in={secret}"}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_held_write_lock_keeps_no_reader_waiting(game: Game, settings: Settings) -> None:
    now = datetime.now(UTC)
    with game.database.unit_of_work() as session:
        member = a_member(session, now)
        token = tokens.create(session, act_by("Olu", now), name="A tool", scopes=["activities:write"], days=None)
    with (
        server_process(settings, "signed-in") as (_process, address),
        httpx.Client(base_url=address, timeout=30, limits=httpx.Limits(max_connections=None)) as client,
        ThreadPoolExecutor(101) as pool,
    ):
        bearer = {"Authorization": f"Bearer {token}"}
        asks = [partial(client.get, f"/sign-in/link/al_nope{number}") for number in range(100)]

        def record() -> httpx.Response:
            return client.post(f"{WEEK}/activities", json=an_activity(), headers=bearer)

        timed(record)
        with write_lock_held(game.database):
            waiting = [pool.submit(timed, ask) for ask in asks]
            writing = pool.submit(timed, record)
            time.sleep(1.0)  # a hundred requests at once take two busy cores a moment
            reads = [(*timed(lambda: client.get("/me", headers=member)), still_wait(waiting)) for _ in range(5)]
            refused = [future.result() for future in (*waiting, writing)]
        again = [timed(asks[0])[0], timed(record)[0]]

    assert ({status for status, _ in refused}, {status for status, *_ in reads}) == ({503}, {200})
    assert again == [404, 201]
    assert max(seconds for _, seconds in refused) < IN_TIME
    assert min(seconds for _, seconds, others_wait in reads if others_wait) < AT_ONCE


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_silent_mail_server_keeps_no_reader_waiting(
    game: Game, settings: Settings, clock: SettableClock, silent: int
) -> None:
    """Forty-eight people ask for a link, more than there are threads for anything; from three networks, for limits."""
    emails = [f"person-{number}@example.com" for number in range(48)]
    with game.database.unit_of_work() as session:
        for email in emails:
            people.find_or_create(session, email, email, game.now)
    with ExitStack() as stack:
        site = stack.enter_context(serving(mailing(settings, silent), clock))
        networks = [stack.enter_context(coming_from(site, f"127.0.0.{number}")) for number in (2, 3, 4)]
        answers = [
            network.post("/sign-in/email", data={"email": email})
            for network, email in zip(cycle(networks), emails, strict=False)
        ]
        time.sleep(1.6)  # until every message is under way, or waits for its turn
        member = sign_in(site, ADA)
        reads = [timed(lambda: member.get("/me")) for _ in range(3)]

    assert {answer.status_code for answer in answers} == {303}
    assert ({status for status, _ in reads}, min(seconds for _, seconds in reads) < AT_ONCE) == ({200}, True)


@contextmanager
def coming_from(site: RunningApp, address: str) -> Iterator[httpx.Client]:
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=site.url, transport=transport, headers={"Origin": site.url}) as client:
        yield client


class _Provider(BaseHTTPRequestHandler):
    """Says what it is, and nothing when it is asked for a token."""

    def do_GET(self) -> None:
        """Say it."""
        issuer = f"http://{self.headers['Host']}"
        endpoints = {name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        body = json.dumps({"issuer": issuer, **endpoints}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Say nothing for longer than anybody waits."""
        time.sleep(10)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def silent_provider() -> Iterator[str]:
    """The issuer of a provider whose token endpoint hangs."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Provider) as server:
        server.daemon_threads = True
        server.block_on_close = False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_silent_provider_keeps_nobody_from_setting_out(
    game: Game, settings: Settings, clock: SettableClock, silent_provider: str
) -> None:
    """Twenty answers wait, for which there are eight threads; who is beyond them hears so, and others set out."""
    assert game.slug == SLUG
    with ExitStack() as stack:
        site = stack.enter_context(serving(with_company(settings, silent_provider), clock))
        browsers = [stack.enter_context(browsing(site)) for _ in range(20)]
        pool = stack.enter_context(ThreadPoolExecutor(20))
        states = [state_of(browser.get("/sign-in/company")) for browser in browsers]
        asks = [
            partial(browser.send, "/sign-in/return", state=state, code="a")
            for browser, state in zip(browsers, states, strict=True)
        ]
        returning = [pool.submit(timed, ask) for ask in asks]
        time.sleep(0.5)
        setting_out = timed(lambda: stack.enter_context(browsing(site)).get("/sign-in/company"))
        member = sign_in(site, ADA)
        read = timed(lambda: member.get("/me"))
        answers = [future.result() for future in returning]

    assert ([setting_out[0], read[0]], {status for status, _ in answers}) == ([303, 200], {503})
    assert max(setting_out[1], read[1]) < AT_ONCE
    assert max(seconds for _, seconds in answers) < IN_TIME + 4  # the last to get a place waits for an answer there


def state_of(answer: httpx.Response) -> str:
    return httpx.URL(answer.headers["location"]).params["state"]
