"""The names a server answers to."""

import socket

import pytest
from starlette.requests import Request

from app.config import Settings
from app.web.http.client import network_of
from app.web.http.hosts import Hosts
from tests.web.running_app import API, RunningApp, assert_problem

ABSURD = [
    "", " ", "[", "]", "[]", "[::1", "::1]", "[x]", "[::1]]", "[[::1]]", "a@127.0.0.1", "127.0.0.1@evil.example",
    "localhost.evil.example", "localhost:80:80@x", "evil.example#localhost", "evil.example/localhost", "\\localhost",
    "localhost\\.evil.example", "x" * 5_000, "\u00ff", "%6cocalhost", "localhost,evil.example", "127.1.evil.example",
    "[v1.x]", ":80", "..", "*", "null",
]  # fmt: skip


def hosts(**wishes: str) -> Hosts:
    """The names of these settings."""
    return Hosts(Settings(_env_file=None, **wishes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["localhost", "localhost:8000", "LOCALHOST", "127.0.0.1", "127.9.9.9:1", "[::1]", "[::1]:8000"]
)
def test_this_machine_is_always_known(name: str) -> None:
    assert (hosts().knows(name), hosts(public_url="https://week.example.com").knows(name)) == (True, True)


def test_numbers_and_own_name_are_known_while_nothing_is_configured() -> None:
    names = ["10.1.2.3:8000", "[fe80::1]", f"{socket.gethostname()}:80", f"{socket.gethostname().upper()}.local"]

    assert [hosts().knows(name) for name in names] == [True] * 4
    assert [hosts(trusted_hosts="week.lan").knows(name) for name in names] == [False] * 4


def test_named_hosts_are_known_in_any_case_with_any_port() -> None:
    known = hosts(public_url="https://Week.Example.com:8443/", trusted_hosts=" week.lan , OTHER.lan,")

    assert [known.knows(each) for each in ("week.example.com", "WEEK.lan:80", "other.LAN")] == [True] * 3
    assert [known.knows(each) for each in ("example.com", "x.week.lan", "week.lan.", "weekxlan", "")] == [False] * 5


@pytest.mark.parametrize("name", ABSURD)
def test_absurd_name_is_nobodys(name: str) -> None:
    assert [each.knows(name) for each in (hosts(), hosts(trusted_hosts="week.lan"))] == [False, False]


def test_another_name_is_refused_with_a_sentence_that_helps(site: RunningApp) -> None:
    page = site.get("/", headers={"Host": "evil.example"})
    problem = site.get(f"{API}/weeks", "read", headers={"Host": "evil.example"})

    assert (page.status_code, page.headers["content-type"]) == (421, "text/html; charset=utf-8")
    assert assert_problem(problem, 421) == (
        "This server doesn’t answer to the name “evil.example”. Set ASSEMBLY_WEEK_PUBLIC_URL to the "
        "address people type, or add the name to ASSEMBLY_WEEK_TRUSTED_HOSTS."
    )


@pytest.mark.usefixtures("quiet_log")
@pytest.mark.parametrize("name", ABSURD)
@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_absurd_host_headers_are_refused(site: RunningApp, name: str, method: bytes) -> None:
    assert status_of(site, method + b" /sign-in HTTP/1.1\r\nHost: " + name.encode("latin-1")) in {b"400", b"421"}


def test_no_host_and_two_hosts_are_refused(site: RunningApp) -> None:
    heads = [b"GET / HTTP/1.0", b"GET / HTTP/1.1", b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example"]

    assert {status_of(site, head) for head in heads} <= {b"400", b"421"}


def status_of(site: RunningApp, head: bytes) -> bytes:
    """The status of a request as these very bytes."""
    name, port = site.url.removeprefix("http://").split(":")
    with socket.create_connection((name, int(port)), timeout=10) as connection:
        connection.sendall(head + b"\r\nConnection: close\r\n\r\n")
        return connection.recv(100).split(b" ")[1]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth7", "fe80::/64"),
        ("", "no address"),
        ("unknown-1", "no address"),
        ("192.0.2.7, 192.0.2.8", "no address"),
    ],
)
def test_tries_are_counted_for_what_one_customer_has(address: str, network: str) -> None:
    request = Request({"type": "http", "client": (address, 1), "headers": []})

    assert network_of(request) == network


def test_probes_need_no_name(site: RunningApp) -> None:
    answers = [site.get(path, headers={"Host": "10.9.8.7.cluster.invalid"}) for path in ("/healthz", "/readyz", "/")]

    assert [answer.status_code for answer in answers] == [200, 200, 421]
