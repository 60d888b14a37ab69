"""Names of right-to-left scripts: wherever a page says one, its direction changes nothing around it."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from sqlalchemy import text

from tests.web.running_app import RunningApp
from tests.web.seeding import SeededSite
from tests.web.test_canaries import addresses

MARK = "قط"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = {"alt", "aria-label", "content", "label", "placeholder", "title"}
"""Attributes that people read or hear; of those of a field, `value` is read as well."""
NAMED = ("week", "person", "team")
READERS = ("visitor", "player", "owner", "display")


class _Names(HTMLParser):
    """Collects each place of a page that lets a name flow into what stands beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.around: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        is_apart = tag == "bdi" or given.get("dir") == "auto"
        for name, value in given.items():
            is_spoken = name in SPOKEN or (name == "value" and tag == "input" and given.get("type") != "hidden")
            if is_spoken and not is_apart and not _is_name(value) and _flows(value):
                self.found.append(f"<{tag} {name}>: {value.strip()}")
        if tag not in VOID:
            self.around.append((tag, is_apart))

    def handle_endtag(self, tag: str) -> None:
        while self.around and self.around.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        around = self.around[-1][0] if self.around else ""
        is_alone = around in {"title", "option"} and _is_name(data)
        if not is_alone and not any(is_apart for _, is_apart in self.around) and _flows(data):
            self.found.append(f"<{around}> {' '.join(data.split())}")


def _is_name(said: str) -> bool:
    return said.strip().startswith(MARK) and said.strip().count(" ") == 1


def _flows(said: str) -> bool:
    """Tell whether a text has a name in it without an isolate around it (UAX #9)."""
    depth = 0
    for at, letter in enumerate(said):
        depth += {"\u2068": 1, "\u2069": -1}.get(letter, 0)
        if not depth and said.startswith(MARK, at):
            return True
    return False


@pytest.fixture
def garden(site: RunningApp) -> SeededSite:
    """A site on which every week, team and person has an Arabic name that ends in a number."""
    garden = SeededSite(site)
    garden.reveal()
    with site.database.unit_of_work() as session:
        for table in NAMED:
            for number, key in enumerate(session.connection().scalars(text(f"SELECT id FROM {table} ORDER BY id"))):  # noqa: S608 (fixed words)
                session.connection().execute(
                    text(f"UPDATE {table} SET name = :name WHERE id = :id"),  # noqa: S608 (fixed words)
                    {"name": f"{MARK}{table} {number}", "id": key},
                )
    return garden


def _pages(garden: SeededSite, reader: str) -> Iterator[tuple[str, str]]:
    for path in addresses(garden, "GET"):
        if not path.endswith("/live"):
            answer = garden.site.ask("GET", path, headers=garden.shown.get(reader, {}))
            if answer.status_code == 200 and answer.headers.get("content-type", "").startswith("text/html"):
                yield path, answer.text


@pytest.mark.timeout(120)  # every page there is
def test_every_page_keeps_names_apart_from_what_is_beside_them(garden: SeededSite) -> None:
    flowing: dict[str, str] = {}
    met = set()

    for reader in READERS:
        for path, page in _pages(garden, reader):
            names = _Names()
            names.feed(page)
            met |= {table for table in NAMED if f"{MARK}{table}" in page}
            flowing |= dict.fromkeys(names.found, path)

    assert met == set(NAMED)
    assert flowing == {}, "\n".join(f"{path}  {found}" for found, path in flowing.items())
