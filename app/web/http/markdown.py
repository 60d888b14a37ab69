"""Markdown as HTML that is safe to show: parsed without HTML of its own, then sanitised, for either may have a hole."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

_INLINE_TAGS = {"a", "br", "code", "em", "s", "strong"}
_TAGS = _INLINE_TAGS | {
    "blockquote", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "th", "thead",
    "tr", "ul",
}  # fmt: skip
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}} | {heading: {"id"} for heading in _HEADINGS}
_SCHEMES = {"http", "https", "mailto"}
_TICK_BOX = re.compile(r"\[[ xX]\][ \t]+")
_NO_ANCHOR = re.compile(r"[^\w]+")
LONGEST_ANCHOR = 60

# Pictures would be fetched from elsewhere, which our policy forbids: what is written as one becomes a link.
_PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
_PARSER.disable(["image", "html_block", "html_inline"])


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a document: its anchor, and its text without markup."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A Markdown text as HTML below a page's own h1, and its headings of the first level."""

    html: Markup
    contents: tuple[Heading, ...]


@lru_cache(maxsize=16)
def document(text: str) -> Document:
    """Render a text, once for as long as it is shown: a version of the guide stays what it is."""
    tokens = _PARSER.parse(text)
    contents = tuple(_arrange(tokens))
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return Document(_sanitised(html, _TAGS), contents)


@lru_cache(maxsize=256)
def inline(text: str) -> Markup:
    """Render one line, such as an item of a checklist, without a paragraph around it."""
    return _sanitised(_PARSER.renderInline(text), _INLINE_TAGS)


def _sanitised(html: str, tags: set[str]) -> Markup:
    clean = nh3.clean(html, tags=tags, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer")
    return Markup(clean)  # noqa: S704 - what nh3 lets through is safe to show


def _arrange(tokens: list[Token]) -> Iterator[Heading]:
    """Give headings the levels that follow the page's h1, none skipped, and anchors; and items of lists no tick boxes.

    Yields the headings of the first level.
    """
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    first, last, anchors = min(levels, default=1), 1, Counter[str]()
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            last = min(int(token.tag[1]) - first + 2, last + 1, 6)
            text = _text_of(tokens[index + 1])
            anchor = _anchor(text, anchors)
            token.tag = tokens[index + 2].tag = f"h{last}"
            token.attrSet("id", anchor)
            if last == 2 and text:
                yield Heading(anchor, text)
        elif token.type == "list_item_open" and tokens[index + 2].type == "inline":
            children = tokens[index + 2].children or []
            if children and children[0].type == "text":
                children[0].content = _TICK_BOX.sub("", children[0].content, count=1)


def _text_of(token: Token) -> str:
    return "".join(child.content for child in token.children or [] if child.type in {"text", "code_inline"}).strip()


def _anchor(text: str, taken: Counter[str]) -> str:
    """An anchor that no other heading of the document and nothing else on a page has."""
    base = f"guide-{_NO_ANCHOR.sub('-', text.casefold()).strip('-')[:LONGEST_ANCHOR]}"
    taken[base] += 1
    return base if taken[base] == 1 else f"{base}--{taken[base]}"
