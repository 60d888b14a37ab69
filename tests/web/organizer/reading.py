"""The text of a page, without its tags."""

import html
import re

import httpx


def text_of(answer: httpx.Response) -> str:
    """The main part's text, its spaces made one."""
    found = re.search(r"<main.*?</main>", answer.text, re.DOTALL)
    assert found, answer.text[:300]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def flash(answer: httpx.Response) -> str:
    """The sentence the page begins with: what was done or refused."""
    found = re.search(r'<p class="flash[^>]*>(.*?)</p>', answer.text)
    return html.unescape(found[1]) if found else ""


def secret_on(answer: httpx.Response) -> str:
    """The secret the page shows once; empty where it shows none."""
    found = re.search(r'<code class="secret">(.*?)</code>', answer.text)
    return html.unescape(found[1]) if found else ""
