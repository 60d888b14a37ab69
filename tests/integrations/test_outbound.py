"""Calls to the outside reach public servers only, whatever names say, and end in time."""

import datetime as dt
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.integrations import outbound
from app.integrations.outbound import AddressRefused, Outbound, Unreachable
from tests.receiver import Received, Receiver, answer, receiver

PRIVATE = [
    "0.0.0.0",  # noqa: S104 (nothing is bound to it)
    "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7",
    "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]

Resolve = Callable[..., list[Any]]


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Have names resolve to these addresses, one answer after the other; which were asked for."""
    real, asked = socket.getaddrinfo, []

    def look_up(host: str, port: int, *more: Any, **kinds: Any) -> Any:
        if host[0].isdigit() or ":" in host:
            return real(host, port, *more, **kinds)
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [each for address in addresses for each in real(address, port, *more, **kinds)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Addresses that sockets are opened to from now on; none is opened."""
    opened: list[Any] = []

    def connect(address: Any, *_more: Any, **_kinds: Any) -> socket.socket:
        opened.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    return opened


def test_send_returns_status_headers_and_body(server: Receiver) -> None:
    server.respond = lambda _: [answer(202, "X-Two: a", "X-Two: b", body=b"thanks")]

    found = Outbound(allow_private=True).send(
        "POST", f"{server.url}?a=1", headers={"Content-Type": "application/json"}, content=b"{}"
    )

    assert (found.status, found.headers["x-two"], found.body) == (202, "a, b", b"thanks")
    assert server.received == [
        Received(
            "POST",
            "/hooks?a=1",
            {
                "host": f"127.0.0.1:{server.port}", "user-agent": "assembly-week", "accept-encoding": "identity",
                "connection": "close", "content-length": "2", "content-type": "application/json",
            },
            b"{}",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_send_to_a_name_with_a_private_address_opens_no_connection(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolver(monkeypatch, [address])
    opened = connections(monkeypatch)

    with pytest.raises(AddressRefused):
        Outbound().send("GET", "https://hooks.example.com/")

    assert opened == []


@pytest.mark.parametrize("address", PUBLIC)
def test_send_to_a_name_with_a_public_address_connects_to_that_address(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolver(monkeypatch, [address])
    opened = connections(monkeypatch)

    with pytest.raises(Unreachable):
        Outbound().send("GET", "https://hooks.example.com/")

    assert opened == [(address, 443)]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "LOCALHOST",
    ],
)
def test_send_to_this_machine_in_any_spelling_is_refused(server: Receiver, host: str) -> None:
    with pytest.raises(AddressRefused):
        Outbound().send("GET", f"http://{host}:{server.port}/")

    assert server.connections == 0


def test_send_is_refused_where_one_of_several_addresses_is_private(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, ["8.8.8.8", "10.0.0.1"])
    opened = connections(monkeypatch)

    with pytest.raises(AddressRefused, match=r"^10\.0\.0\.1 isn’t a public address"):
        Outbound().send("GET", "https://hooks.example.com/")

    assert opened == []


def test_send_connects_to_the_address_it_checked_whatever_the_name_says_later(
    monkeypatch: pytest.MonkeyPatch, server: Receiver
) -> None:
    with receiver("127.0.0.2", server.port) as checked:
        asked = resolver(monkeypatch, ["127.0.0.2"], ["127.0.0.1"])

        Outbound(networks=["127.0.0.2/32"]).send("GET", f"http://rebinding.example.com:{server.port}/")

        assert asked == ["rebinding.example.com"]
        assert [each.headers["host"] for each in checked.received] == [f"rebinding.example.com:{server.port}"]
    assert server.connections == 0


def test_send_in_plain_http_goes_to_allowed_networks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver(monkeypatch, ["8.8.8.8"])
    opened = connections(monkeypatch)

    with pytest.raises(AddressRefused, match=r"^Use https"):
        Outbound(networks=["10.0.0.0/8"]).send("GET", "http://hooks.example.com/")

    assert opened == []


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "https://", "https:///x",
        "https://example.com:99999/", "https://example.com:0/", "https://me:secret@example.com/", "https://a..b/",
        "https://example.com/a b", "https://example.com/\r\nX: y", "https://example.com/é", "https://[::1", "https://[fe80::1%25eth0]/",
        "https://example.com/" + "a" * 2_000,
    ],
)  # fmt: skip
def test_send_to_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        Outbound(allow_private=True).send("GET", url)


@pytest.mark.parametrize("headers", [{"X-A": "1\r\nX-B: 2"}, {"X-A\nX-B": "2"}, {"X-A": "é"}, {"X-A": "\0"}])
def test_send_with_a_header_that_breaks_its_line_raises(server: Receiver, headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="has characters that no header has"):
        Outbound(allow_private=True).send("GET", server.url, headers=headers)

    assert server.connections == 0


def test_send_follows_no_redirect(server: Receiver) -> None:
    server.respond = lambda _: [answer(302, f"Location: {server.url}/elsewhere")]

    found = Outbound(allow_private=True).send("GET", server.url)

    assert (found.status, len(server.received)) == (302, 1)


def test_send_asks_no_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch, server: Receiver) -> None:
    with receiver() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")

        Outbound(allow_private=True).send("GET", server.url)

        assert (proxy.connections, server.connections) == (0, 1)


def drip(_received: Received) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for _ in range(100):
        time.sleep(0.05)
        yield b"X-More: 1\r\n"


def drip_body(_received: Received) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    for _ in range(100):
        time.sleep(0.05)
        yield b"."


def say_nothing(_received: Received) -> Iterator[bytes]:
    time.sleep(2)
    yield b""


@pytest.mark.parametrize("respond", [drip, drip_body, say_nothing])
def test_send_to_a_server_that_drips_ends_at_its_deadline(server: Receiver, respond: Callable[..., Any]) -> None:
    server.respond = respond
    begun = time.monotonic()

    with pytest.raises(Unreachable, match=r"didn’t answer within 0\.4 seconds"):
        Outbound(allow_private=True, timeout=0.4).send("GET", server.url)

    assert time.monotonic() - begun < 1.5


def test_send_to_a_name_that_takes_long_to_look_up_ends_at_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1.5))
    begun = time.monotonic()

    with pytest.raises(Unreachable, match="didn’t answer"):
        Outbound(timeout=0.3).send("GET", "https://slow.example.com/")

    assert time.monotonic() - begun < 1.2


@pytest.mark.parametrize("cuts", [False, True])
def test_send_reads_no_more_of_an_answer_than_its_limit(server: Receiver, cuts: bool) -> None:
    server.respond = lambda _: [answer(500, body=b"a" * 100_000)]
    client = Outbound(allow_private=True, largest=1_024, cuts=cuts)

    if cuts:
        found = client.send("GET", server.url)
        assert (found.status, found.body) == (500, b"a" * 1_024)
    else:
        with pytest.raises(Unreachable, match="The answer is larger than 1 KiB"):
            client.send("GET", server.url)


@pytest.mark.parametrize(
    "piece",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * 200_000,
    ],
    ids=["nothing", "half", "nonsense", "endless header"],
)
def test_send_to_a_server_that_dies_or_talks_nonsense_is_unreachable(server: Receiver, piece: bytes) -> None:
    server.respond = lambda _: [piece]

    with pytest.raises(Unreachable):
        Outbound(allow_private=True).send("GET", server.url)


def test_send_where_nobody_listens_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(Unreachable, match=r"^127\.0\.0\.1 can’t be reached"):
        Outbound(allow_private=True).send("GET", f"http://127.0.0.1:{port}/")


def test_send_tries_the_next_address_of_a_name(monkeypatch: pytest.MonkeyPatch, server: Receiver) -> None:
    resolver(monkeypatch, ["127.0.0.2", "127.0.0.1"])

    assert Outbound(allow_private=True).send("GET", f"http://two.example.com:{server.port}/").status == 200


def certified(folder: Path, name: str) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for one name that signed itself: `folder/certificate.pem`."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(7).not_valid_before(begin).not_valid_after(begin + dt.timedelta(days=9))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.mark.parametrize(
    ("name", "is_trusted", "reason"),
    [
        ("hooks.example.com", True, ""),
        ("other.example.com", True, "Hostname mismatch"),
        ("hooks.example.com", False, "self-signed"),
    ],
)
def test_send_by_https_verifies_the_certificate_against_the_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, is_trusted: bool, reason: str
) -> None:
    resolver(monkeypatch, ["127.0.0.1"])
    certificate = certified(tmp_path, name)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    outbound._certificates.cache_clear()
    try:
        with receiver(certificate=certificate) as server:
            url = f"https://hooks.example.com:{server.port}/"
            if reason:
                with pytest.raises(Unreachable, match=f"The certificate of hooks.example.com isn’t valid: {reason}"):
                    Outbound(allow_private=True).send("GET", url)
            else:
                assert Outbound(allow_private=True).send("GET", url).body == b"ok"
    finally:
        outbound._certificates.cache_clear()
