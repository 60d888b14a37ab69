"""Request ids: one for each request, in its answer and in every line that it writes to the log."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from secrets import token_hex

from starlette.types import Scope

HEADER = b"x-request-id"
_KEY = "request_id"
_WELL_FORMED = re.compile(rb"[A-Za-z0-9-]{8,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def create() -> str:
    """Make an id that no other request has."""
    return token_hex(8)


def current() -> str:
    """Return the id of the request that this is done for; empty outside of requests."""
    return _current.get()


def begin(scope: Scope) -> str:
    """Let this context be that of one request, with the id it has already or a new one; returns the id."""
    state = scope.setdefault("state", {})
    request_id: str = state.get(_KEY) or create()
    state[_KEY] = request_id
    _current.set(request_id)
    return request_id


def of(scope: Scope) -> str:
    """Return the id that a request has, empty before it has one."""
    return str(scope.get("state", {}).get(_KEY, ""))


def adopt(scope: Scope) -> None:
    """Give a request the id that its header names, if that is well-formed; only for what a trusted proxy sends."""
    values = [value for name, value in scope["headers"] if name == HEADER]
    if len(values) == 1 and _WELL_FORMED.fullmatch(values[0]):
        scope.setdefault("state", {})[_KEY] = values[0].decode("ascii")


@contextmanager
def bound(request_id: str) -> Iterator[None]:
    """Log with this id for as long as the block lasts."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)
