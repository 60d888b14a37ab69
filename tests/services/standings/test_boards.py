"""Boards and receipts: what is shown, when it changes, and what it costs."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.db.database import Database
from app.domain.standings.board import Board
from app.domain.view import EVERYTHING, View
from app.errors import NotFound
from app.services.imports import roster_import
from app.services.ledger import activities
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.standings import boards
from app.services.weeks import weeks
from tests.builders import (
    ADA,
    BO,
    CATS,
    CHIDI,
    DUA,
    ELIF,
    FUMIKO,
    GUS,
    NOW,
    OWLS,
    RULES,
    Game,
    a_reading,
    a_week,
    act_by,
    an_activity,
    entries,
    moment,
)
from tests.cost import statements_to


def test_live_of_a_week_without_teams_is_empty(database: Database) -> None:
    with database.unit_of_work() as session:
        a_week(session)

    board = Game(database).board()

    assert (board.standings, board.headline) == (
        (),
        "0 shifts, 0 responses, 0 issues, 0 feature requests, 0 knowledge cards",
    )


def test_live_shows_the_game(game: Game) -> None:
    game.take(kind="shift", occurred_at=moment("06:30"))
    game.take(kind="response", person=DUA, response_seconds=3600, subject="t-1")

    board = game.board()

    assert board.headline == "1 shift, 1 response"
    assert [
        (standing.rank, standing.team, standing.points, standing.bonuses, standing.movement)
        for standing in board.standings
    ] == [
        (1, OWLS, 20, {"6 a.m. shift": 1, "Inside the 1-hour SLA": 0}, None),
        (2, CATS, 3, {"6 a.m. shift": 0, "Inside the 1-hour SLA": 1}, None),
    ]
    assert [(trophy.name, trophy.value, trophy.winners) for trophy in board.trophies] == [
        ("Early birds", 1, (OWLS,)),
        ("Customer hero", 3, ("Dua Krasniqi",)),
    ]


def test_served_version_grows_with_every_change(game: Game) -> None:
    changes: list[Callable[[], object]] = [
        lambda: game.take(external_id="i-1"),
        lambda: game.reverse(game.take(external_id="i-1").entry),
        lambda: game.adjust(OWLS, 5),
        lambda: game.team("Foxes", GUS),
        lambda: game.rename(GUS, "Gustav", "Foxes"),
        lambda: game.leave(GUS),
        lambda: game.activate("# A comment\n" + RULES),
        game.freeze,
        game.reveal,
        game.close,
        game.open,
    ]
    versions = [game.board().version]

    for change in changes:
        change()
        versions.append(game.board().version)

    assert versions == sorted(set(versions))


def test_served_version_grows_at_midnight_inside_the_week_and_not_after(game: Game) -> None:
    start = game.board().version

    versions = [game.at(f"2022-09-{day} 00:00").board().version - start for day in range(15, 21)]

    assert versions == [1, 2, 3, 3, 3, 3]


def test_served_version_stays_after_a_repeat(game: Game) -> None:
    game.take(external_id="i-1")
    before = game.board().version

    game.take(external_id="i-1")

    assert game.board().version == before


def test_receipt_explains_every_point(game: Game) -> None:
    game.take(kind="shift", occurred_at=moment("06:30"))
    game.adjust(OWLS, -3)

    receipt = game.receipt(OWLS)

    assert [(line.person, line.what, line.points) for line in receipt.items] == [
        ("Ada Lovelace", "Shift", 10),
        ("Ada Lovelace", "6 a.m. shift", 10),
        (None, "Adjustment", -3),
    ]
    assert receipt.points == 17


def test_receipt_of_a_closed_week_keeps_its_rules(game: Game) -> None:
    game.take()
    game.close()
    before = game.receipt(OWLS)

    game.activate("# A comment\n" + RULES.replace("points = 5", "points = 6"))

    assert game.receipt(OWLS) == before


@pytest.mark.parametrize("team_id", ["0" * 16, "\0", "", "\ud800"])
def test_receipt_of_an_unknown_team_is_refused(game: Game, team_id: str) -> None:
    with game.database.reading() as session, pytest.raises(NotFound):
        boards.receipt(session, weeks.find(session, game.slug, NOW), team_id, View("public"))


def test_receipt_of_a_team_of_another_week_is_refused(game: Game) -> None:
    elsewhere = Game(game.database, slug="q4-2022").start().team_id(OWLS)

    with game.database.reading() as session, pytest.raises(NotFound):
        boards.receipt(session, weeks.find(session, game.slug, NOW), elsewhere, View("public"))


def a_league(database: Database, slug: str, teams: int) -> Game:
    """A week with so many teams of three, each with an activity; the first person is Ada."""
    game = Game(database, slug=slug)
    emails = [[f"{place}-{number}@example.com" for place in range(3)] for number in range(teams)]
    emails[0][0] = ADA
    with database.unit_of_work() as session:
        a_week(session, slug)
        lines = [entry for number, members in enumerate(emails) for entry in entries(f"Team {number}", members)]
        roster_import.apply(session, slug, lines, act_by("Olu", NOW))
    game.batch(*(an_activity(person=members[0]) for members in emails))
    return game


def test_live_takes_as_many_queries_for_30_teams_as_for_3(database: Database) -> None:
    small, large = a_league(database, "small", 3), a_league(database, "large", 30)

    with statements_to(database) as few:
        small.board()
    with statements_to(database) as many:
        large.board()

    assert len(many) == len(few)
    assert 0 < len(few) < 12


def test_record_takes_as_many_queries_in_a_large_week_as_in_a_small_one(database: Database) -> None:
    small, large = a_league(database, "small", 3), a_league(database, "large", 30)
    large.batch(*(an_activity(kind="response") for _ in range(50)))

    with statements_to(database) as few:
        small.take()
    with statements_to(database) as many:
        large.take()

    assert len(many) == len(few)
    assert 0 < len(few) < 18


def test_page_takes_as_many_queries_for_30_rows_as_for_3(database: Database) -> None:
    small, large = a_league(database, "small", 3), a_league(database, "large", 30)

    def page(game: Game) -> list[str]:
        with statements_to(database) as statements, database.reading() as session:
            activities.page(session, weeks.find(session, game.slug, NOW), cursor=None, limit=100, view=EVERYTHING)
        return statements

    assert len(page(large)) == len(page(small))


def history() -> list[dict[str, Any]]:
    people = (ADA, BO, CHIDI, DUA, ELIF, FUMIKO, GUS)
    chance = random.Random(7)  # noqa: S311 (a history, not a secret)
    return [
        an_activity(
            kind=chance.choice(("shift", "response", "issue", "feature_request", "knowledge_card")),
            person=chance.choice(people),
            occurred_at=moment("2022-09-12 06:30") + timedelta(hours=chance.randrange(55)),
            source=chance.choice(("a", "B", "ä")),
            external_id=f"o-{number}",
            subject=chance.choice(("t-1", "t-2", None)),
            response_seconds=chance.choice((60, 3600, 3601, None)),
        )
        for number in range(40)
    ]


def shown(board: Board) -> Board:
    return replace(board, version=0, as_of=NOW)


@pytest.mark.parametrize("seed", range(2))
def test_live_is_the_same_in_any_order_of_arrival(game: Game, seed: int) -> None:
    Game(game.database, slug="q2-2022").start().team("Guests", GUS)
    work = history()
    game.batch(*work)
    other = Game(game.database, slug="q4-2022").start()
    shuffled = work.copy()
    random.Random(seed).shuffle(shuffled)  # noqa: S311 (an order, not a secret)

    for each in shuffled:
        other.take(**{**each, "subject": each.get("subject")})

    expected, board = shown(game.board()), shown(other.board())
    by_name = {standing.team: replace(standing, team_id="") for standing in expected.standings}
    assert {standing.team: replace(standing, team_id="") for standing in board.standings} == by_name
    assert (board.headline, board.totals, board.trophies) == (expected.headline, expected.totals, expected.trophies)
    assert expected.headline.startswith("0 ") is False


def test_rebuild_gives_the_scores_that_are_kept(game: Game) -> None:
    game.batch(*(event for event in history() if event["person"] != GUS))

    with game.database.reading() as session:
        week = weeks.find(session, game.slug, NOW)
        kept = scores.of_week(session, week)
    with game.database.unit_of_work() as session:
        week = weeks.lock(session, game.slug, NOW)
        scores.rebuild(session, week, rule_sets.rules_of(session, week))
        rebuilt = scores.of_week(session, week)
    assert kept == rebuilt


def test_record_of_one_more_activity_never_lowers_a_team(game: Game) -> None:
    lowest = game.points()

    for event in history():
        if event["person"] != GUS:
            game.take_reading(a_reading(**{**event, "subject": event.get("subject")}))
            points = game.points()
            assert {team for team in points if points[team] < lowest[team]} == set()
            lowest = points

    assert sum(lowest.values()) > 0


def test_members_are_the_current_ones(game: Game) -> None:
    standings = game.board().standings

    assert [standing.members for standing in standings] == [
        ("Dua Krasniqi", "Elif Şahin", "文子 Fumiko"),
        ("Ada Lovelace", "Bo Nguyen", "Chidi Okafor"),
    ]
    assert [standing.team for standing in standings] == [CATS, OWLS]
