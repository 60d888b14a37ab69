"""Logs and audit of a server: no secret that was made may be in them, whatever happens."""

import json
import logging
import re
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from app.cli import log_lines
from app.web.http import request_ids
from tests.cli.conftest import Shell
from tests.cli.processes import ended, started
from tests.cli.test_ways_in import OWNER, ready

SECRET = "x" * 43
WEEK = "q3-2022"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"Bearer aw_{SECRET}", "Bearer aw_…"),
        (f"'al_{SECRET}', 'as_{SECRET}'", "'al_…', 'as_…'"),
        (f"cookie=plain-display=ad_{SECRET};", "cookie=plain-display=ad_…;"),
        (f"a part: al_{SECRET[:30]}", "a part: al_…"),
        (f"https://week/sign-in/link/{SECRET}\n", "https://week/sign-in/link/…"),
        (f"/weeks/q3/summary/present?key={SECRET}&x=1", "/weeks/q3/summary/present?key=…&x=1"),
        (f"/sign-in/return?code={SECRET}&state={SECRET}", "/sign-in/return?code=…&state=…"),
        (f"/hooks/zendesk/{SECRET} and /calendar/{SECRET}.ics", "/hooks/zendesk/… and /calendar/…"),
        ("/join/ABCD-EFGH", "/join/…"),
        ("postgresql://week:hush@db/week", "postgresql://week:…@db/week"),
        (
            "GET /sign-in/link/{secret} in app/web/sign_in/links.py",
            "GET /sign-in/link/{secret} in app/web/sign_in/links.py",
        ),
        ("http://127.0.0.1:8000/ as_it_is", "http://127.0.0.1:8000/ as_it_is"),
    ],
)
def test_format_leaves_secrets_out(text: str, line: str) -> None:
    record = logging.LogRecord("app", logging.WARNING, "", 0, "%s", (text,), None)

    assert log_lines.TextFormatter("%(message)s").format(record) == line
    assert json.loads(log_lines.JsonFormatter().format(record))["message"] == line


def test_format_leaves_secrets_out_of_tracebacks() -> None:
    try:
        int(f"al_{SECRET}")
    except ValueError as error:
        record = logging.LogRecord(
            "app", logging.ERROR, "", 0, "failed", None, (type(error), error, error.__traceback__)
        )

    assert log_lines.TextFormatter("%(message)s").format(record).endswith("with base 10: 'al_…'")
    event = json.loads(log_lines.JsonFormatter().format(record))
    assert event["exception"].endswith("with base 10: 'al_…'")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\nlines\r\n", "app: two\\nlines"),
        ("2026-01-01 forged\u2028line\x85", "app: 2026-01-01 forged\\u2028line"),
        ("\x1b[2J\tcleared\x7f", "app: \\x1b[2J\\tcleared\\x7f"),
    ],
)
def test_format_makes_one_line_of_whatever_is_quoted(text: str, line: str) -> None:
    record = logging.LogRecord("app", logging.WARNING, "", 0, "%s", (text,), None)

    assert log_lines.TextFormatter("%(name)s: %(message)s").format(record) == line
    assert len(log_lines.JsonFormatter().format(record).splitlines()) == 1


def test_format_makes_a_json_object_of_an_event() -> None:
    record = logging.LogRecord("app.db", logging.WARNING, "", 0, "away for %d s", (3,), None)
    record.created = 0.25

    with request_ids.bound("0123456789abcdef"):
        event = json.loads(log_lines.formatter("json").format(record))

    assert event == {
        "time": "1970-01-01T00:00:00.250000+00:00",
        "level": "warning",
        "logger": "app.db",
        "message": "away for 3 s",
        "request_id": "0123456789abcdef",
    }


class Busy:
    """A server's users: they open what they have, and show it in every place where it does not belong."""

    def __init__(self, address: str) -> None:
        self.url = address.rstrip("/")
        self.secrets: set[str] = set()
        self.client = httpx.Client(base_url=self.url, timeout=30, headers={"Origin": self.url})

    def keep_cookies(self) -> None:
        """Count what the browser was given among the secrets."""
        self.secrets |= {value for _, value in self.client.cookies.items() if len(value) > 20}

    def misplace(self, secret: str) -> None:
        """Show a secret wherever somebody might show it."""
        shown = quote(secret)
        for path in (
            f"/sign-in/link/{shown}",
            f"/join/{shown}",
            f"/organizer/people/{shown}",
            f"/{shown}",
            f"/?key={shown}",
        ):
            self.client.get(path)
            self.client.post(path, data={"name": secret, "email": secret, "key": secret, "csrf": secret})
        self.client.get(f"/weeks/{WEEK}/summary/present", params={"key": secret})
        self.client.get(f"/sign-in/return?code={shown}&state={shown}&error={shown}")
        self.client.get(f"/api/v1/weeks/{shown}/activities", headers={"Authorization": f"Bearer {secret}"})
        self.client.post(
            "/sign-in/email",
            content=secret.encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={shown}"},
        )
        for page in (f"/sign-in/link/{shown}", f"/weeks/{WEEK}/summary/present?key={shown}", f"/?x={shown}#{shown}"):
            report = {
                "effective-directive": "script-src",
                "blocked-uri": f"{self.url}{page}",
                "document-uri": f"{self.url}{page}",
            }
            self.client.post("/csp-reports", json={"csp-report": report})
        self.send_what_is_no_http(secret)

    def send_what_is_no_http(self, secret: str) -> None:
        """Send a request that no parser takes."""
        parts = urlsplit(self.url)
        with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=5) as connection:
            connection.sendall(f"GET /sign-in/link/{secret} HTTP/9.9\r\nCookie: {secret}\r\n\r\n".encode())
            connection.recv(1_000)


@pytest.fixture
def busy_week(open_week: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Busy, str]]:
    """A session of users on a real server, with all that it wrote to its log meanwhile."""
    with started("serve", "--port", "0") as (process, document):
        busy = Busy(ready(document)["address"])
        busy.client.post(urlsplit(document["owner_link"]).path, data=OWNER)
        busy.keep_cookies()
        token = open_week.document("token", "create", "--name", "tool", "--scope", "activities:write")["token"]
        link = open_week.document("person", "link", OWNER["email"])["link"]
        presenter = open_week.document("week", "present", WEEK)
        screen = httpx.get(f"{busy.url}/display").cookies.get("plain-display") or ""
        key = parse_qs(urlsplit(presenter["link"]).query)["key"][0]
        given = {token, link.rpartition("/")[2], document["owner_link"].rpartition("/")[2], key, screen}
        busy.secrets |= given
        for secret in sorted(busy.secrets):
            busy.misplace(secret)
        with closing(sqlite3.connect(open_week.ledger)) as database, database:
            database.execute("ALTER TABLE sign_in_link RENAME TO gone")  # a failure of ours, traceback and all
        failed = busy.client.get(f"/sign-in/link/{link.rpartition('/')[2]}")
        assert (failed.status_code, len(busy.secrets)) == (500, 6)
        _, _, _, log = ended(process, signal.SIGTERM)
    yield busy, log
    busy.client.close()


def test_no_secret_that_was_made_is_in_a_log_or_in_the_audit(busy_week: tuple[Busy, str], open_week: Shell) -> None:
    busy, log = busy_week
    with closing(sqlite3.connect(open_week.ledger)) as database:
        audit = "\n".join(map(str, database.execute("SELECT * FROM audit")))

    assert "script-src stopped http://127.0.0.1" in log
    assert "OperationalError" in log
    assert "GET /api/v1/weeks/{week}/activities" in audit
    assert len([line for line in log.splitlines() if re.match(r"\d{4}-\d\d-\d\d ", line)]) < 100
    for secret in busy.secrets:
        for length in (20, len(secret)):
            assert secret[:length] not in log
            assert secret[:length] not in audit


def test_every_line_is_a_json_object_where_settings_say_so(open_week: Shell) -> None:
    wanted = {"ASSEMBLY_WEEK_LOG_FORMAT": "json", "ASSEMBLY_WEEK_LOG_FORMATS": "json"}
    with started("serve", "--port", "0", settings=wanted) as (process, document):
        address = ready(document)["address"]
        parts = urlsplit(address)
        with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=5) as connection:
            connection.sendall(b"nonsense\r\n\r\n")
            refused = connection.recv(10_000)
        with closing(sqlite3.connect(open_week.ledger)) as database, database:
            database.execute("ALTER TABLE sign_in_link RENAME TO gone")
        failed = httpx.get(f"{address}sign-in/link/al_{SECRET}")
        _, _, _, log = ended(process, signal.SIGTERM)

    events = [json.loads(line) for line in log.splitlines()]
    ids = [event["request_id"] for event in events if "request_id" in event]
    assert "ASSEMBLY_WEEK_LOG_FORMATS isn’t a setting" in events[0]["message"]
    assert ids[:2] == [json.loads(refused.partition(b"\r\n\r\n")[2])["request_id"], failed.headers["x-request-id"]]
    assert [event["message"] for event in events if "exception" in event] == ["Exception in ASGI application"]
