"""Every form as browsers send it when nobody has typed anything, empty fields and all: none is our mistake."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

from tests.web.role_clients import RoleClients
from tests.web.route_access import ROUTES, Role
from tests.web.running_app import RunningApp

UNSENT = {"button", "submit", "image", "reset", "file"}


@dataclass
class SentForm:
    """A form of a page: its address, and its fields with the values they begin with."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def presses(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The addresses it is sent to and what is sent, by each of its buttons."""
        return [
            (action or self.action, [*self.fields, *([(name, value)] if name else [])])
            for action, name, value in self.buttons or [("", "", "")]
        ]


class FormReader(HTMLParser):
    """Collects the forms of a page, those that post."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: dict[str, SentForm] = {}
        self._open: SentForm | None = None
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        """Take a form, a field or a button."""
        at = {name: value or "" for name, value in pairs}
        if tag == "form":
            self._open = SentForm(at.get("action", "")) if at.get("method") == "post" else None
            if self._open is not None:
                self.forms[at.get("id") or str(len(self.forms))] = self._open
        owner = self.forms.get(at["form"]) if "form" in at else self._open
        if owner is None:
            return
        name, value = at.get("name", ""), at.get("value", "")
        if tag == "button" and at.get("type", "submit") == "submit":
            owner.buttons.append((at.get("formaction", ""), name, value))
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in at or self._select not in dict(owner.fields):
                owner.fields = [pair for pair in owner.fields if pair[0] != self._select] + [(self._select, value)]
        elif tag == "textarea" and name:
            owner.fields.append((name, ""))
        elif tag == "input" and name and at.get("type", "text") not in UNSENT:
            is_choice = at.get("type") in {"checkbox", "radio"}
            if not is_choice or "checked" in at:
                owner.fields.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        """Close a form or a choice."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""


def pages(clients: RoleClients, role: Role) -> Iterator[tuple[str, str, str]]:
    """The pages that somebody of this role may open: route, address and text."""
    for method, template in ROUTES:
        if method != "GET" or template.startswith(("/api", "/sign-")) or template.endswith("/live"):
            continue
        path = clients.path(template, role)
        page = clients.people[role].get(path)
        if page.status_code == 200 and page.headers["content-type"].startswith("text/html"):
            yield template, path, page.text


@pytest.mark.parametrize("role", ["organizer", "player"])
def test_form_that_nobody_touched_is_answered_in_words(site: RunningApp, role: Role) -> None:
    clients = RoleClients(site)
    statuses: dict[tuple[str, str], int] = {}

    for template, path, text in list(pages(clients, role)):
        for action, fields in (press for form in FormReader(text).forms.values() for press in form.presses()):
            name = template, urlsplit(action).path.rpartition("/")[2]
            if name in statuses or name[1] == "sign-out":
                continue
            site.clock.now += timedelta(seconds=1)  # or a limit on forms would answer
            sent = {**dict(fields), "csrf": clients.people[role].csrf}
            statuses[name] = clients.people[role].ask("POST", urljoin(path, action), data=sent).status_code

    assert {name: status for name, status in statuses.items() if status >= 500} == {}
    assert len(statuses) > 5
