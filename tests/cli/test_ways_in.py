"""The links that `serve` and `demo` print, and how a real server tells https from http."""

import re
import socket
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.cli.conftest import Shell
from tests.cli.processes import PATIENCE_SECONDS, start, started, surroundings

pytestmark = pytest.mark.usefixtures("tables")

OWNER = {"name": "Olu Okoro", "email": "olu@example.com"}
PUBLIC = "https://week.example.com"


def send(link: str, headers: Mapping[str, str] | None = None, /, **fields: str) -> httpx.Response:
    """Press a link's button, as a browser on this machine does."""
    parts = urlsplit(link)
    given = {"Origin": f"{parts.scheme}://{parts.netloc}", **(headers or {})}
    return httpx.post(link, data=fields, headers=given, timeout=PATIENCE_SECONDS)


def ready(document: Any) -> Any:
    """The document of a server, once it answers."""
    httpx.get(f"{document['address']}healthz", timeout=PATIENCE_SECONDS).raise_for_status()
    return document


def test_server_prints_a_link_for_the_owner_until_there_is_one(shell: Shell) -> None:
    with started("serve", "--port", "0") as (_, first):
        pass
    with started("serve", "--port", "0") as (_, second):
        ready(second)
        answer = send(second["owner_link"], **OWNER)
        older = send(f"{second['address']}{urlsplit(first['owner_link']).path.lstrip('/')}", name="Eve", email="e@e.de")
    with started("serve", "--port", "0") as (_, third):
        pass

    assert second["owner_link"].startswith(f"{second['address']}sign-in/link/al_")
    assert (answer.status_code, older.status_code) == (303, 404)
    assert (set(first), set(second), set(third)) == ({"address", "owner_link"}, {"address", "owner_link"}, {"address"})


def test_server_says_in_words_what_the_link_is_for(shell: Shell) -> None:
    process = start(["serve", "--port", "0"], surroundings())
    assert process.stdout is not None
    lines = [process.stdout.readline().rstrip("\n") for _ in range(5)]
    process.terminate()
    process.communicate(timeout=PATIENCE_SECONDS)
    said = [line for line in lines if not line.startswith("SQLite")]

    assert said[1:3] == ["", "Nobody owns it yet. Open the owner link to become its owner. It works once:"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/sign-in/link/al_[\w-]{43}", said[3])


def test_demo_prints_a_link_for_an_organizer_and_one_for_a_player(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_SMTP_URL", "smtp://127.0.0.1:1")
    monkeypatch.setenv("ASSEMBLY_WEEK_MAIL_FROM", "week@example.com")
    monkeypatch.setenv("ASSEMBLY_WEEK_PUBLIC_URL", "https://week.example.com")
    monkeypatch.setenv("ASSEMBLY_WEEK_OIDC_ISSUER", "http://127.0.0.1:1")
    monkeypatch.setenv("ASSEMBLY_WEEK_OIDC_CLIENT_ID", "assembly-week")
    monkeypatch.setenv("ASSEMBLY_WEEK_BACKUP_DIR", str(shell.desk / "copies"))  # of the real one, never the demo's
    monkeypatch.setenv("ASSEMBLY_WEEK_BACKUP_HOUR", "0")
    with started("demo", "--finished", "--port", "0") as (_, document):
        base = document["board"].partition("/weeks")[0]
        ways_in = httpx.get(f"{base}/sign-in", timeout=PATIENCE_SECONDS)
        answers = [send(document[name]) for name in ("organizer_link", "player_link", "organizer_link")]

    assert [answer.status_code for answer in answers] == [303, 303, 404]
    assert [answer.headers.get("location") for answer in answers[:2]] == ["/organizer", "/shifts"]
    assert ['id="mail-title"' in ways_in.text, 'id="company-title"' in ways_in.text] == [False, False]
    assert not (shell.desk / "copies").exists()


def test_demo_leads_a_player_to_a_shift_in_two_taps(shell: Shell) -> None:
    with started("demo", "--speed", "0.1", "--port", "0") as (_, document):
        base = document["board"].partition("/weeks")[0]
        with httpx.Client(base_url=base, timeout=PATIENCE_SECONDS, headers={"Origin": base}) as browser:
            page = browser.post(document["player_link"], follow_redirects=True)
            [csrf] = set(re.findall(r'name="csrf" value="([^"]*)"', page.text))
            [take] = re.findall(r'formaction="([^"]*)"[^>]*>Take a seat', page.text)
            taken = browser.post(unescape(take), data={"csrf": csrf}, follow_redirects=True)

    assert (page.status_code, taken.status_code) == (200, 200)
    assert re.search(r">Leave<", taken.text)


@pytest.mark.parametrize(("proxies", "status"), [("127.0.0.1", 303), ("10.0.0.1", 403), ("", 403)])
def test_https_is_believed_from_the_named_proxies_alone(
    shell: Shell, proxies: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_TRUSTED_PROXIES", proxies)
    monkeypatch.setenv("ASSEMBLY_WEEK_PUBLIC_URL", PUBLIC)
    headers = {"Host": "week.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    with started("serve", "--port", "0") as (_, document):
        ready(document)
        link = f"{document['address'].rstrip('/')}{urlsplit(document['owner_link']).path}"
        origin = PUBLIC if status == 303 else "http://week.example.com"
        answer = send(link, {**headers, "Origin": origin}, **OWNER)

    cookie = answer.headers.get("set-cookie", "")
    assert (answer.status_code, document["owner_link"].startswith(f"{PUBLIC}/sign-in/link/")) == (status, True)
    assert (cookie.startswith("__Host-sign-in=as_"), "; Secure" in cookie) == (
        (True, True) if status == 303 else (False, False)
    )


def test_fields_after_the_body_do_not_choose_the_address(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_TRUSTED_PROXIES", "127.0.0.1")
    head = b"GET /sign-in/link/al_nope HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close"
    with started("serve", "--port", "0") as (_, document):
        statuses = [
            _status(document["address"], head + b"\r\n\r\n0\r\nX-Forwarded-For: 192.0.2.%d\r\n\r\n" % number)
            for number in range(31)
        ]

    assert statuses == [b"404"] * 30 + [b"429"]


def _status(address: str, request: bytes) -> bytes:
    parts = urlsplit(address)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(request)
        return connection.makefile("rb").readline().split(b" ")[1]


def test_mail_without_a_public_address_is_not_served(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_SMTP_URL", "smtp://127.0.0.1:25")
    monkeypatch.setenv("ASSEMBLY_WEEK_MAIL_FROM", "week@example.com")

    assert shell.refusal("serve").startswith("Set ASSEMBLY_WEEK_PUBLIC_URL to the address people type")
