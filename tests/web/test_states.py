"""Every sentence on every page is true in every state of a week, and none about its state is missing from the table.

On SQLite alone: what pages say does not depend on the database.
"""

import re
from collections.abc import Iterable
from functools import cache

import pytest

from app.web import summaries
from tests.web.route_access import ROUTES
from tests.web.running_app import RunningApp
from tests.web.state_claims import CLAIMS, DUE, OF_WEEKS, STATEFUL, Claim
from tests.web.state_pages import NO_PAGES, OF_NO_WEEK, PAGES
from tests.web.state_worlds import LIVES, TEAMS, Cast, Seen, WeekState, World, sentences

whole = cache(lambda pattern: re.compile(pattern).fullmatch)
is_stateful = cache(STATEFUL.search)
"""Asked once for each sentence, as the table is: nearly all of them are on many pages."""


@cache
def claims_on(sentence: str) -> tuple[Claim, ...]:
    """The rows of the table that are this sentence."""
    return tuple(claim for claim in CLAIMS if whole(claim.pattern)(sentence))


def faults(seen: Seen) -> Iterable[str]:
    """The sentences of a page that are not so, those the table does not know, and those that are missing."""
    said = sentences(seen.body)
    for sentence in filter(is_stateful, said):
        claims = claims_on(sentence)
        if not claims:
            if seen.page in PAGES[seen.reader] or OF_WEEKS.search(sentence):
                yield f"in no row of the table: {sentence}"
        elif not any(claim.when(seen) for claim in claims):
            yield f"false: {sentence}"
    for due in DUE:
        if due.page == seen.page and due.when(seen) and not any(map(whole(due.pattern), said)):
            yield f"missing: {due.pattern}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No summary rests because this machine was slow."""
    monkeypatch.setattr(summaries, "LONG_SECONDS", float("inf"))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("cast", TEAMS)
@pytest.mark.parametrize(("week", "frozen"), LIVES)
def test_every_sentence_is_true(empty_site: RunningApp, week: WeekState, frozen: bool, cast: Cast) -> None:
    found: dict[str, str] = {}

    world = World(empty_site, week, frozen, cast)
    for seen in world.readings():
        for fault in faults(seen):
            found.setdefault(fault, f"{seen.page}, as a {seen.reader} gets it {seen.state.phase} the week")

    assert [f"{fault} ({where})" for fault, where in found.items()] == []
    if cast == "many" and week != "draft":
        assert world.unread() == set()


def test_every_page_is_read_in_those_states_or_is_none() -> None:
    listed = [pages for of in (PAGES, OF_NO_WEEK) for pages in of.values()]
    read = {address.partition("?")[0] for pages in listed for address in pages.values()}

    routes = {path for method, path in ROUTES if method == "GET" and not path.startswith("/api/")}

    assert sorted(routes - read - set(NO_PAGES)) == []
    assert sorted(set(NO_PAGES) & read | set(NO_PAGES) - routes) == []
