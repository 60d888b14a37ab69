"""Pages' text and the ledger's content, as tests compare them."""

import re
from html import unescape

import httpx

from tests.web.running_app import WEEK, RunningApp

_ISOLATES = {0x2068: None, 0x2069: None}


def text(answer: httpx.Response) -> str:
    """The text of a page's main part, tags and runs of space left out."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return plain(main.partition(">")[2])


def plain(html: str) -> str:
    """The text of a piece of HTML as it is read: without tags, runs of space, and marks of the direction of names."""
    return " ".join(unescape(re.sub("<[^>]*>", " ", html)).translate(_ISOLATES).split())


def without_id(answer: httpx.Response) -> bytes:
    """The body of an answer, without the id of its request."""
    return answer.content.replace(answer.headers["x-request-id"].encode(), b"")


def part(answer: httpx.Response, pattern: str) -> list[str]:
    """The texts of the parts of a page that match."""
    matches = re.findall(pattern, answer.text, re.DOTALL)
    return [plain(each) for each in matches]


def in_ledger(site: RunningApp) -> list[dict[str, object]]:
    """The ledger's content."""
    items: list[dict[str, object]] = site.get(f"{WEEK}/activities", "admin").json()["items"]
    return items


def mistakes(answer: httpx.Response) -> dict[str, str]:
    """The sentences that stand at fields, by the field's id."""
    matches = re.findall(r'class="field__error" id="([^"]+)-error">([^<]*)<', answer.text)
    return {field: unescape(sentence) for field, sentence in matches}
