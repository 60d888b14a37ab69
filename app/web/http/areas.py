"""The parts of the address space: who may be recognised there, what is taken in, and how a refusal reads."""

from dataclasses import dataclass
from typing import Final, Literal

from app.domain.credential import CredentialKind

Home = Literal["board", "me", "organizer"]

MIB: Final = 1_048_576
FORM_BYTES: Final = 65_536
"""Of a form without a file. Undoing the escapes of more would keep everybody waiting: a megabyte takes a third of a
second, a megabyte of nothing but separators more than one."""
GUIDE_BYTES: Final = 3 * FORM_BYTES
"""Of the guide's form: 16,000 characters of any script, each byte of them escaped."""
RULES_BYTES: Final = 4 * FORM_BYTES
"""Of the form of the rules: a text of 64 KiB, each byte of it escaped, and the form for common changes beside it."""
REPORT_BYTES: Final = 16_384
NO_STORE: Final = "no-store"
REVALIDATE: Final = "private, no-cache"
FOR_PEOPLE: Final[tuple[CredentialKind, ...]] = ("token", "sign-in", "display")
FOR_PROGRAMS: Final[tuple[CredentialKind, ...]] = ("token",)
"""Cookies count for pages alone, so that no other site's page can use the API in somebody's name."""


@dataclass(frozen=True, slots=True)
class Area:
    """Everything below one prefix, and what holds there unless a route says otherwise.

    `credentials` are the kinds that may tell who is asking, the one that decides first. With `csrf`, what may change
    something has to come from a page of ours. `body` is in bytes and counts for what is no file; `cache` is the
    Cache-Control of answers without one. A `refusal` is a page for people or a problem document (RFC 9457). An area
    with `any_host` answers whatever the Host header says. `home` is where a sign-in leads on to.
    """

    prefix: str
    credentials: tuple[CredentialKind, ...]
    csrf: bool
    body: int
    cache: str
    refusal: Literal["page", "json"]
    any_host: bool = False
    home: Home = "board"


AREAS: Final = (
    Area("/api", FOR_PROGRAMS, csrf=False, body=MIB, cache=REVALIDATE, refusal="json"),
    Area("/api/v1", FOR_PROGRAMS, csrf=False, body=MIB, cache=REVALIDATE, refusal="json"),
    Area("/hooks", (), csrf=False, body=MIB, cache=NO_STORE, refusal="json"),
    Area("/metrics", FOR_PROGRAMS, csrf=False, body=0, cache=NO_STORE, refusal="json"),
    Area("/healthz", (), csrf=False, body=0, cache=REVALIDATE, refusal="json", any_host=True),
    Area("/readyz", (), csrf=False, body=0, cache=REVALIDATE, refusal="json", any_host=True),
    Area("/openapi.json", (), csrf=False, body=0, cache=REVALIDATE, refusal="json"),
    Area("/static", (), csrf=True, body=0, cache=REVALIDATE, refusal="page"),
    Area("/csp-reports", (), csrf=False, body=REPORT_BYTES, cache=NO_STORE, refusal="json"),
    Area("/unsubscribe", (), csrf=False, body=FORM_BYTES, cache=NO_STORE, refusal="page"),
    Area("/calendar", (), csrf=True, body=0, cache=REVALIDATE, refusal="page"),
    Area("/organizer", FOR_PEOPLE, csrf=True, body=FORM_BYTES, cache=NO_STORE, refusal="page", home="organizer"),
    Area("/organizer/guide", FOR_PEOPLE, csrf=True, body=GUIDE_BYTES, cache=NO_STORE, refusal="page", home="organizer"),
    Area("/organizer/rules", FOR_PEOPLE, csrf=True, body=RULES_BYTES, cache=NO_STORE, refusal="page", home="organizer"),
    Area("/me", FOR_PEOPLE, csrf=True, body=FORM_BYTES, cache=NO_STORE, refusal="page", home="me"),
    Area("/sign-in", FOR_PEOPLE, csrf=True, body=FORM_BYTES, cache=NO_STORE, refusal="page"),
    Area("/sign-in/slack", FOR_PEOPLE, csrf=True, body=FORM_BYTES, cache=NO_STORE, refusal="page"),
    Area("/sign-out", FOR_PEOPLE, csrf=True, body=FORM_BYTES, cache=NO_STORE, refusal="page"),
    Area("/join", FOR_PEOPLE, csrf=True, body=FORM_BYTES, cache=NO_STORE, refusal="page"),
    Area("/display", FOR_PEOPLE, csrf=True, body=FORM_BYTES, cache=NO_STORE, refusal="page"),
    Area("/", FOR_PEOPLE, csrf=True, body=FORM_BYTES, cache=REVALIDATE, refusal="page"),
)
_BY_PREFIX = {area.prefix: area for area in AREAS}
_DEEPEST = max(area.prefix.count("/") for area in AREAS)


def find_area(path: str) -> Area:
    """Find the area of a path: the longest prefix that is all of it or ends where one of its slashes is."""
    parts = path.split("/", _DEEPEST + 1)[: _DEEPEST + 1]  # of a path of any length only what a prefix may have
    for end in range(len(parts), 1, -1):
        area = _BY_PREFIX.get("/".join(parts[:end]))
        if area is not None:
            return area
    return _BY_PREFIX["/"]


_NO_WAY_BACK = frozenset({"/sign-in", "/sign-out", "/display", "/static", "/calendar", "/unsubscribe"})


def may_follow_sign_in(path: str) -> bool:
    """Tell whether a sign-in may lead on to a page at a path: not to a way in, a screen or a secret's address.

    The page of a link from Slack is none: what it connects is who signed in.
    """
    area = find_area(path)
    return area.refusal == "page" and area.prefix not in _NO_WAY_BACK


def find_page(path: str) -> Home | Literal["shifts", "guide", "guestbook", "rules", "weeks", "metrics", "cards"]:
    """Find the kind of page a path is of, as the closed door calls it: its area's home, or what is beside the board."""
    match path.split("/", 4)[1:4]:
        case ["shifts"] | ["weeks", _, "shifts"]:
            return "shifts"
        case ["guide"]:
            return "guide"
        case ["cards", *_]:
            return "cards"
        case ["weeks"]:
            return "weeks"
        case ["weeks", _, "guestbook"]:
            return "guestbook"
        case ["weeks", _, "rules"]:
            return "rules"
        case ["weeks", _, "metrics"]:
            return "metrics"
    return find_area(path).home
