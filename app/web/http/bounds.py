"""Bounds of a request, and codings it must not have: looked at before anything of ours takes it apart."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

from app.errors import HeadTooLarge, Malformed, Problem, Unreadable, UnsupportedCoding
from app.web.http.areas import find_area
from app.web.http.csrf import MAX_FIELDS, SAFE, TAKES_FILES

MAX_HEADERS = 100  # as servers usually allow; browsers send about twenty, and proxies add a few
MAX_COOKIES = 200  # browsers keep 180 of one site at most
MAX_ESCAPES = 100
"""Backslashes in cookies. Every route undoes them, up to Python 3.11.9 in quadratic time: 30,000 of them take 11 s."""
LONGEST_CONTENT_TYPE = 1_000  # the boundary of a form has 70 characters at most (RFC 2046, 5.1.1)
MAX_PARAMETERS = 100  # our longest address has 8
TOO_MANY_FIELDS = f"A form takes {MAX_FIELDS} entries at once. Go back and choose fewer."


class UnknownTransferCoding(Problem):
    """The request is on its way in a form that HTTP/1.1 allows and we don't speak (RFC 9112, 6.1)."""

    status = 501
    title = "Unknown transfer coding"

    def __init__(self, coding: str) -> None:
        super().__init__(f"The only transfer coding here is “chunked”, not “{coding[:80]}”. Send it again without.")


def refusal(scope: Scope) -> Problem | None:
    """Check the size of a request's head; None where it is within bounds."""
    if len(scope["headers"]) > MAX_HEADERS:
        return HeadTooLarge(f"This request has more than {MAX_HEADERS} headers. Send fewer.")
    if scope["query_string"].count(b"&") >= MAX_PARAMETERS:
        return Malformed(f"This address has more than {MAX_PARAMETERS} parameters. Leave some out.")
    for name, value in scope["headers"]:
        if name == b"cookie" and _holds_too_many_cookies(value):
            return HeadTooLarge("This request has more cookies than are read. Clear those of this site.")
        if name == b"content-type" and (problem := _check_content_type(value, scope["path"])) is not None:
            return problem
        if name in _CODINGS and (problem := _CODINGS[name](value)) is not None:
            return problem
    return None


def _check_content_coding(value: bytes) -> Problem | None:
    coding = value.strip().lower().decode("latin-1")
    return UnsupportedCoding(coding) if coding not in {"", "identity"} else None


def _check_transfer_coding(value: bytes) -> Problem | None:
    coding = value.strip().lower().decode("latin-1")
    return UnknownTransferCoding(coding) if coding != "chunked" else None


# Either could be ignored, and what is compressed then be taken for what it is not.
_CODINGS = {b"content-encoding": _check_content_coding, b"transfer-encoding": _check_transfer_coding}


def _holds_too_many_cookies(cookies: bytes) -> bool:
    return cookies.count(b";") > MAX_COOKIES or cookies.count(b"\\") > MAX_ESCAPES


def _check_content_type(content_type: bytes, path: str) -> Problem | None:
    if len(content_type) > LONGEST_CONTENT_TYPE:
        return HeadTooLarge(
            f"This request’s Content-Type has more than {LONGEST_CONTENT_TYPE:,} characters. Shorten it."
        )
    if b"multipart/" not in (kind := content_type.lower()) or not find_area(path).csrf:
        return None
    if not TAKES_FILES.fullmatch(path):
        return Malformed("This form takes no files. Send it as browsers do.")
    return Malformed("Send forms in UTF-8.") if _claims_an_encoding(kind) else None


def _claims_an_encoding(content_type: bytes) -> bool:
    """Tell whether a multipart form says that it is in another encoding than UTF-8; browsers say nothing.

    The framework would read it so, and Python has encodings that take quadratic time: half a minute for 250 kB of
    punycode.
    """
    return b"charset" in content_type.replace(b"charset=utf-8", b"", 1)


def counted(scope: Scope, receive: Receive) -> Receive:
    """The way a request's body comes in, ended by 413 or 400 where it is a form with too many bytes or fields."""
    area = find_area(scope["path"])
    if scope["method"] in SAFE or not area.csrf or _is_multipart(scope):
        return receive  # a program's body and a file are counted where they are read
    left, fields = area.body, MAX_FIELDS

    async def counting() -> Message:
        nonlocal left, fields
        message = await receive()
        body = message.get("body", b"")
        left -= len(body)
        fields -= body.count(b"&")
        if left < 0:
            raise HTTPException(413)
        if fields <= 0:
            raise Unreadable(TOO_MANY_FIELDS)
        return message

    return counting


def _is_multipart(scope: Scope) -> bool:
    return Headers(scope=scope).get("content-type", "").strip().lower().startswith("multipart/")
