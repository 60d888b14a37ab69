"""What browsers report when a page tries what its Content-Security-Policy forbids: counted, a little of it logged."""

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import Response

PATH = "/csp-reports"
MOST_BYTES = 16_384
MOST_LOGGED_AN_HOUR = 60
_HOUR = 3_600.0

router = APIRouter(include_in_schema=False)
logger = logging.getLogger(__name__)
reported = Counter("assembly_week_csp_reports_total", "Reports of a page that broke its Content-Security-Policy")


class _Ration:
    """Anybody may report anything, so the log takes only so much an hour."""

    def __init__(self) -> None:
        self._began = -_HOUR
        self._used = 0

    def take(self) -> bool:
        """Whether one more line may be logged."""
        now = time.monotonic()
        if now - self._began >= _HOUR:
            self._began, self._used = now, 0
        self._used += 1
        return self._used <= MOST_LOGGED_AN_HOUR


_ration = _Ration()


@router.post(PATH)
async def collect(request: Request) -> Response:
    """Take a report of a browser's; the answer is the same for what is none."""
    body = await request.body()
    for report in _reports(body[: MOST_BYTES + 1]):
        reported.inc()
        if _ration.take():
            logger.warning("a page broke its Content-Security-Policy: %s", report)
    return Response(status_code=204)


def _reports(body: bytes) -> Iterator[str]:
    """The reports of a body, in either form that browsers use; nothing of what cannot be read or is too large."""
    if len(body) > MOST_BYTES:
        return
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return
    for item in document if isinstance(document, list) else [document]:
        inner = item.get("body", item.get("csp-report")) if isinstance(item, dict) else None
        if isinstance(inner, dict):
            yield _told(inner)


def _told(report: dict[str, Any]) -> str:
    """The directive, what it stopped, and on which page: escaped and cut, for a stranger wrote it."""
    names = (
        ("effectiveDirective", "effective-directive"),
        ("blockedURL", "blocked-uri"),
        ("documentURL", "document-uri"),
    )
    return " ".join(ascii(str(report.get(new, report.get(old, "")))[:200]) for new, old in names)
