"""Hostile requests: too large, cut off, no HTTP at all, strange headers and content types."""

import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.builders import SLUG, an_activity
from tests.web.site import API, PROBLEM, WEEK, Site, refusals, until

pytestmark = pytest.mark.usefixtures("quiet_log")


def test_a_body_over_the_limit_is_413_however_it_is_sent(site: Site) -> None:
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


def test_a_batch_may_be_larger_than_any_other_body(site: Site) -> None:
    answer = site.post(f"{WEEK}/activities/batch", "activities:write", content=b"\n" * 2 * 2**20)

    assert (answer.status_code, answer.json()) == (200, {"recorded": 0, "repeated": 0})


def test_huge_and_strange_headers_harm_nobody(site: Site) -> None:
    given = [
        {"X-Large": "x" * 60_000},
        {"If-None-Match": "W/" * 20_000},
        {"If-None-Match": ",".join(['"x"'] * 10_000)},
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

    assert statuses == [421 if "Host" in each else 200 for each in given]


def test_redirects_stay_on_this_site_and_carry_no_header(site: Site) -> None:
    answer = site.get(f"/weeks/{SLUG}/")
    injected = site.get("/weeks/%0d%0aSet-Cookie:a=b/")
    elsewhere = site.get("//evil.example/%2f..")

    assert (answer.status_code, urlsplit(answer.headers["location"]).path) == (307, f"/weeks/{SLUG}")
    assert (injected.status_code, injected.headers.get("set-cookie")) == (307, None)
    assert urlsplit(injected.headers["location"]).path == "/weeks/%0D%0ASet-Cookie:a=b"
    assert elsewhere.status_code == 404


def raw(site: Site, request: bytes) -> bytes:
    """What the server answers to these very bytes."""
    parts = urlsplit(site.url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=5) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(65_536)


def test_requests_that_are_no_http_are_refused_and_forgotten(site: Site) -> None:
    requests = [
        b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]  # fmt: skip

    lines = [raw(site, request).partition(b"\r\n")[0] for request in requests]

    assert [line for line in lines if line.startswith(b"HTTP/1.1 5")] == []
    assert site.get("/healthz").status_code == 200


def test_a_client_that_goes_away_in_the_middle_of_its_body_leaves_no_trace(site: Site) -> None:
    token = site.token("activities:write")
    head = f"POST {WEEK}/activities HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"

    raw(site, head.encode() + b'Content-Length: 1000\r\n\r\n{"kind"')

    until(lambda: site.get("/healthz").status_code == 200)
    assert site.get(f"{WEEK}/activities", "read").json()["items"] == []


def test_every_content_type_is_read_as_what_the_address_takes(site: Site) -> None:
    body = json.dumps(an_activity()).encode()

    answers = [
        site.post(f"{WEEK}/activities", "activities:write", content=body, headers={"Content-Type": each})
        for each in ("application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense", "")
    ]
    form = site.post(f"{WEEK}/activities", "activities:write", files={"file": body})

    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200]
    assert (form.status_code, form.headers["content-type"]) == (422, PROBLEM)
