"""The short way to a board, its stream and the ledger: what happens most, done before the framework wakes up."""

import re

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Problem
from app.live.messages import Reading
from app.services.weeks import weeks
from app.services.weeks.rehearsing import is_rehearsal
from app.web import hooks
from app.web.access import credentials_in, decide
from app.web.api.activities import record_body
from app.web.context import AppContext
from app.web.event_stream import EventStream
from app.web.http import problems
from app.web.http.areas import find_area
from app.web.http.client import network_of
from app.web.http.content_coding import accepts_gzip
from app.web.topics import board_html, board_json
from app.web.views import page_form, position_in

_ADDRESS = re.compile(
    r"/|/weeks/(?P<page>[^/]+)(?P<swap>/live)?|/api/v1/weeks/(?P<json>[^/]+)/(?P<part>leaderboard|live)"
)
_LEDGER = re.compile(r"/api/v1/weeks/([^/]+)/activities")
_HOOK = re.compile(r"/hooks/([^/]+)(?:/([^/]+))?")
_SINCE = re.compile(rb"since=[0-9a-f]+-[0-9]+")
_SMALL = re.compile("[1-9][0-9]{0,4}")  # bytes of a body, as its header announces them


class Shortcut:
    """Answers for a board that is ready and for one activity, to somebody already known; the rest goes the long way.

    Finding a route and what it depends on costs several times what sending a ready board does, and as much as
    recording an activity. The long way decides the same by the same rules, so that leaving this class out would change
    nothing but the speed.
    """

    def __init__(self, app: ASGIApp, context: AppContext) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer at once, or pass on."""
        response: ASGIApp | None = None
        if scope["type"] == "http" and scope["method"] == "GET":
            response = self._answer(scope)
        elif scope["type"] == "http" and scope["method"] == "POST":
            response = await self._record(scope, receive) or await self._take(scope, receive)
        await (response or self._app)(scope, receive, send)

    async def _record(self, scope: Scope, receive: Receive) -> ASGIApp | None:
        address = _LEDGER.fullmatch(scope["path"])
        if address is None or is_rehearsal(address[1]):
            return None
        request = Request(scope, receive)
        credentials = credentials_in(request)
        actor = self._context.credentials.remembered(credentials[0]) if credentials else None
        if actor is None:
            return None
        try:
            decide(find_area(scope["path"]), actor, self._context.settings, "activities:write")
        except Problem:
            return None  # the long way notes who is refused
        if not _SMALL.fullmatch(request.headers.get("content-length", "")):
            return None
        try:
            body = await request.body()
        except ClientDisconnect:
            return None
        try:
            return await record_body(self._context.write_queue, address[1], body, actor)
        except Problem as problem:
            return problems.refusal(request, problem)
        except Exception:
            return self._again(body)

    async def _take(self, scope: Scope, receive: Receive) -> ASGIApp | None:
        address = _HOOK.fullmatch(scope["path"])
        request = Request(scope, receive)
        if address is None or not _SMALL.fullmatch(request.headers.get("content-length", "")):
            return None
        try:
            body = await request.body()  # which hooks read again, from the request
        except ClientDisconnect:
            return None
        try:
            return await hooks.take(request, self._context.reception, address[1], address[2])
        except Problem as problem:
            return problems.refusal(request, problem)
        except Exception:
            return self._again(body)

    def _again(self, body: bytes) -> ASGIApp:
        """The long way with a body that was read already; it knows what to say of a failure that is ours."""

        async def unread() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def long_way(scope: Scope, _receive: Receive, send: Send) -> None:
            await self._app(scope, unread, send)

        return long_way

    def _is_plain(self, scope: Scope, address: re.Match[str]) -> bool:
        """Tell whether a page is asked for without a query, or its stream with what pages ask."""
        query = scope.get("query_string", b"")
        return not query or (bool(address["swap"]) and _SINCE.fullmatch(query) is not None)

    def _answer(self, scope: Scope) -> Response | None:
        address = _ADDRESS.fullmatch(scope["path"])
        if address is None or not (address["json"] or self._is_plain(scope, address)):
            return None
        request = Request(scope)
        credentials = credentials_in(request)
        credential = credentials[0] if credentials else None
        actor = self._context.credentials.remembered(credential) if credential else None
        if credential is not None and actor is None:
            return None
        try:
            access = decide(find_area(scope["path"]), actor, self._context.settings)
        except Problem:
            return None
        slug = address["page"] or address["json"] or weeks.CURRENT
        if is_rehearsal(slug):
            return None  # the door of routes alone knows who may enter
        snapshot = self._context.boards.ready(slug, access.audience)
        if snapshot is None:
            return None
        if address["swap"] or address["part"] == "live":
            topic = access.topic(slug, board_json if address["json"] else board_html)
            reading = Reading(None if address["json"] else position_in(request), accepts_gzip(scope))
            subscription = self._context.streams.ready(topic, snapshot, network_of(request), credential, reading)
            return EventStream(subscription) if subscription is not None else None
        board = snapshot.made("json" if address["json"] else page_form(request))
        return board.ready(request) if board is not None else None
