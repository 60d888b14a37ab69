"""Markdown as HTML: what it makes, and what it never lets through."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services import guide
from app.web.http import markdown
from app.web.http.markdown import Heading

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![a](https://example.com/a.png)",
    "[a](javascript:alert(1))", "[a](JaVaScRiPt&colon;alert(1))", "[a](data:text/html,x)", "[a](vbscript:x)",
    "<a href='x' onclick='y'>", "<style>*{}</style>", "&lt;script&gt;", "[a]: javascript:x\n\n[a]", "<!-- x -->",
    "<iframe src=//example.com>", "<svg><script>x", "\n<div onmouseover=x>\n", "<https://example.com/\"onclick=x>",
]  # fmt: skip


def tags_of(html: str) -> set[str]:
    return set(re.findall(r"<([a-z0-9]+)", html))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_makes_only_what_is_allowed(text: str) -> None:
    html = markdown.document(text).html

    assert tags_of(html) <= TAGS
    assert re.findall(r"<[^>]* on\w+=|<[^>]*(?:javascript|data|vbscript):", html) == []


@given(
    st.lists(st.sampled_from([*HOSTILE, "# a", "- ", "> ", "**", "|a|\n|-|\n", "`", "\n", "\n\n", "x"])).map("".join)
)
def test_no_mixture_makes_anything_else(text: str) -> None:
    assert tags_of(markdown.document(text).html) <= TAGS


def test_headings_follow_the_pages_own_and_skip_no_level() -> None:
    found = markdown.document("### First\n\n##### `Deep`\n\n# Top\n\n###### Low\n\n### First")

    assert re.findall(r'<(h\d) id="([^"]+)">', found.html) == [
        ("h2", "guide-first"), ("h3", "guide-deep"), ("h2", "guide-top"), ("h3", "guide-low"), ("h4", "guide-first--2"),
    ]  # fmt: skip
    assert found.contents == (Heading("guide-first", "First"), Heading("guide-top", "Top"))


def test_links_tell_no_other_site_where_they_were() -> None:
    html = markdown.document("[a](https://example.com/?a=1&b=2) [b](/guide)").html

    assert html == (
        '<p><a href="https://example.com/?a=1&amp;b=2" rel="noopener noreferrer">a</a> '
        '<a href="/guide" rel="noopener noreferrer">b</a></p>\n'
    )


def test_items_show_no_tick_boxes_and_inline_no_paragraph() -> None:
    assert markdown.document("- [ ] *Do*\n- [x] Done\n").html == "<ul>\n<li><em>Do</em></li>\n<li>Done</li>\n</ul>\n"
    assert markdown.inline("**Do** <b>") == "<strong>Do</strong> &lt;b&gt;"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["[", "![", ">", "*a **a ", "<", "|", "- a\n  ", "# a\n", "`", "a\u0301", "[a]: <", "\\", "[ ] "]
)
def test_long_and_hostile_guide_takes_no_second(text: str) -> None:
    markdown.document((text * guide.LONGEST)[: guide.LONGEST])
