"""The short way to a board and its stream: ready bytes, handed out before the framework wakes up."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import Problem
from app.services import weeks
from app.services.tokens import Bearer
from app.web.access import address_of, reads_boards, sees_behind_freeze, token_in
from app.web.live import Key, board_html, board_json
from app.web.render import wants_partial
from app.web.state import Installation

_ADDRESS = re.compile(
    r"/|/weeks/(?P<page>[^/]+)(?P<swap>/live)?|/api/v1/weeks/(?P<json>[^/]+)/(?P<part>leaderboard|live)"
)


class Shortcut:
    """Answers for a board that is ready, to somebody already known; everything else goes the long way.

    Finding a route and what it depends on costs several times what sending a ready board does. The long way decides
    the same by the same rules, so that leaving this class out would change nothing but the speed.
    """

    def __init__(self, app: ASGIApp, place: Installation) -> None:
        self._app = app
        self._place = place

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer at once, or pass on."""
        response = self._answer(scope) if scope["type"] == "http" and scope["method"] == "GET" else None
        await (response or self._app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        address = _ADDRESS.fullmatch(scope["path"])
        if address is None:
            return None
        request = Request(scope)
        token = token_in(request.headers)
        who = None if token is None else self._place.desk.remembered(token)
        if (token is not None and who is None) or not self._is_let_in(who):
            return None
        slug, is_public = address["page"] or address["json"] or weeks.CURRENT, not sees_behind_freeze(who)
        served = self._place.boards.ready(slug, public=is_public)
        if served is None:
            return None
        if address["swap"] or address["part"] == "live":
            key = Key(slug, is_public, board_json if address["json"] else board_html)
            return self._place.streams.ready(key, served, address_of(request), token)
        if address["json"]:
            return served.json.answer(request)
        return (served.partial if wants_partial(request) else served.page).answer(request)

    def _is_let_in(self, who: Bearer | None) -> bool:
        try:
            reads_boards(self._place.settings, who)
        except Problem:
            return False
        return True
