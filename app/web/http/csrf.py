"""Forms: where they may come from, and the token that proves it."""

import re

from starlette.datastructures import FormData, Headers
from starlette.requests import Request
from starlette.types import Scope

from app.domain import constant_time
from app.domain.actor import SignedInActor
from app.errors import Malformed, NotAllowed
from app.web.http.areas import find_area

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FIELD = "csrf"
HEADER = "x-csrf-token"
MAX_FIELDS = 100  # our largest form: a quarter's 78 shifts, ticked one by one, beside what is to change of them
MAX_FILES = 1
MAX_PARTS = 28
"""Fields of a form with a file: a list's, with a choice for each column. Each brings headers of its own, and 4 kB of
them take 10 ms."""
TAKES_FILES = re.compile(
    r"/organizer/(?:weeks/[^/]+/(?:(?:teams|shifts)/import|teams/draw|lists)|lists|appearance/logo|forecast/contacts)"
)
"""Addresses whose form may bring a file, and so be multipart."""

MAX_LIST_BYTES = 16 * 1_048_576
"""Of a request with a list: more than a list may have, so that its page can say so."""
MAX_LOGO_BYTES = 1_048_576
"""Of a request with a logo, likewise."""
MAX_TEXT_BYTES = MAX_LIST_BYTES  # of one field beside a file
EXPIRED = "This form expired. Reload and try again."


def is_foreign(scope: Scope) -> bool:
    """Tell a cross-site request (CSRF) by Fetch Metadata (`Sec-Fetch-Site`) and Origin (RFC 6454, 7).

    Every browser sends one of them with a form; what has neither is no form of ours. Programs send tokens instead.
    """
    if scope["method"] in SAFE or not find_area(scope["path"]).csrf:
        return False
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return True
    origin = headers.get("origin")
    if origin is None:
        return site is None
    return origin != f"{scope['scheme']}://{headers.get('host', '')}"


async def read(request: Request) -> FormData:
    """Parse a form. Raises Malformed for a body that is none."""
    is_multipart = request.headers.get("content-type", "").strip().lower().startswith("multipart/")
    most = MAX_PARTS if is_multipart else MAX_FIELDS
    try:
        return await request.form(max_fields=most, max_files=MAX_FILES, max_part_size=MAX_TEXT_BYTES)
    except UnicodeError:  # some of the encodings a body may claim fail in ways of their own
        raise Malformed("The form can’t be read. Open the page again and send it from there.") from None


def text_of(form: FormData, name: str) -> str:
    """One field's text; empty without one, or for a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


async def check(request: Request, member: SignedInActor) -> None:
    """Raise NotAllowed unless a form carries the token of their sign-in."""
    given, form = request.headers.get(HEADER), None
    if not given:
        form = await read(request)
        given = text_of(form, FIELD)
    if not constant_time.is_equal(given, member.csrf):
        if form is not None:
            await form.close()
        raise NotAllowed(EXPIRED)
