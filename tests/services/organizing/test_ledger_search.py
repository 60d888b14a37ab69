"""Search of the ledger: each filter, alone and together, and pages of what it finds."""

from typing import Any

import pytest

from app.services.organizing import ledger_search
from app.services.organizing.ledger_search import NO_TEAM, Wanted
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, DUA, GUS, OWLS, Game, moment

LINK = "https://example.com/1"


def found(game: Game, **wanted: Any) -> list[str]:
    """The external ids that a filter lets through, the last recorded first."""
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, game.now)
        page = ledger_search.page(session, week, Wanted(**wanted), cursor=None, limit=100)
        assert ledger_search.count(session, week, Wanted(**wanted)) == len(page.items)
        return [row.activity.external_id for row in page.items]


@pytest.fixture
def ledger(game: Game) -> Game:
    """Work of both teams, of Gus without a team, by hand, at night, with one link twice; one is reversed."""
    Game(game.database, slug="q4-2022").start().team("Guests", GUS)
    game.take(external_id="tool", subject="t-1", url="https://example.com/0", note="100% Done")
    game.take(external_id="hand", source="by hand", person=BO, url=LINK, occurred_at="2022-09-13T22:00:00-07:00")
    game.take(external_id="copy", source="by hand", person=DUA, url=LINK, occurred_at="2022-09-13T06:00:00-07:00")
    game.take(external_id="gus", person=GUS, kind="response", occurred_at="2022-09-13T05:59:59-07:00")
    game.reverse(game.take(external_id="gone", source="by hand", url="https://example.com/0").entry)
    game.adjust(CATS, 5, "points")
    return game


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, ["points", "gone", "gus", "copy", "hand", "tool"]),
        ({"person": "nguyEN"}, ["hand"]),
        ({"person": "example.com", "kind": "response"}, ["gus"]),
        ({"person": "nobody known"}, []),
        ({"kind": "adjustment"}, ["points"]),
        ({"source": "github", "team": NO_TEAM}, ["gus"]),
        ({"text": "100%"}, ["tool"]),
        ({"text": "t-1"}, ["tool"]),
        ({"text": "EXAMPLE.COM/1"}, ["copy", "hand"]),
        ({"text": "for the spirit"}, ["points"]),
        ({"text": "_"}, []),
        ({"reversed": True}, ["gone"]),
        ({"reversed": False, "by_hand": True}, ["copy", "hand"]),
        ({"same_link": True}, ["copy", "hand"]),
        ({"at_night": True}, ["gus", "hand"]),
        ({"at_night": True, "by_hand": True}, ["hand"]),
        ({"since": moment("2022-09-14 00:00"), "reversed": False}, ["points", "tool"]),
        ({"until": moment("2022-09-13 06:00")}, ["gus"]),
    ],
    ids=str,
)
def test_page_has_what_the_filter_lets_through(ledger: Game, wanted: dict[str, Any], ids: list[str]) -> None:
    assert found(ledger, **wanted) == ids


def test_page_of_a_team_has_the_work_of_its_time_and_its_adjustments(ledger: Game) -> None:
    foxes = ledger.at("2022-09-14 14:00").team("Foxes", BO)
    ledger.at("2022-09-14 16:00").take(external_id="later", person=BO, occurred_at="2022-09-14T15:00:00-07:00")

    assert found(ledger, team=ledger.team_id(OWLS)) == ["gone", "hand", "tool"]
    assert found(ledger, team=ledger.team_id(CATS)) == ["points", "copy"]
    assert found(ledger, team=foxes) == ["later"]


def test_page_goes_on_after_its_cursor(ledger: Game) -> None:
    with ledger.database.reading() as session:
        week = weeks.find(session, ledger.slug, ledger.now)
        first = ledger_search.page(session, week, Wanted(person=ADA), cursor=None, limit=1)
        second = ledger_search.page(session, week, Wanted(person=ADA), cursor=first.next_cursor, limit=1)

    assert [row.activity.external_id for row in (*first.items, *second.items)] == ["gone", "tool"]
    assert second.next_cursor is None
    assert [ruling.reason for ruling in first.items[0].rulings] == ["A mistake"]


def test_sources_are_each_named_once(ledger: Game) -> None:
    with ledger.database.reading() as session:
        week = weeks.find(session, ledger.slug, ledger.now)

        assert ledger_search.sources(session, week) == ["by hand", "github", "organizer"]
