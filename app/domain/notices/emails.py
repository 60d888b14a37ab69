"""A notice as an email: plain text and HTML that say the same."""

from html import escape
from typing import NamedTuple

from app.domain.notices.wording import Line, Part, Told, as_text


class Links(NamedTuple):
    """The addresses in an email: what it is about, the settings, and the one that ends such emails, if they can end."""

    page: str
    settings: str
    unsubscribe: str


class Email(NamedTuple):
    """An email’s subject of one line, and what it says, as text and as HTML."""

    subject: str
    text: str
    html: str


_LOOK = "max-width: 36em; font-family: sans-serif; line-height: 1.5; overflow-wrap: anywhere"


def compose(name: str, notice: Told, links: Links) -> Email:
    """The email to somebody of this name."""
    hello: Line = (Part("Hello "), Part(name, is_typed=True), Part(","))
    body = [hello, notice.title, *notice.lines]
    text = "\n\n".join(
        [
            *(as_text(line) for line in body),
            f"See it: {links.page}",
            "\n".join(
                [
                    f"Choose what you get emails about: {links.settings}",
                    *([f"Stop emails like this: {links.unsubscribe}"] if links.unsubscribe else []),
                ]
            ),
        ]
    )
    return Email(as_text(notice.title), f"{text}\n", _html(body, notice, links))


def _html(body: list[Line], notice: Told, links: Links) -> str:
    paragraphs = "".join(f"<p>{_marked(line, is_strong=line is notice.title)}</p>" for line in body)
    stop = f' · <a href="{escape(links.unsubscribe)}">Stop emails like this</a>' if links.unsubscribe else ""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(as_text(notice.title))}</title></head>"
        f'<body style="{_LOOK}">{paragraphs}'
        f'<p><a href="{escape(links.page)}">See it</a></p>'
        f'<p style="font-size: smaller"><a href="{escape(links.settings)}">Choose what you get emails about</a>'
        f"{stop}</p></body></html>\n"
    )


def _marked(line: Line, *, is_strong: bool) -> str:
    words = "".join(f"<bdi>{escape(part.text)}</bdi>" if part.is_typed else escape(part.text) for part in line)
    return f"<strong>{words}</strong>" if is_strong else words
