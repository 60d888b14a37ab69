"""Hostile requests: too large, cut off, no HTTP at all, strange headers and content types."""

import json
import socket
import time
from urllib.parse import urlsplit

import pytest
from sqlmodel import func, select

from app.models import AuditEntry
from tests.builders import SLUG, an_activity
from tests.web.running_app import API, PROBLEM, WEEK, RunningApp, refusals, sign_in

pytestmark = pytest.mark.usefixtures("quiet_log")


def test_a_body_over_the_limit_is_413_however_it_is_sent(site: RunningApp) -> None:
    large = b" " * 1_048_577
    chunks = [b" " * 65_536] * 17
    paths = [
        ("POST", f"{WEEK}/activities"), ("POST", f"{WEEK}/adjustments"), ("PUT", f"{API}/rules"),
        ("POST", f"{API}/rules/preview"), ("POST", f"{API}/activities/x/reversal"),
    ]  # fmt: skip

    answers = {
        f"{path} {form}": site.ask(method, path, "admin", content=body)
        for method, path in paths
        for form, body in (("at once", large), ("in chunks", iter(chunks)))
    }
    batch = site.post(f"{WEEK}/activities/batch", "activities:write", content=iter([b" " * 2**20] * 17))

    assert refusals(answers | {"batch": batch}) == dict.fromkeys([*answers, "batch"], 413)


def test_a_batch_may_be_larger_than_any_other_body(site: RunningApp) -> None:
    answer = site.post(f"{WEEK}/activities/batch", "activities:write", content=b"\n" * 2 * 2**20)

    assert (answer.status_code, answer.json()) == (200, {"recorded": 0, "repeated": 0})


def test_huge_and_strange_headers_harm_nobody(site: RunningApp) -> None:
    given = [
        {"X-Large": "x" * 60_000},
        {"X-Large": "x" * 30_000},
        {"If-None-Match": "W/" * 15_000},
        {"If-None-Match": ",".join(['"x"'] * 7_000)},
        {"Host": "evil.example"},
        {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https"},
        {"Accept": "\xff\xfe"},
        {"Content-Type": "application/json; charset=no-such"},
        {"Content-Length": "0", "Expect": "nothing"},
    ]

    statuses = [
        site.get(
            f"{WEEK}/leaderboard", headers={key: value.encode("latin-1") for key, value in each.items()}
        ).status_code
        for each in given
    ]

    assert statuses == [431, 200, 200, 200, 421, 200, 200, 200, 200]


def test_redirects_stay_on_this_site_and_carry_no_header(site: RunningApp) -> None:
    answer = site.get(f"/weeks/{SLUG}/")
    injected = site.get("/weeks/%0d%0aSet-Cookie:a=b/")
    elsewhere = site.get("//evil.example/%2f..")

    assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (307, f"/weeks/{SLUG}")
    assert (injected.status_code, injected.headers.get("set-cookie")) == (307, None)
    assert urlsplit(injected.headers["location"]).path == "/weeks/%0D%0ASet-Cookie:a=b"
    assert elsewhere.status_code == 404


def raw(site: RunningApp, request: bytes) -> bytes:
    """The server's answer to these very bytes."""
    parts = urlsplit(site.url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=5) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(65_536)


def test_requests_that_are_no_http_are_refused_and_forgotten(site: RunningApp) -> None:
    requests = [
        b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]  # fmt: skip

    statuses = [raw(site, request)[:12] for request in requests]

    assert statuses == [b"HTTP/1.1 400"] * len(requests)
    assert site.get("/healthz").status_code == 200


def exchange(site: RunningApp, request: bytes) -> bytes:
    """All that is answered to these very bytes; they ask for the end of the connection."""
    parts = urlsplit(site.url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def chunked(method: str, path: str, body: bytes, trailers: str, headers: str = "Host: localhost\r\n") -> bytes:
    """A request in one chunk, with fields after it."""
    head = f"{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
    return head + chunk + f"0\r\n{trailers}\r\n".encode()


def test_fields_after_the_body_let_nobody_in(site: RunningApp) -> None:
    token, player = site.token("activities:write", "read"), sign_in(site)
    cookie = "; ".join(f"{name}={value}" for name, value in player.cookies.items())
    body = json.dumps(an_activity()).encode()

    requests = {
        "token": chunked("POST", f"{WEEK}/activities", body, f"Authorization: Bearer {token}\r\n"),
        "cookie": chunked("GET", "/me", b"", f"Cookie: {cookie}\r\n"),
        "host": chunked("GET", "/healthz", b"", "Host: evil.example\r\n"),
        "another host": chunked("GET", "/sign-in", b"", "Host: evil.example\r\n"),
        "no host": chunked("GET", "/sign-in", b"", "Host: localhost\r\n", headers=""),
        "form": chunked("POST", "/sign-out", b"", f"Cookie: {cookie}\r\nOrigin: {site.url}\r\n"),
    }
    statuses = {name: exchange(site, request)[9:12].decode() for name, request in requests.items()}

    assert statuses == {
        "token": "401", "cookie": "401", "host": "200", "another host": "200", "no host": "421", "form": "403"
    }  # fmt: skip
    assert site.get(f"{WEEK}/activities", "read").json()["items"] == []


def test_compressed_body_is_refused_and_never_taken_for_what_it_is_not(site: RunningApp) -> None:
    body = json.dumps(an_activity()).encode()
    site.token("activities:write")
    before = state(site)
    paths = [f"{WEEK}/activities", f"{WEEK}/activities/batch", "/me/log", "/csp-reports"]
    codings = [b"gzip", b"GZIP", b"identity, gzip", b"br", b"\xff"]

    answers = [
        site.post(path, "activities:write", content=body, headers={"Content-Encoding": coding})
        for path in paths
        for coding in codings
    ]

    said = {(answer.status_code, answer.headers["accept-encoding"]) for answer in answers}
    assert said == {(415, "identity")}
    assert [answer.text for answer in answers if "Send it again without Content-Encoding." not in answer.text] == []
    assert state(site) == before


def test_body_that_says_it_is_not_compressed_is_read(site: RunningApp) -> None:
    body = json.dumps(an_activity()).encode()

    answer = site.post(f"{WEEK}/activities", "activities:write", content=body, headers={"Content-Encoding": "Identity"})

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("coding", "status"),
    [
        ("Transfer-Encoding: gzip, chunked", b"501"),
        ("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", b"501"),
        ("Transfer-Encoding: chunked, gzip", b"400"),
        ("Transfer-Encoding: CHUNKED", b"201"),
    ],
)
def test_transfer_coding_that_is_not_ours_is_refused(site: RunningApp, coding: str, status: bytes) -> None:
    body = json.dumps(an_activity()).encode()
    token = site.token("activities:write")
    request = chunked("POST", f"{WEEK}/activities", body, "", f"Host: localhost\r\nAuthorization: Bearer {token}\r\n")

    answer = exchange(site, request.replace(b"Transfer-Encoding: chunked", coding.encode()))

    assert answer[9:12] == status
    assert len(site.get(f"{WEEK}/activities", "read").json()["items"]) == (status == b"201")


HALVES = {
    "short way": ("POST", f"{WEEK}/activities", json.dumps(an_activity()).encode()),
    "batch": ("POST", f"{WEEK}/activities/batch", (json.dumps(an_activity()) + "\n").encode() * 2),
    "adjustment": ("POST", f"{WEEK}/adjustments", b'{"team_id":"x","points":1,"reason":"y","external_id":"z"}'),
    "rules": ("PUT", f"{API}/rules", b"format = 1\n[points]\nissue = 5\n"),
}


@pytest.mark.parametrize("name", HALVES)
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_cut_off_in_the_middle_changes_nothing(site: RunningApp, name: str, is_chunked: bool) -> None:
    method, path, body = HALVES[name]
    token = site.token("admin")
    before = state(site)
    length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {len(body) + 1}"
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{length}\r\n\r\n"

    with socket.create_connection(("127.0.0.1", urlsplit(site.url).port or 80), timeout=10) as connection:
        connection.sendall(head.encode() + (b"%x\r\n%b\r\n" % (len(body), body) if is_chunked else body))
        time.sleep(0.1)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))

    assert answer == b""
    assert state(site) == before


def state(site: RunningApp) -> tuple[object, ...]:
    """The state that a request may have changed."""
    activities = site.get(f"{WEEK}/activities", "read").json()["items"]
    with site.database.reading() as session:
        return activities, site.board("read"), session.exec(select(func.count()).select_from(AuditEntry)).one()


def test_every_content_type_is_read_as_what_the_address_takes(site: RunningApp) -> None:
    body = json.dumps(an_activity()).encode()

    answers = [
        site.post(f"{WEEK}/activities", "activities:write", content=body, headers={"Content-Type": each})
        for each in ("application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense", "")
    ]
    form = site.post(f"{WEEK}/activities", "activities:write", files={"file": body})

    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200]
    assert (form.status_code, form.headers["content-type"]) == (422, PROBLEM)
