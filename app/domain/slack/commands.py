"""Commands, as they are typed behind `/assembly`: a verb, and for a log its kind, link and note."""

import html
import re
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

KINDS = {"issue": "issue", "feature": "feature_request", "card": "knowledge_card"}
"""The kinds of the rules that people log, by the word for each."""
VERBS = ("help", "board", "me", "shifts", "log", "connect", "cheer", "announce")
LONGEST_KEY, LONGEST_LINK, LONGEST_NOTE = 200, 2_000, 1_000

_LINK = re.compile(r"<(https?://[^\s|>]+)(?:\|[^>]*)?>|(https?://\S+)", re.IGNORECASE)
_SIGN = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Command:
    """A command as read. `kind` is one of the rules'; `link` has its host in small letters and no fragment.

    `rest` is all behind the verb, where that is no log.
    """

    verb: str
    kind: str = ""
    link: str = ""
    note: str = ""
    rest: str = ""


def parse(text: str) -> Command:
    """Read what somebody typed, with Slack's escapes: nothing at all asks for `me`, an unknown verb for help."""
    verb, _, rest = text.strip().partition(" ")
    verb = verb.casefold()
    if verb != "log":
        return Command(verb if verb in VERBS else "help" if verb else "me", rest=rest.strip())
    first, _, more = rest.strip().partition(" ")
    kind = KINDS.get(first.casefold(), "")
    said = more if kind else rest
    found = _LINK.search(said)
    link = tidy_link(html.unescape(found[1] or found[2])) if found else ""
    note = _LINK.sub(" ", said, count=1) if link else said
    return Command("log", kind, link, spoken(" ".join(note.split()))[:LONGEST_NOTE])


def spoken(text: str) -> str:
    """A text as its reader sees it at Slack: without the signs for people, channels and links, and without escapes."""
    return html.unescape(_SIGN.sub(_word, text))


def _word(sign: "re.Match[str]") -> str:
    kind, target, label = sign.groups()
    word = (label or target).lstrip("@#")
    return f"#{word}" if kind == "#" else word


def tidy_link(link: str) -> str:
    """A link as it is compared: its host in small letters, without a fragment; empty for what is none."""
    try:
        parts = urlsplit(link)
        host = parts.netloc.lower()
    except ValueError:
        return ""
    tidied = parts._replace(scheme=parts.scheme.lower(), netloc=host, fragment="").geturl()
    return tidied if host and len(tidied) <= LONGEST_LINK and tidied.isprintable() else ""


def key_of(link: str) -> str:
    """The link as an activity's key: itself, or its SHA-256 where it is longer than a key may be."""
    return link if len(link) <= LONGEST_KEY else f"sha256:{sha256(link.encode()).hexdigest()}"
