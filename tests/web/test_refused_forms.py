"""Forms sent wrong: all mistakes at once, each at its field, the cursor on the first, and the title says so."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from unittest.mock import ANY
from urllib.parse import urljoin, urlsplit

import pytest

from app.config import Settings
from tests.builders import ADA, OWLS, SLUG, Game
from tests.web.anonymous_browser import first_link
from tests.web.reading import mistakes
from tests.web.role_clients import RoleClients
from tests.web.route_access import Role
from tests.web.running_app import RunningApp, SettableClock, Visitor, screen_code, serving, sign_in
from tests.web.test_join import code_for
from tests.web.test_sign_in_by_mail import mailing
from tests.web.test_untouched_forms import FormReader, pages

NEVER_RIGHT = {"date", "time", "number", "email", "datetime-local"}
NOT_TYPED = {"password", "textarea", "select", "radio", "checkbox"}
SENT_TOO = {"generate": {"pattern": "own", "days": "mon"}}  # so that fields of an own pattern count


@dataclass
class Input:
    """A field of a page, as its HTML has it."""

    name: str
    kind: str
    at: dict[str, str]
    form: int
    is_hidden: bool


@dataclass
class Inputs(HTMLParser):
    """The fields of a page in their order, its title, and the texts of what has an id."""

    page: str
    fields: list[Input] = field(default_factory=list)
    focused: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    title: str = ""

    def __post_init__(self) -> None:
        """Read the page."""
        super().__init__()
        self._closed: list[bool] = []
        self._in: str = ""
        self._form = -1
        self.feed(self.page)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        """Take a field, a form, or something with an id."""
        at = {name: value or "" for name, value in pairs}
        if tag == "details":
            self._closed.append("open" not in at)
        if tag == "form":
            self._form = len(self.actions) if at.get("method") == "post" else -1
            self.actions.append(at.get("action", ""))
        self._in = "title" if tag == "title" else at.get("id", "") or self._in
        if "autofocus" in at:
            self.focused.append(at.get("name", tag))
        if at.get("name") and tag in {"input", "select", "textarea"} and at.get("type") not in {"hidden", "file"}:
            kind = at.get("type", "text") if tag == "input" else tag
            self.fields.append(Input(at["name"], kind, at, self._form, any(self._closed)))

    def handle_endtag(self, tag: str) -> None:
        """Leave a form or what folds."""
        if tag == "details":
            self._closed.pop()
        if tag == "form":
            self._form = -1

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if self._in == "title":
            self.title += data
        elif self._in:
            self.ids[self._in] = self.ids.get(self._in, "") + data.strip()

    def action_of(self, one: Input) -> str | None:
        """The address that a field is sent to; None for one of a search."""
        return self.actions[one.form] if one.form >= 0 else None


def _plain(text: str) -> str:
    """A text without what a code is tidied of."""
    return text.casefold().replace("-", "")


def flaws(page: str, wrong: dict[str, str]) -> Iterator[str]:
    """All in which a refused form's page does not do what every form does."""
    seen = Inputs(page)
    if not seen.title.strip().startswith("Error: "):
        yield "its title does not say so"
    marked = [each for each in seen.fields if each.at.get("aria-invalid") == "true"]
    if missing := set(wrong) - {each.name for each in marked}:
        yield f"not marked: {sorted(missing)}"
    for each in marked:
        if not any(seen.ids.get(of) for of in each.at.get("aria-describedby", "").split()[-1:]):
            yield f"{each.name} is marked without a sentence"
        typed = wrong.get(each.name, each.at.get("value", ""))
        if each.kind not in NOT_TYPED and _plain(each.at.get("value", "")) != _plain(typed):
            yield f"{each.name} lost what was typed"
        if each.is_hidden:
            yield f"{each.name} is marked where nobody sees it"
    if marked and seen.focused != [marked[0].name]:
        yield f"the cursor is on {seen.focused}, not on {marked[0].name}"
    if not marked and len(seen.focused) != 1:
        yield "nothing has the cursor"


def wrongs(fields: list[Input]) -> dict[str, dict[str, str]]:
    """The ways of filling a form in wrong that it has a field for."""
    ways = {
        "blank": dict.fromkeys((each.name for each in fields if "required" in each.at), ""),
        "nonsense": dict.fromkeys((each.name for each in fields if each.kind in NEVER_RIGHT), "nonsense"),
        "long": {each.name: "x" * (int(each.at["maxlength"]) + 1) for each in fields if "maxlength" in each.at},
    }
    return {way: wrong for way, wrong in ways.items() if wrong}


def refused(site: RunningApp, reader: Visitor, path: str, page: str, tried: set[str]) -> Iterator[tuple[str, str]]:
    """The flaws of each form of a page, sent wrong in each way; a form that was tried is left out."""
    shown = Inputs(page)
    for form in FormReader(page).forms.values():
        (action, sent), *_ = form.presses()
        address = urlsplit(action).path
        last = address.rpartition("/")[2]
        for way, wrong in wrongs([each for each in shown.fields if shown.action_of(each) == form.action]).items():
            name = f"{path.partition('?')[0]} {last} {way}"
            if name in tried:
                continue
            tried.add(name)
            site.clock.now += timedelta(seconds=1)
            values = {**dict(sent), **SENT_TOO.get(last, {}), **wrong, "csrf": reader.csrf}
            answer = reader.ask("POST", urljoin(path, action), data=values)
            if answer.status_code != 422:
                yield name, f"{answer.status_code} for {sorted(wrong)}"
            yield from ((name, flaw) for flaw in flaws(answer.text, wrong) if answer.status_code == 422)


@pytest.mark.parametrize("role", ["organizer", "player"])
def test_refused_form_marks_each_mistake_and_begins_at_the_first(site: RunningApp, role: Role) -> None:
    clients, tried = RoleClients(site), set[str]()

    found = [
        flaw
        for _, path, page in list(pages(clients, role))
        for flaw in refused(site, clients.people[role], path, page, tried)
    ]

    assert found == []
    assert len(tried) > 4


def test_refused_form_of_a_visitor_does_so_too(game: Game, settings: Settings, clock: SettableClock) -> None:
    tried: set[str] = set()
    with serving(mailing(settings, port=9), clock) as site:
        visitor = Visitor(site, "", {}, "")
        doors = ["/sign-in", first_link(site), f"/join/{code_for(site)}"]

        found = [flaw for path in doors for flaw in refused(site, visitor, path, visitor.get(path).text, tried)]

    assert game.slug == SLUG
    assert found == []
    assert {name.rpartition(" ")[2] for name in tried} == {"blank", "nonsense", "long"}
    assert {name.partition(" ")[0] for name in tried} == set(doors)


def test_what_a_service_refuses_of_a_field_stands_at_it(site: RunningApp) -> None:
    olu, code = sign_in(site, "organizer@example.com", "organizer"), screen_code()
    csrf = {"csrf": olu.csrf}
    week = {"name": "Again", "timezone": "UTC", "starts": "2022-10-03", "ends": "2022-10-07"}
    sent: dict[tuple[str, str], dict[str, str]] = {
        ("/organizer/weeks", "slug"): {**week, "slug": SLUG},
        (f"/organizer/weeks/{SLUG}/teams", "name"): {"name": OWLS},
        ("/organizer/tokens", "name"): {"name": "bot", "scope": "read"},
        ("/organizer/tokens", "scope"): {"name": "another"},
        ("/organizer/webhooks", "event"): {"url": "https://example.com/hooks"},
        ("/organizer/people", "email"): {"name": "Ada", "email": ADA},
        ("/organizer/displays", "code"): {"name": "Hall", "code": code},
    }
    assert olu.ask("POST", "/organizer/tokens", data=sent["/organizer/tokens", "name"] | csrf).status_code == 200
    assert olu.ask("POST", "/organizer/displays", data=sent["/organizer/displays", "code"] | csrf).status_code == 303

    for (path, name), data in sent.items():
        answer = olu.ask("POST", path, data=data | csrf)
        assert (answer.status_code, list(flaws(answer.text, {name: data.get(name, "")}))) == (ANY, []), path
        assert list(mistakes(answer)) == [name]


def test_refusal_without_a_field_has_the_cursor_itself(site: RunningApp) -> None:
    olu = sign_in(site, "organizer@example.com", "organizer")
    assert olu.ask("POST", f"/organizer/weeks/{SLUG}/freeze", data={"csrf": olu.csrf}).status_code == 303

    again = olu.ask("POST", f"/organizer/weeks/{SLUG}/freeze", data={"csrf": olu.csrf})

    assert (again.status_code, list(flaws(again.text, {}))) == (409, [])
    assert 'tabindex="-1" autofocus role="alert"' in again.text


def test_visitor_who_says_nothing_is_asked_for_both(site: RunningApp) -> None:
    path = f"/join/{code_for(site)}"

    answer = site.client.post(path, headers={"Sec-Fetch-Site": "same-origin"}, data={})

    assert (answer.status_code, list(flaws(answer.text, {"name": "", "email": ""}))) == (422, [])
