"""Browsers' reports of a broken Content-Security-Policy: counted, a little of each logged."""

import json
import logging
import re
import time
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import Response

from app.web.http.areas import find_area
from app.web.http.route_names import RouteNames

PATH = "/csp-reports"
MAX_BYTES = find_area(PATH).body
MAX_LOGGED_AN_HOUR = 60  # anybody may report anything, so this is what a stranger may write into our log
_HOUR = 3_600.0
_NAMES = (
    ("effectiveDirective", "effective-directive"),
    ("blockedURL", "blocked-uri"),
    ("documentURL", "document-uri"),
)
_WORD = re.compile("[a-z-]{1,40}")
_PATH = re.compile("https?://[^/?#]*(/[^?#]*)")
_ORIGIN = re.compile(r"[a-z][a-z-]{0,19}:(?://[A-Za-z0-9.\[\]-]{1,100}(?::\d{1,5})?(?![^/?#]))?")

router = APIRouter(include_in_schema=False)
logger = logging.getLogger(__name__)
reported = Counter("assembly_week_csp_reports_total", "Reports of a page that broke its Content-Security-Policy")


class _Ration:
    """A fixed-window limit on log lines: anybody may report anything."""

    def __init__(self) -> None:
        self._began = -_HOUR
        self._used = 0

    def take(self) -> bool:
        """Tell whether one more line may be logged."""
        now = time.monotonic()
        if now - self._began >= _HOUR:
            self._began, self._used = now, 0
        self._used += 1
        return self._used <= MAX_LOGGED_AN_HOUR


_ration = _Ration()


@router.post(PATH)
async def collect(request: Request) -> Response:
    """Take a report of a browser's; the answer is the same for what is none."""
    for report in _reports(await _body(request)):
        reported.inc()
        if _ration.take():
            logger.warning("a page broke its Content-Security-Policy: %s", _told(report, request.app.state.routes))
    return Response(status_code=204)


async def _body(request: Request) -> bytes:
    """Read the body, up to one byte more than may be: the rest is not even taken in."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            break
    return body


def _reports(body: bytes) -> Iterator[dict[str, Any]]:
    """The reports of a body, in either form that browsers use; nothing of what cannot be read or is too large."""
    if len(body) > MAX_BYTES:
        return
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return
    for item in document if isinstance(document, list) else [document]:
        inner = item.get("body", item.get("csp-report")) if isinstance(item, dict) else None
        if isinstance(inner, dict):
            yield inner


def _told(report: dict[str, Any], routes: RouteNames) -> str:
    """The directive, what it stopped and on which page, in words of ours: a stranger wrote the report.

    Addresses hold secrets, so of the page's there is only the route, and of what was stopped only where it lives.
    """
    directive, blocked, page = (str(report.get(new, report.get(old, ""))) for new, old in _NAMES)
    stopped = blocked if _WORD.fullmatch(blocked) else _origin(blocked)
    return f"{directive if _WORD.fullmatch(directive) else '?'} stopped {stopped} on {routes.of(_path(page))}"


def _origin(address: str) -> str:
    match = _ORIGIN.match(address)
    return match[0] if match else "?"


def _path(address: str) -> str:
    match = _PATH.match(address)
    return match[1] if match else ""
