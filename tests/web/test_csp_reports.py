"""Reports of browsers: counted, and logged only so much; whatever comes is answered alike."""

import json
import logging
from typing import Any

import pytest

from app.web.http import csp_reports
from tests.web.running_app import RunningApp

OLD = {"csp-report": {"effective-directive": "script-src", "blocked-uri": "inline", "document-uri": "http://x/me"}}
NEW = [{"type": "csp-violation", "body": {"effectiveDirective": "style-src", "blockedURL": "http://evil"}}]


@pytest.fixture(autouse=True)
def fresh_ration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was logged in this hour yet."""
    monkeypatch.setattr(csp_reports, "_ration", csp_reports._Ration())


def reported() -> float:
    """The number of reports counted."""
    return float(csp_reports.reported._value.get())


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == csp_reports.__name__]


def test_reports_of_both_forms_are_counted_and_logged(site: RunningApp, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    before = reported()

    answers = [site.client.post("/csp-reports", json=each) for each in (OLD, NEW)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert reported() - before == 2
    assert told(caplog) == [
        "a page broke its Content-Security-Policy: script-src stopped inline on /me",
        "a page broke its Content-Security-Policy: style-src stopped http://evil on (no route)",
    ]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b"[" * 5_000, b'{"csp-report": 3}', b" " * 17_000, b'[{"body": []}, 1]'],
)
def test_collect_answers_alike_and_forgets_a_body_that_is_no_report(
    site: RunningApp, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    before = reported()

    answer = site.client.post("/csp-reports", content=body)

    assert (answer.status_code, reported() - before, told(caplog)) == (204, 0, [])


def test_a_flood_fills_no_log(site: RunningApp, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    flood: list[Any] = NEW * (csp_reports.MAX_LOGGED_AN_HOUR + 20)

    site.client.post("/csp-reports", content=json.dumps(flood))

    assert len(told(caplog)) == csp_reports.MAX_LOGGED_AN_HOUR


def test_a_report_cannot_forge_a_line_of_the_log(site: RunningApp, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    forged = {"csp-report": {"blocked-uri": "x\n2022-09-14 ERROR all is lost\x1b[31m" + "y" * 5_000}}

    site.client.post("/csp-reports", json=forged)

    [line] = told(caplog)
    assert (line.isprintable(), len(line) < 400) == (True, True)


SECRET = "al_" + "x" * 43


@pytest.mark.parametrize(
    ("page", "blocked", "said"),
    [
        (f"https://week/sign-in/link/{SECRET}", "inline", "inline on /sign-in/link/{secret}"),
        (f"https://week/weeks/q3/summary/present?key={SECRET}", "eval", "eval on /weeks/{week}/summary/present"),
        (f"https://week/#{SECRET}", "data", "data on /"),
        (f"https://{SECRET}:{SECRET}@week/me", "blob", "blob on /me"),
        (f"https://week/join/{SECRET}/{SECRET}", "inline", "inline on (no route)"),
        ("https://week/me", f"https://week/sign-in/link/{SECRET}", "https://week on /me"),
        ("https://week/me", f"https://cdn.example:8443/a?key={SECRET}", "https://cdn.example:8443 on /me"),
        ("https://week/me", f"https://user:{SECRET}@cdn.example/a", "https: on /me"),
        ("https://week/me", f"data:text/html,{SECRET}", "data: on /me"),
        ("https://week/me", SECRET, "? on /me"),
        (SECRET, SECRET, "? on (no route)"),
        (f"javascript://week/sign-in/link/{SECRET}", "", "? on (no route)"),
    ],
)
def test_a_report_says_the_route_of_a_page_and_no_secret(
    site: RunningApp, page: str, blocked: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    report = {"effectiveDirective": SECRET, "blockedURL": blocked, "documentURL": page}

    site.client.post("/csp-reports", json=[{"type": "csp-violation", "body": report}])

    assert told(caplog) == [f"a page broke its Content-Security-Policy: ? stopped {said}"]


def test_a_report_is_not_taken_in_beyond_its_limit(site: RunningApp) -> None:
    chunks = iter([b"[" * 65_536] * 8)

    assert site.client.post("/csp-reports", content=chunks).status_code == 204
