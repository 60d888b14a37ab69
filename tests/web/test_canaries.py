"""What is hidden stays hidden: a word planted in every private field is read by nobody who may not."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from app.config import Settings
from app.web.charts import CHARTS
from tests.builders import SLUG
from tests.web.crawling import Crawler, Eyes
from tests.web.planting import DRAFT, LOWER, ROLES, Garden, secretive
from tests.web.site import Site, until
from tests.web.viewing import watching

PLACES = {
    "week": [SLUG, "current", DRAFT, "q1-1999"],
    "team": ["Robins", "Crows", "hidden team", "Wrens"],
    "team_id": ["Robins", "Crows", "hidden team", "Wrens"],
    "activity": ["activity of player", "activity of mate", "hidden activity", "reversed activity"],
    "activity_id": ["activity of player", "activity of mate", "hidden activity", "reversed activity"],
    "person": ["player", "mate", "loner", "gone"],
    "person_id": ["player", "mate", "loner", "gone"],
    "name": [*CHARTS, "nothing"],
    "secret": ["al_wrong"],
    "code": ["WRNG-WRNG"],
    "display": ["display"],
    "token_id": ["token"],
    "sign_in": ["sign-in of player", "sign-in of mate"],
}
"""What stands for each placeholder of a path: an id by its name in the garden, or the text itself."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return secretive(settings)


@pytest.fixture
def garden(site: Site) -> Garden:
    return Garden(site)

def addresses(garden: Garden, method: str) -> Iterator[str]:
    """Every route that takes this method, at every place that is of interest."""
    for route in iter_route_contexts(garden.site.app.routes):
        if not isinstance(route.original_route, Mount) and method in (route.methods or ()):
            yield from _filled(str(route.path), garden)


def _filled(path: str, garden: Garden) -> Iterator[str]:
    before, brace, rest = path.partition("{")
    if not brace:
        yield path
        return
    name, _, after = rest.partition("}")
    for place in PLACES[name]:
        yield from _filled(f"{before}{garden.ids.get(place, place)}{after}", garden)


def everywhere(garden: Garden) -> list[str]:
    """Where a crawl begins: every route, some of them with what their addresses may say besides."""
    plain = list(addresses(garden, "GET"))
    lists = [f"{path}?limit=1" for path in plain if path.startswith("/api/")]
    boards = [f"{path}?as=public" for path in plain if path.startswith("/weeks/")]
    return ["/static/app.js", *plain, *lists, *boards]


def crawlers(garden: Garden, roles: tuple[str, ...] = ROLES) -> dict[str, Crawler]:
    """Somebody of each role, on the look-out for every word."""
    words = [each.word for each in garden.canaries]
    return {role: Crawler(garden.site, garden.shown.get(role, {}), Eyes(words)) for role in roles}


def leaks(garden: Garden, seen: dict[str, Crawler], *, revealed: bool) -> list[str]:
    """Who came across what they may not read, and where."""
    return [
        f"{role}: {canary.where} in {crawler.eyes.met[canary.word.lower()]}"
        for role, crawler in seen.items()
        for canary in garden.canaries
        if canary.word.lower() in crawler.eyes.met and role not in garden.readers(canary, revealed=revealed)
    ]


def unseen(garden: Garden, seen: dict[str, Crawler]) -> list[str]:
    """What nobody came across though somebody may: a word that proves nothing."""
    met = {word for crawler in seen.values() for word in crawler.eyes.met}
    return [each.where for each in garden.canaries if each.readers and each.word.lower() not in met]


@pytest.mark.parametrize("visibility", ["public", "signed-in"])
def test_no_page_or_answer_says_what_its_reader_may_not_know(garden: Garden) -> None:
    frozen, revealed = crawlers(garden), crawlers(garden)

    for crawler in frozen.values():
        crawler.crawl(everywhere(garden))
    garden.reveal()
    for crawler in revealed.values():
        crawler.crawl(everywhere(garden))

    print({role: len(crawler.asked) for role, crawler in frozen.items()})
    assert "\n".join(leaks(garden, frozen, revealed=False)) == ""
    assert "\n".join(leaks(garden, revealed, revealed=True)) == ""
    assert unseen(garden, frozen) == []
