"""What a page says, and what the ledger holds, as tests compare it."""

import re
from html import unescape

import httpx

from tests.web.site import WEEK, Site


def text(answer: httpx.Response) -> str:
    """What a page's main part says, tags and runs of space left out."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub("<[^>]*>", " ", main.partition(">")[2])).split())


def without_id(answer: httpx.Response) -> bytes:
    """What an answer says, the id of its request apart."""
    return answer.content.replace(answer.headers["x-request-id"].encode(), b"")


def part(answer: httpx.Response, pattern: str) -> list[str]:
    """What the parts of a page that match say."""
    found = re.findall(pattern, answer.text, re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]*>", " ", each)).split()) for each in found]


def in_ledger(site: Site) -> list[dict[str, object]]:
    """What the ledger holds."""
    items: list[dict[str, object]] = site.get(f"{WEEK}/activities", "admin").json()["items"]
    return items
