"""The page of the stand-in: what Slack would show to one person, with buttons and forms that work."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from tests.slack.acting import HOME, MESSAGES, Acting

_SIGN = re.compile(r"<([^>]*)>")
_STRONG = re.compile(r"\*([^*\n]+)\*")


def shown(acting: Acting, user: str, place: str, *, alone: bool = False) -> str:
    """The page of a person at a place (Home, their messages, a channel), or `alone` the part of it that changes."""
    users = acting.workspace.users
    if not users:
        return "<!doctype html><title>Slack, played</title><p>Nobody is here yet."
    channels = {each: f"#{each.removeprefix('C0').lower()}" for each in acting.workspace.channels}
    places = {HOME: "Home", MESSAGES: "Messages", **channels}
    here = place if place in places else HOME
    who = user if user in users else next(iter(users))
    return _PAGE.render(acting=acting, user=who, place=here, places=places, alone=alone)


def _said(value: Mapping[str, Any]) -> Markup:
    """A text of Slack's as HTML: with its signs where it has them (`mrkdwn`), else as it is."""
    text = str(value.get("text", ""))
    if value.get("type") != "mrkdwn":
        return _lines(text)
    parts = [
        _sign(each) if number % 2 else _STRONG.sub(r"<b>\1</b>", _lines(html.unescape(each)))
        for number, each in enumerate(_SIGN.split(text))
    ]
    return Markup("").join(map(Markup, parts))  # each part is escaped already


def _sign(said: str) -> Markup:
    """A link, or a moment by the words that stand in for it."""
    target, _, label = said.partition("|")
    words = html.unescape(label or target)
    if target.startswith(("http://", "https://")):
        return Markup('<a href="{}">{}</a>').format(html.unescape(target), words)
    return escape(words)


def _lines(text: str) -> Markup:
    return Markup("<br>").join(text.split("\n"))


def _clock(stamp: str) -> str:
    return f"{datetime.fromtimestamp(float(stamp), UTC).astimezone():%H:%M}"


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_environment.filters.update(said=_said, clock=_clock)
_PAGE = _environment.get_template("page.html")
