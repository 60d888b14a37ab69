"""Somebody who opens every address they can find, in every way, and remembers which words they came across."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import httpx

from tests.web.running_app import RunningApp

MAX_PAGES = 800
NO_LINKS = ("image/", "text/css", "text/javascript", "font/")
_LINKS = re.compile(r"""["'(=]((?:https?://|/|\?)[A-Za-z0-9][^"'()\s<>\\{}]*)["')]""")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_CANARY = re.compile(rb"canary[a-z0-9]*")
_NUMBER = re.compile(rb"[0-9a-f]{16}")  # of a request; without it, refusals are the same and need no second look
_PNG = b"\x89PNG\r\n\x1a\n"


def layers(raw: bytes) -> Iterator[bytes]:
    """A text as it is, and as whoever undoes its encodings reads it."""
    yield raw
    if b"%" in raw:
        yield unquote_to_bytes(raw)
    if b"&" in raw:
        yield unescape(raw.decode(errors="replace")).encode(errors="replace")
    runs = _BASE64.findall(raw)
    yield b"\n".join(_decoded(run[start:]) for run in runs for start in range(4))
    yield from _png_texts(raw)


def _decoded(run: bytes) -> bytes:
    whole = run[: len(run) // 4 * 4].translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(whole)
    except binascii.Error:
        return b""


def _png_texts(raw: bytes) -> Iterator[bytes]:
    """The words in a picture beside its points."""
    at = len(_PNG)
    while raw.startswith(_PNG) and at < len(raw):
        size, kind = int.from_bytes(raw[at : at + 4]), raw[at + 4 : at + 8]
        data = raw[at + 8 : at + 8 + size]
        if kind in {b"tEXt", b"zTXt", b"iTXt", b"eXIf"}:
            yield data
            for start in range(len(data)):
                try:
                    yield zlib.decompress(data[start:])
                except zlib.error:
                    continue
        at += 12 + size


@dataclass
class Eyes:
    """The words somebody has come across, each with where it was at first."""

    words: Iterable[str]
    memory: dict[bytes, list[str]] = field(default_factory=dict)
    met: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Part the canaries, which are looked for all at once, from numbers and the like."""
        known = {word.lower().encode() for word in self.words}
        self._canaries = {word for word in known if _CANARY.fullmatch(word)}
        self._others = known - self._canaries

    def look(self, raw: bytes, where: str) -> None:
        """Read something in all its layers; what was read before is remembered."""
        if raw not in self.memory:
            found = (word for layer in map(bytes.lower, layers(raw)) for word in self._in(layer))
            self.memory[raw] = list(dict.fromkeys(found))
        for word in self.memory[raw]:
            self.met.setdefault(word, where)

    def _in(self, layer: bytes) -> Iterator[str]:
        for found in _CANARY.finditer(layer):
            if found[0] in self._canaries and not layer[max(found.start() - 1, 0) : found.start()].isalnum():
                yield found[0].decode()
        yield from (word.decode() for word in self._others if word in layer and _stands_alone(word, layer))


def _stands_alone(word: bytes, text: bytes) -> bool:
    """Tell whether a word is not just a part of a longer one, as a number is of a hash."""
    return re.search(rb"(?<![a-z0-9])" + re.escape(word) + rb"(?![a-z0-9])", text) is not None


@dataclass
class Crawler:
    """One reader of a site, with what they show at the door."""

    site: RunningApp
    shown: Mapping[str, str]
    eyes: Eyes
    asked: set[str] = field(default_factory=set)
    streams: set[str] = field(default_factory=set)

    def crawl(self, start: Iterable[str]) -> None:
        """Open these addresses in every way, and whatever they lead to."""
        waiting = list(dict.fromkeys(start))
        for path in list(waiting):
            waiting += self._in_other_ways(path)
        for path in waiting:  # grows while it is walked
            if path not in self.asked and len(self.asked) < MAX_PAGES:
                self.asked.add(path)
                waiting += self._open(path)

    def _open(self, path: str) -> list[str]:
        if urlsplit(path).path.endswith("/live"):
            self.streams.add(path)
            return []
        return self._links(self.ask("GET", path))

    def look_at(self, events: Iterable[Mapping[str, str]], where: str) -> None:
        """Read what a stream has brought."""
        for event in events:
            self.eyes.look(repr(event).encode(), where)

    def _in_other_ways(self, path: str) -> list[str]:
        """The partial, and the head alone with the mark of an answer."""
        if urlsplit(path).path.endswith("/live"):
            return []
        partial = self.ask("GET", path, headers={"HX-Request": "true"})
        if partial.status_code == 200:
            self.ask("HEAD", path, headers={"If-None-Match": partial.headers.get("etag", '"none"')})
        return self._links(partial)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: object
    ) -> httpx.Response:
        """One request, its whole answer read."""
        answer = self.site.ask(method, path, headers={**self.shown, **(headers or {})}, **options)
        where = f"{method} {path} → {answer.status_code}"
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.multi_items()).encode()
        number = _NUMBER.fullmatch(answer.headers.get("x-request-id", "").encode())
        for text in (head, answer.content):
            self.eyes.look(text.replace(number[0], b"-") if number else text, where)
        return answer

    def _links(self, answer: httpx.Response) -> list[str]:
        """Every address of this site that an answer names."""
        if answer.headers.get("content-type", "").startswith(NO_LINKS):
            return []
        named = [*_LINKS.findall(unescape(answer.text)), answer.headers.get("location", "")]
        full = (urljoin(str(answer.url), each) for each in named if each)
        return [
            each.removeprefix(self.site.url).partition("#")[0] for each in full if each.startswith(f"{self.site.url}/")
        ]
