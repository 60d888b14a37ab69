"""More duties of the proxies in deploy/: reload without loss, keep secrets out of logs, name the client."""

import json
import re
import socket
import zlib
from contextlib import ExitStack
from functools import partial
from http.client import HTTPResponse

import pytest

from tests.builders import SLUG, an_activity
from tests.deploy.client import Answer, ask, connected, head, receive, send
from tests.deploy.conftest import Deployment
from tests.deploy.proxies import HOST, Proxy
from tests.web.running_app import until

pytestmark = pytest.mark.timeout(120)  # a server and three proxies start first

WEEK = f"/api/v1/weeks/{SLUG}"
STREAMS = [f"{WEEK}/live", f"/weeks/{SLUG}/live", "/display/live"]
SECRET = "J7nJkq0zWm5vX2bT9sYcLh4R"
ADDRESSES = {
    f"/sign-in/link/al_{SECRET}": "/sign-in/",
    f"/sign-in/li%6ek/al_{SECRET}": "/",
    f"//sign-in//link/al_{SECRET}": "/sign-in/",
    f"/%73ign-in/link/{SECRET}": "/",
    f"/sign-in/return?code={SECRET}&state={SECRET}": "/sign-in/",
    f"/weeks/{SLUG}/summary/present?key={SECRET}": f"/weeks/{SLUG}/summary/present",
    f"/join/{SECRET}": "/join/",
    f"/hooks/zendesk/{SECRET}": "/hooks/zendesk/",
    f"/calendar/{SECRET}.ics": "/calendar/",
    f"/nowhere/aw_{SECRET}/more": "/nowhere/",
}


def get(proxy: Proxy, path: str, *headers: str) -> Answer:
    """Read something."""
    return ask(proxy, [head("GET", path, *headers)])


def record(proxy: Proxy, token: str, key: str) -> Answer:
    """Report an activity."""
    body = json.dumps(an_activity(external_id=key)).encode()
    return ask(
        proxy,
        [head("POST", f"{WEEK}/activities", f"Authorization: Bearer {token}", f"Content-Length: {len(body)}"), body],
    )


class Stream:
    """An open stream of server-sent events."""

    def __init__(self, connection: socket.socket, path: str) -> None:
        connection.sendall(head("GET", path))
        self._response = HTTPResponse(connection)
        self._response.begin()
        self.status = self._response.status

    def event(self) -> bytes:
        """The next event; empty where the stream has ended."""
        lines: list[bytes] = []
        while line := self._response.readline():
            if line == b"\n" and any(line.startswith(b"data:") for line in lines):
                return b"".join(lines)
            lines.append(line)
        return b""


def test_streams_pass_at_once_and_outlast_a_reload(deployment: Deployment, proxies: list[Proxy]) -> None:
    with ExitStack() as stack:
        streams = {
            f"{proxy.name} {path}": Stream(stack.enter_context(connected(proxy, 20)), path)
            for proxy in proxies
            for path in STREAMS
        }
        first = {name: bool(stream.event()) for name, stream in streams.items()}
        for proxy in proxies:
            proxy.reload()

        statuses = [record(proxy, deployment.token, f"after the reload {proxy.name}").status for proxy in proxies]
        second = {name: bool(stream.event()) for name, stream in streams.items()}

    assert {stream.status for stream in streams.values()} == {200}
    assert (first, second) == (dict.fromkeys(streams, True), dict.fromkeys(streams, True))
    assert statuses == [201] * len(proxies)


def test_compressed_streams_pass_at_once(proxies: list[Proxy]) -> None:
    for proxy in proxies:
        for path in STREAMS:
            with connected(proxy, 20) as connection:
                connection.sendall(head("GET", path, "Accept-Encoding: gzip"))
                answer = HTTPResponse(connection)
                answer.begin()
                browser, event = zlib.decompressobj(zlib.MAX_WBITS | 16), b""
                while not event.endswith(b"\n\n"):
                    event += browser.decompress(answer.read1())

            assert (proxy.name, path, answer.headers["content-encoding"]) == (proxy.name, path, "gzip")


def test_headers_of_twelve_kilobytes_pass(proxies: list[Proxy]) -> None:
    answers = {
        proxy.name: (
            get(proxy, "/healthz", f"X-Large: {'x' * 12_000}").status,
            get(proxy, f"/healthz?{'x' * 10_000}").status,
            get(proxy, "/healthz", *[f"X-Large-{number}: {'x' * 10_000}" for number in range(9)]).status in {400, 431},
        )
        for proxy in proxies
    }

    assert answers == {proxy.name: (200, 200, True) for proxy in proxies}


@pytest.mark.parametrize("path", [f"{WEEK}/leaderboard", f"/weeks/{SLUG}", "/static/app.css"])
@pytest.mark.parametrize("coding", ["gzip, br, zstd", "identity", ""])
def test_proxies_hand_on_what_the_service_says(
    deployment: Deployment, proxies: list[Proxy], path: str, coding: str
) -> None:
    asked = f"Accept-Encoding: {coding}" if coding else "X-No: coding"
    with socket.create_connection(("127.0.0.1", deployment.port), timeout=20) as connection:
        connection.sendall(head("GET", path, asked))
        direct = receive(connection, 0)

    answers = {proxy.name: get(proxy, path, asked) for proxy in proxies}

    expected = (200, direct.body, direct.headers.get("content-encoding"), direct.headers.get("etag"))
    assert {
        name: (answer.status, answer.body, answer.headers.get("content-encoding"), answer.headers.get("etag"))
        for name, answer in answers.items()
    } == dict.fromkeys(answers, expected)


def test_proxies_choose_the_id_of_a_request(proxies: list[Proxy]) -> None:
    claimed = "4f1c9b7e0d524b8a9a77d2c1f3e8a6b5"

    ids = {proxy.name: get(proxy, "/healthz", f"X-Request-ID: {claimed}").headers["x-request-id"] for proxy in proxies}

    assert claimed not in ids.values()
    assert {name: re.sub("[0-9a-f]", "0", each) for name, each in ids.items()} == {
        proxy.name: "00000000-0000-0000-0000-000000000000" if proxy.name == "Caddyfile" else "0" * 32
        for proxy in proxies
    }
    for proxy in proxies:
        if proxy.name != "Caddyfile":
            until(lambda: ids[proxy.name] in proxy.logs)  # noqa: B023 (asked at once)


def test_proxy_alone_says_who_is_asking(proxies: list[Proxy]) -> None:
    https = [proxy for proxy in proxies if proxy.is_https]  # nobody signs in without
    statuses = []
    for number in range(32):
        proxy = https[number % len(https)]
        claims = [f"X-Forwarded-For: 192.0.2.{number}", f"Forwarded: for=192.0.2.{number}", "X-Forwarded-Proto: ftp"]
        chunked = head("GET", "/sign-in/link/al_nope", *claims, "Transfer-Encoding: chunked")
        statuses.append(ask(proxy, [chunked + b"0\r\nX-Forwarded-For: 192.0.2.%d\r\n\r\n" % (100 + number)]).status)

    assert statuses == [404] * 30 + [429] * 2


def test_https_is_told_to_the_service(proxies: list[Proxy]) -> None:
    secured = {proxy.name: "strict-transport-security" in get(proxy, "/healthz").headers for proxy in proxies}

    assert secured == {proxy.name: proxy.is_https for proxy in proxies}


def test_nginx_limits_the_requests_of_one_network(proxies: list[Proxy]) -> None:
    proxy = proxies[0]  # without TLS, or so many connections would take a busy machine longer than a body may pause
    with ExitStack() as stack:
        for _ in range(600):
            connection = stack.enter_context(connected(proxy))
            send(connection, [head("POST", "/csp-reports", "Content-Length: 10") + b"x"])
        until(partial(_is_crowded, proxy))
        refused = get(proxy, "/healthz")

    assert (proxy.name, refused.media_type) == ("nginx.conf", "application/problem+json")
    assert json.loads(refused.body)["title"] == "Not possible right now"
    assert json.loads(refused.body)["request_id"] == refused.headers["x-request-id"]


def _is_crowded(proxy: Proxy) -> bool:
    return get(proxy, "/healthz").status == 503


def test_no_secret_of_an_address_is_in_a_log(deployment: Deployment, proxies: list[Proxy]) -> None:
    for proxy in proxies:
        _visit(proxy)
        get(proxy, "/healthz", f"Referer: https://{HOST}/sign-in/link/al_{SECRET}")
    deployment.process.close()
    for proxy in proxies:
        assert get(proxy, "/healthz").status == 502
        _visit(proxy)

    logs = {proxy.name: proxy.logs for proxy in proxies}
    assert {name: SECRET in log for name, log in logs.items()} == dict.fromkeys(logs, False)
    for log in logs.values():
        assert [route for route in ADDRESSES.values() if route not in log] == []


def _visit(proxy: Proxy) -> None:
    """Open each address; with its end missing, and with a body too large for it."""
    for path in ADDRESSES:
        get(proxy, path)
        ask(proxy, [head("POST", path, "Content-Length: 2000000")])
        with connected(proxy) as connection:
            send(connection, [head("POST", path, "Content-Length: 10")], 0.02)
