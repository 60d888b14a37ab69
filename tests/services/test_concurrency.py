"""Races, really parallel: threads that start together, on several processes' worth of connections."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import select

from app.config import Settings
from app.db.database import Database
from app.models import LedgerEntry, Membership, Reversal, RuleSet
from app.services.access import tokens
from app.services.imports import roster_import
from app.services.imports.batch import Outcome
from app.services.imports.roster_import import Entry
from app.services.operations import startup
from tests.builders import ADA, BO, CATS, NOW, OWLS, RULES, Game, Taken, a_week, act_by, an_activity, dearer_issues
from tests.races import outcomes, race, repeat


def test_record_of_twenty_copies_at_once_keeps_one_without_error(games: list[Game]) -> None:
    post = an_activity(external_id="once")

    results = race(repeat(20, lambda n: games[n % 4].take(**post)))

    taken = [result for result in results if isinstance(result, Taken)]
    assert (len(taken), len({each.entry.id for each in taken})) == (20, 1)
    assert Counter(each.repeated for each in taken) == {False: 1, True: 19}
    assert games[0].points() == {OWLS: 5, CATS: 0}
    assert games[0].verify() == []


def test_record_of_twenty_equal_batches_at_once_keeps_each_line_once(games: list[Game]) -> None:
    lines = [an_activity(external_id=f"line-{number}") for number in range(5)]

    results = race(repeat(20, lambda n: games[n % 4].batch(*lines)))

    assert Counter(results) == {Outcome(5, 0): 1, Outcome(0, 5): 19}
    assert games[0].points() == {OWLS: 25, CATS: 0}


def test_record_of_different_activities_at_once_keeps_all(games: list[Game]) -> None:
    results = race(repeat(20, lambda n: games[n % 4].take(person=(ADA, BO)[n % 2])))

    assert outcomes(results) == {"Taken": 20}
    assert games[0].points() == {OWLS: 100, CATS: 0}
    assert games[0].verify() == []


def test_apply_by_fifty_for_one_team_at_once_leaves_three_in_it(places: list[Database], database: Database) -> None:
    with database.unit_of_work() as session:
        a_week(session)

    def join(place: Database, number: int) -> roster_import.Outcome:
        with place.unit_of_work() as session:
            entry = Entry(2, OWLS, f"Racer {number}", f"racer{number}@example.com")
            return roster_import.apply(session, "q3-2022", [entry], act_by("Olu", NOW))

    results = race(repeat(50, lambda n: join(places[n % 4], n)))

    assert outcomes(results) == {"Outcome": 3, "ListRefused": 47}
    (owls,) = Game(database).board().standings
    assert len(owls.members) == 3
    with database.reading() as session:
        assert len(session.exec(select(Membership)).all()) == 3


def test_reverse_by_fifty_at_once_leaves_one_winner(games: list[Game]) -> None:
    entry = games[0].take().entry

    results = race(repeat(50, lambda n: games[n % 4].reverse(entry)))

    assert outcomes(results) == {"NoneType": 1, "AlreadyDone": 49}
    with games[0].database.reading() as session:
        assert [reversal.ordinal for reversal in session.exec(select(Reversal))] == [1]
    assert games[0].points() == {OWLS: 0, CATS: 0}


def test_adjust_by_twenty_with_one_key_at_once_counts_once(games: list[Game]) -> None:
    results = race(repeat(20, lambda n: games[n % 4].adjust(OWLS, 7, "once")))

    assert outcomes(results) == {"Taken": 20}
    assert games[0].points() == {OWLS: 7, CATS: 0}


def test_activate_shows_nobody_a_mixture_of_rules(games: list[Game]) -> None:
    def post(game: Game) -> list[str]:
        for _ in range(6):
            game.take()
        return []

    def activate(game: Game) -> list[str]:
        for text in (dearer_issues(), RULES, dearer_issues(9), RULES):
            game.activate(text)
        return []

    def look(game: Game) -> list[str]:
        return [sentence for _ in range(15) for sentence in game.verify()]

    results = race(
        repeat(4, lambda n: post(games[n]))
        + repeat(2, lambda n: activate(games[n]))
        + repeat(4, lambda n: look(games[n]))
    )

    assert results == [[]] * 10
    assert games[0].points() == {OWLS: 4 * 6 * 5, CATS: 0}
    assert games[0].verify() == []


def test_open_week_while_rules_are_activated_follows_them(games: list[Game]) -> None:
    def play(game: Game) -> str:
        game.start()
        game.take()
        return "played"

    def activate(game: Game) -> str:
        for points in (6, 7, 8, 9):
            game.activate(dearer_issues(points))
        return "activated"

    fresh = [replace(game, slug=f"fresh-{number}") for number, game in enumerate(games)]

    results = race(repeat(4, lambda n: play(fresh[n])) + repeat(1, lambda n: activate(games[n])))

    assert Counter(results) == {"played": 4, "activated": 1}
    assert [(game.verify(), game.points()) for game in fresh] == [([], {OWLS: 9, CATS: 0})] * 4


def test_close_while_many_record_lets_nothing_in_afterwards(games: list[Game]) -> None:
    posts: list[Callable[[], object]] = [*repeat(20, lambda n: games[n % 4].take())]

    results = race([*posts, games[0].close])

    assert set(outcomes(results)) <= {"Taken", "WeekNotOpen", "NoneType"}
    closed = games[0].week()
    with games[0].database.reading() as session:
        versions = session.exec(select(LedgerEntry.version)).all()
    assert len(versions) == outcomes(results)["Taken"]
    assert [version for version in versions if version >= closed.version] == []
    assert games[0].verify() == []


def test_activate_by_ten_at_once_makes_ten_versions(games: list[Game]) -> None:
    games[0].take()

    results = race(repeat(10, lambda n: games[n % 4].activate(dearer_issues(10 + n))))

    assert len(set(results)) == 10
    with games[0].database.reading() as session:
        assert len(session.exec(select(RuleSet)).all()) == 11
    assert games[0].verify() == []


@pytest.mark.parametrize("scene", ["bare"])
def test_prepare_by_several_replicas_at_once_makes_one_version(places: list[Database], settings: Settings) -> None:
    results = race(repeat(4, lambda n: startup.prepare(places[n], settings, NOW)))

    assert results == [None] * 4
    with places[0].reading() as session:
        assert [rule_set.text for rule_set in session.exec(select(RuleSet))] == [RULES]


def test_create_of_one_slug_by_many_at_once_makes_one_week(places: list[Database], database: Database) -> None:
    def create(place: Database) -> str:
        with place.unit_of_work() as session:
            return a_week(session).slug

    results = race(repeat(10, lambda n: create(places[n % 4])))

    assert outcomes(results) == {"str": 1, "Conflict": 9}


def test_create_of_one_name_by_many_at_once_makes_one_token(places: list[Database]) -> None:
    def create(place: Database) -> str:
        with place.unit_of_work() as session:
            return tokens.create(session, act_by("Olu", NOW), name="zendesk", scopes=["read"], days=None)

    results = race(repeat(10, lambda n: create(places[n % 4])))

    assert outcomes(results) == {"str": 1, "Conflict": 9}


def test_apply_of_the_same_people_to_two_weeks_at_once_does_not_deadlock(games: list[Game]) -> None:
    other = replace(games[1], slug="q4-2022").start()

    def rename(game: Game, name: str) -> str:
        for number in range(5):
            game.rename(ADA, f"{name} {number}", OWLS)
            game.team(f"Team {number}", f"new-{number}@example.com")
        return "renamed"

    weeks = (games[0], other, replace(games[2], slug="q4-2022"))

    results = race(repeat(3, lambda n: rename(weeks[n], ("Ada", "Augusta", "Countess")[n])))

    assert results == ["renamed"] * 3
    assert [games[0].verify(), other.verify()] == [[], []]
