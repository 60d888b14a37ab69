"""Log lines of a server: one an event, a few of each kind in an hour, and no secret in any of them."""

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import MemoryHandler
from typing import TYPE_CHECKING

from app.cli.log_ration import Rationed
from app.config import LogFormat
from app.web.http import request_ids

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_MAX_HELD = 1_000

logger = logging.getLogger(__name__)

# A line of ours names routes and no addresses, but lines and tracebacks of what we build on quote what they were given:
# the mail server's answer a link, a failing statement its address. This is the net below.
_SECRETS = re.compile(
    r"(?<![A-Za-z0-9])(a[a-z]_)[A-Za-z0-9_-]{20,}"  # tokens, sign-ins, links, screens: their beginning tells
    r"|([?&](?:key|code|state|token|secret)=)[^&\s\"'<>]+"
    r"|(/(?:sign-in/(?:link|slack)|join|calendar|unsubscribe|hooks/[^/\s]+)/)[^/\s?\"'<>{]+"
    r"|(://[^/\s:@]*:)[^/\s@]+(?=@)"  # the password in the address of a database or a mail server
)
# What ends a line for one reader or another, or moves a terminal's cursor: nobody forges a line by quoting.
_CONTROLS = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]")


def without_secrets(text: str) -> str:
    """Leave out whatever looks like a secret of ours; of each stays what it is."""
    return _SECRETS.sub(lambda secret: f"{''.join(part or '' for part in secret.groups())}…", text)


class TextFormatter(logging.Formatter):
    """Formats an event as one line of text; ends of lines within it, such as a traceback's, are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, with the id of the request it was written for."""
        request_id = request_ids.current()
        record.request = f" [{request_id}]" if request_id else ""
        text = without_secrets(super().format(record).rstrip())
        return _CONTROLS.sub(lambda control: repr(control[0])[1:-1], text)


class JsonFormatter(logging.Formatter):
    """Formats an event as one JSON object on a line, in ASCII; what an event has not is left out."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage().rstrip()),
        }
        if request_id := request_ids.current():
            event["request_id"] = request_id
        if record.exc_info:
            event["exception"] = without_secrets(self.formatException(record.exc_info))
        if record.stack_info:
            event["stack"] = without_secrets(self.formatStack(record.stack_info))
        return json.dumps(event)


def formatter(log_format: LogFormat) -> logging.Formatter:
    """Return what turns events into lines."""
    if log_format == "json":
        return JsonFormatter()
    return TextFormatter("%(asctime)s %(levelname)s %(name)s%(request)s: %(message)s")


def configure(log_format: LogFormat) -> None:
    """Log to standard error from now on, unless somebody else has said where to."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(log_format))
    handler.addFilter(Rationed())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("app").setLevel(logging.INFO)
    # It writes a line for each form that is none, with bytes of it put in, so that no two are of a kind.
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    _log_what_python_prints()


@contextmanager
def held_back() -> Iterator[None]:
    """Keep our lines until the end of the block, in which it becomes known what they look like."""
    ours, held = logging.getLogger("app"), MemoryHandler(_MAX_HELD, flushLevel=sys.maxsize)
    if not logging.getLogger().handlers:
        ours.addHandler(held)
    try:
        yield
    finally:
        ours.removeHandler(held)
        for record in held.buffer:
            logging.getLogger(record.name).handle(record)


def _log_what_python_prints() -> None:
    """Make lines of what Python would write over many: warnings, and failures that nobody can catch."""
    logging.captureWarnings(capture=True)
    threading.excepthook = _log_thread
    sys.unraisablehook = _log_unraisable


def _log_thread(failure: threading.ExceptHookArgs) -> None:
    name = failure.thread.name if failure.thread else "unknown"
    if failure.exc_value is not None and failure.exc_type is not SystemExit:
        logger.error("thread %s ended", name, exc_info=failure.exc_value)


def _log_unraisable(failure: "UnraisableHookArgs") -> None:
    logger.error("%s: %r", failure.err_msg or "Exception ignored in", failure.object, exc_info=failure.exc_value)
