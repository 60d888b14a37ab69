"""Somebody's browser before they signed in: it keeps cookies and sends forms as browsers do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx

from app.services.access import accounts, links
from app.services.access.links import Purpose
from tests.builders import ADA, act_by
from tests.tls import NO_TLS
from tests.web.running_app import RunningApp

COOKIE = "plain-sign-in"
SIGNED_IN_MARK = ":root { --signed-in: yes; }"


@dataclass(frozen=True)
class AnonymousBrowser:
    """One browser."""

    client: httpx.Client
    url: str

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Open a page."""
        return self.client.get(path, **options)

    def send(self, path: str, headers: dict[str, str] | None = None, /, **fields: object) -> httpx.Response:
        """Send a form from a page of ours."""
        shown = {"Origin": self.url, "Sec-Fetch-Site": "same-origin", **(headers or {})}
        return self.client.post(path, headers=shown, data=fields)

    @property
    def secret(self) -> str:
        """The browser's sign-in cookie; empty without one."""
        return self.client.cookies.get(COOKIE) or ""

    def is_in(self) -> bool:
        """Tell whether the server takes this browser for somebody."""
        return SIGNED_IN_MARK in self.get("/me/mark.css").text


@contextmanager
def browsing(site: RunningApp, **headers: str) -> Iterator[AnonymousBrowser]:
    """A new browser."""
    with httpx.Client(base_url=site.url, timeout=20, verify=NO_TLS, headers=headers) as client:
        yield AnonymousBrowser(client, site.url)


def link_for(site: RunningApp, email: str = ADA, purpose: Purpose = "invitation") -> str:
    """The path of a new personal link."""
    with site.database.unit_of_work() as session:
        person = accounts.by_email(session, email)
        assert person is not None
        return f"/sign-in/link/{links.make(session, person, purpose, act_by('Olu', site.clock.now))}"


def first_link(site: RunningApp) -> str:
    """The path of a link that makes the first owner."""
    with site.database.unit_of_work() as session:
        return f"/sign-in/link/{links.make_first(session, act_by('serve', site.clock.now))}"


def switch_off(site: RunningApp, email: str = ADA) -> None:
    """Switch somebody off."""
    with site.database.unit_of_work() as session:
        person = accounts.by_email(session, email)
        assert person is not None
        accounts.switch(session, person, act_by("Olu", site.clock.now), on=False)


def refusal_in(answer: httpx.Response) -> str:
    """The sentence a page refuses with; empty without one."""
    match = re.search(r'<p class="alert alert--refused"[^>]*>(.*?)</p>', answer.text)
    return unescape(match[1]) if match else ""
