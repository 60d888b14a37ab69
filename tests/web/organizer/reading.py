"""The text of a page, without its tags."""

import html
import re

import httpx


def text_of(answer: httpx.Response) -> str:
    """The main part's text, its spaces made one."""
    match = re.search(r"<main.*?</main>", answer.text, re.DOTALL)
    assert match, answer.text[:300]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", match[0])).split())


def flash(answer: httpx.Response) -> str:
    """The sentence the page begins with: what was done or refused."""
    match = re.search(r'<p class="alert[^>]*>(.*?)</p>', answer.text)
    return html.unescape(match[1]) if match else ""


def secret_on(answer: httpx.Response) -> str:
    """The secret the page shows once; empty where it shows none."""
    match = re.search(r'<code class="secret">(.*?)</code>', answer.text)
    return html.unescape(match[1]) if match else ""
