"""Canaries: a word planted in every private field is read by nobody who may not."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from queue import Queue

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from app.config import Settings
from app.web.charts import CHARTS
from tests.builders import SLUG
from tests.web.crawling import MAX_PAGES, Crawler, Eyes
from tests.web.running_app import RunningApp, until
from tests.web.seeding import LOWER, OTHER, ROLES, SECRET_SETTINGS, SeededSite
from tests.web.viewing import Event, watching

PLACES = {
    "week": [SLUG, OTHER],
    "team": ["Robins", "hidden team", "Wrens"],
    "team_id": ["Robins", "hidden team", "Wrens"],
    "activity": ["activity of player", "activity of mate", "hidden activity", "reversed activity"],
    "activity_id": ["activity of player", "activity of mate", "hidden activity", "reversed activity"],
    "person": ["player", "mate", "loner", "gone"],
    "person_id": ["player", "mate", "loner", "gone"],
    "table": ["ledger", "standings", "shifts", "counts", "nothing"],
    "name": [*CHARTS, "nothing"],
    "secret": ["al_wrong"],
    "open_link": ["al_wrong"],
    "used_link": ["al_wrong"],
    "code": ["WRNG-WRNG"],
    "shift_id": ["shift"],
    "sign_up_id": ["sign-up of player"],
    "feed": ["af_wrong"],
    "choice": ["au_wrong"],
    "connection": ["github", "nothing"],
    "kind": ["guru"],
    "url_key": ["nothing"],
    "delivery_id": ["nothing"],
    "identity_id": ["nothing"],
    "webhook_id": ["nothing"],
    "message_id": ["nothing"],
    "own_feed": ["nothing"],
    "feed_id": ["nothing"],
    "display": ["display", "all"],
    "screen_message": ["screen message"],
    "bulk_id": ["nothing"],
    "token_id": ["token"],
    "job_id": ["1"],
    "feedback_id": ["nothing"],
    "card_id": ["nothing"],
    "answer_id": ["nothing"],
    "review_id": ["nothing"],
    "entry": ["entry of player", "hidden entry", "0" * 16],
    "guide_version": ["0", "1"],
    "rules_version": ["1", "2"],
    "sign_in": ["sign-in of player", "sign-in of mate"],
}
"""The value of each placeholder of a path: an id by its name in the garden, or the text itself."""
OF_PUBLIC_BOARDS = ("visitor", "activities:write")
"""Readers who see more where boards are public than where they are for colleagues."""


def secretive(settings: Settings) -> Settings:
    """An installation with a word in every secret setting."""
    return settings.changed(
        secret_key=SECRET_SETTINGS["secret_key"],
        smtp_url=f"smtp://user:{SECRET_SETTINGS['smtp_url']}@localhost:1",
        mail_from="week@example.com",
        public_url="http://127.0.0.1",
        oidc_issuer="http://127.0.0.1:1",
        oidc_client_id="assembly-week",
        oidc_client_secret=SECRET_SETTINGS["oidc_client_secret"],
    )


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return secretive(settings)


@pytest.fixture
def garden(site: RunningApp) -> SeededSite:
    return SeededSite(site)


def addresses(garden: SeededSite, method: str) -> Iterator[str]:
    """Every route that takes this method, at every place that is of interest."""
    return (path for path, _ in _places(garden, method))


def _places(garden: SeededSite, method: str) -> Iterator[tuple[str, bool]]:
    """The same, and whether a place is the first of its route."""
    for route in iter_route_contexts(garden.site.app.routes):
        if not isinstance(route.original_route, Mount) and method in (route.methods or ()):
            for number, path in enumerate(_filled(str(route.path), garden)):
                yield path, number == 0


def _filled(path: str, garden: SeededSite) -> Iterator[str]:
    before, brace, rest = path.partition("{")
    if not brace:
        yield path
        return
    name, _, after = rest.partition("}")
    for place in PLACES[name]:
        yield from _filled(f"{before}{garden.ids.get(place, place)}{after}", garden)


def everywhere(garden: SeededSite) -> list[str]:
    """The starts of a crawl: every route, some of them with parameters."""
    plain = list(addresses(garden, "GET"))
    lists = [f"{path}?limit=1" for path in plain if path.startswith(f"/api/v1/weeks/{SLUG}/activities")]
    boards = [f"/weeks/{SLUG}?as=public", f"/weeks/{SLUG}/live?as=public", "/weeks/current", "/weeks/q1-1999"]
    return ["/static/app.js", *plain, *lists, *boards]


def crawlers(garden: SeededSite, roles: tuple[str, ...] = ROLES) -> dict[str, Crawler]:
    """Somebody of each role, on the look-out for every word."""
    words, memory = [canary.word for canary in garden.canaries], dict[bytes, list[str]]()
    return {role: Crawler(garden.site, garden.shown.get(role, {}), Eyes(words, memory)) for role in roles}


def leaks(garden: SeededSite, seen: dict[str, Crawler], *, revealed: bool) -> list[str]:
    """The leaks: readers, and where they read what they may not."""
    return [
        f"{role}: {canary.where} in {crawler.eyes.met[canary.word.lower()]}"
        for role, crawler in seen.items()
        for canary in garden.canaries
        if canary.word.lower() in crawler.eyes.met and role not in (canary.after if revealed else canary.readers)
    ]


def unseen(garden: SeededSite, seen: dict[str, Crawler]) -> list[str]:
    """The words that nobody came across though somebody may: they prove nothing."""
    met = {word for crawler in seen.values() for word in crawler.eyes.met}
    return [canary.where for canary in garden.canaries if canary.readers and canary.word.lower() not in met]


def test_every_placeholder_is_filled(site: RunningApp) -> None:
    paths = {
        str(route.path) for route in iter_route_contexts(site.app.routes) if not isinstance(route.original_route, Mount)
    }

    assert {name for path in paths for name in re.findall(r"{(\w+)}", path)} == set(PLACES)


@pytest.mark.timeout(180)  # every page there is
@pytest.mark.parametrize(("visibility", "roles"), [("public", OF_PUBLIC_BOARDS), ("signed-in", ROLES)])
def test_no_page_or_answer_says_what_its_reader_may_not_know(garden: SeededSite, roles: tuple[str, ...]) -> None:
    seen = crawlers(garden, roles)

    for crawler in seen.values():
        crawler.crawl(everywhere(garden))

    assert leaks(garden, seen, revealed=False) == []
    assert roles != ROLES or unseen(garden, seen) == []
    assert max(len(crawler.asked) for crawler in seen.values()) < MAX_PAGES


def test_a_reveal_shows_what_the_freeze_hid_and_nothing_else(garden: SeededSite) -> None:
    seen = crawlers(garden, ("visitor", "player", "outsider", "read"))
    garden.reveal()

    for crawler in seen.values():
        crawler.crawl(everywhere(garden))

    assert leaks(garden, seen, revealed=True) == []
    assert _unshown(garden, seen["visitor"]) == []


def _unshown(garden: SeededSite, visitor: Crawler) -> list[str]:
    """The words that a reveal shows everybody and that no visitor came across."""
    shown = (canary for canary in garden.canaries if canary.after > canary.readers and "visitor" in canary.after)
    return [each.where for each in shown if each.word.lower() not in visitor.eyes.met]


def test_no_stream_says_more_than_its_reader_may_know(garden: SeededSite) -> None:
    later = garden.prepare()
    seen = crawlers(garden)
    paths = [path for path in (*addresses(garden, "GET"), f"/weeks/{SLUG}/live?as=public") if path.endswith(LIVE)]

    with ExitStack() as stack:
        open_week = [
            (role, path, stack.enter_context(watching(garden.site, path, **garden.shown.get(role, {}))))
            for role in seen
            for path in paths
            if _may_watch(garden, role, path)
        ]
        garden.change(later)
        until(lambda: _has_met(later.team, seen, open_week), 20)
        time.sleep(1)
        _drain(seen, open_week)

    assert len(open_week) > 80
    assert leaks(garden, seen, revealed=False) == []


LIVE = ("/live", "/live?as=public")


def _may_watch(garden: SeededSite, role: str, path: str) -> bool:
    with garden.site.client.stream("GET", path, headers=garden.shown.get(role, {})) as answer:
        return answer.status_code == 200


def _drain(seen: dict[str, Crawler], open_week: list[tuple[str, str, "Queue[Event]"]]) -> None:
    for role, path, events in open_week:
        while not events.empty():
            seen[role].eyes.look(repr(events.get()).encode(), f"stream {path}")


def _has_met(word: str, seen: dict[str, Crawler], open_week: list[tuple[str, str, "Queue[Event]"]]) -> bool:
    """Tell whether an organizer's stream has brought what came after it was opened."""
    _drain(seen, open_week)
    return word in seen["organizer"].eyes.met


TOO_MUCH = (f"/api/v1/weeks/{SLUG}/activities", "/api/v1/rules", "/me/log", "/sign-in/email", "/organizer/people/")
TYPED = "canarythatwastyped"
"""Unexpected input, which no answer says back."""


@pytest.mark.timeout(180)  # every page there is
@pytest.mark.parametrize("role", LOWER)
def test_no_refusal_says_what_its_reader_may_not_know_or_says_secrets_back(garden: SeededSite, role: str) -> None:
    garden.word("what was typed", word=TYPED)
    seen = crawlers(garden, (role,))

    for path in addresses(garden, "GET"):
        _misread(seen[role], path)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path, is_first in sorted(_places(garden, method), key=lambda each: "sign-" in each[0]):
            if is_first:
                _missend_unread(seen[role], method, path)
            _missend(garden, role, seen[role], method, path)

    assert leaks(garden, seen, revealed=False) == []


def _misread(crawler: Crawler, path: str) -> None:
    """Ask as programs and forged requests do: with words nobody asked for, wrong numbers, wrong methods."""
    if not path.endswith("/live"):
        crawler.ask("GET", f"{path}?token={TYPED}&cursor=%00&limit=x", headers={"Referer": f"https://{TYPED}.example"})
        crawler.ask("DELETE", f"{path}?token={TYPED}")
        if not crawler.shown:
            crawler.ask("GET", path, headers={"Authorization": f"Bearer {TYPED}"})
            crawler.ask("GET", path, headers={"Cookie": f"plain-sign-in=as_{TYPED}; plain-display=ad_{TYPED}"})


def _missend(garden: SeededSite, role: str, crawler: Crawler, method: str, path: str) -> None:
    """Send what only another reader's form could say, and nonsense."""
    crawler.ask(method, path, data={"csrf": TYPED})
    crawler.ask(method, path, data={"csrf": garden.csrf.get(role, ""), "unknown": TYPED})


def _missend_unread(crawler: Crawler, method: str, path: str) -> None:
    """Send from elsewhere, what cannot be read, and too much: refused before anybody looks at which place it is for."""
    crawler.ask(method, path, data={"csrf": TYPED}, headers={"Origin": f"https://{TYPED}.example"})
    crawler.ask(method, path, content=b'{"' + TYPED.encode() + b'": ')
    if path.startswith(TOO_MUCH):
        crawler.ask(method, path, content=TYPED.encode() * 70_000)
