"""Corrections that lose no history: reversals, reinstatements, adjustments."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.db.database import Database
from app.domain.calendar.days import day_bounds
from app.domain.view import EVERYTHING
from app.errors import (
    AlreadyDone,
    Malformed,
    NotFound,
    WeekNotOpen,
)
from app.models import Reversal
from app.services.ledger import activities, ledger
from app.services.ledger.activities import ActivityView
from app.services.weeks import weeks
from tests.builders import CATS, ENDS, GUS, NOW, OWLS, PACIFIC, STARTS, Game, act_by

_, END = day_bounds(STARTS, ENDS, PACIFIC)


def ledger_of(game: Game) -> list[ActivityView]:
    with game.database.reading() as session:
        return activities.page(
            session, weeks.find(session, game.slug, game.now), cursor=None, limit=100, view=EVERYTHING
        ).items


def test_reverse_takes_the_points_back(game: Game) -> None:
    taken = game.take()

    game.reverse(taken.entry)

    assert game.points() == {OWLS: 0, CATS: 0}
    assert [entry.reversed for entry in ledger_of(game)] == [True]
    assert game.board().totals["issue"] == 0


def test_reverse_keeps_who_and_why(game: Game) -> None:
    taken = game.take()

    game.reverse(taken.entry)

    with game.database.reading() as session:
        reversal = session.exec(select(Reversal)).one()
    assert (reversal.reason, reversal.by, reversal.at, reversal.ordinal) == ("A mistake", "Olu", NOW, 1)


def test_reverse_of_a_reversed_activity_is_refused(game: Game) -> None:
    taken = game.take()
    game.reverse(taken.entry)

    with pytest.raises(AlreadyDone, match="already reversed"):
        game.reverse(taken.entry)


def test_reverse_in_a_closed_week_is_refused(game: Game) -> None:
    taken = game.take()
    game.close()

    with pytest.raises(WeekNotOpen):
        game.reverse(taken.entry)


@pytest.mark.parametrize("activity_id", ["0" * 16, "", "\0", "é", "\ud800"])
def test_reverse_of_an_unknown_activity_is_refused(database: Database, activity_id: str) -> None:
    with database.unit_of_work() as session, pytest.raises(NotFound):
        ledger.reverse(session, activity_id, act_by("Olu", NOW), reason="A mistake")


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 501, "\u200b", "a\0b", "turned \u202e around"])
def test_reverse_without_a_usable_reason_is_refused(game: Game, reason: str) -> None:
    taken = game.take()

    with game.database.unit_of_work() as session, pytest.raises(Malformed, match="reason"):
        ledger.reverse(session, taken.entry.id, act_by("Olu", NOW), reason=reason)


def test_reinstate_brings_the_points_back(game: Game) -> None:
    taken = game.take()
    before = game.board()
    game.reverse(taken.entry)

    game.reinstate(taken.entry)

    after = game.board()
    assert (after.standings, after.totals) == (before.standings, before.totals)


def test_reinstate_of_an_activity_that_stands_is_refused(game: Game) -> None:
    taken = game.take()

    with pytest.raises(AlreadyDone, match="isn’t reversed"):
        game.reinstate(taken.entry)


def test_reverse_after_a_reinstatement_takes_the_points_again(game: Game) -> None:
    taken = game.take()
    game.reverse(taken.entry)
    game.reinstate(taken.entry)

    game.reverse(taken.entry)

    assert game.points() == {OWLS: 0, CATS: 0}


def test_reverse_of_work_without_a_team_leaves_the_totals(game: Game) -> None:
    Game(game.database, slug="q4-2022").start().team("Guests", GUS)
    taken = game.take(person=GUS)

    game.reverse(taken.entry)

    assert game.board().totals["issue"] == 0
    assert game.verify() == []


@pytest.mark.parametrize("points", [1, -1, 100_000, -100_000])
def test_adjust_gives_its_points(game: Game, points: int) -> None:
    game.adjust(OWLS, points)

    assert game.points() == {OWLS: points, CATS: 0}
    assert game.verify() == []


def test_adjust_occurs_when_it_is_recorded_whatever_the_weeks_days(game: Game) -> None:
    later = END + timedelta(days=90)

    taken = game.at(later).adjust(OWLS, 5)

    assert (taken.entry.occurred_at, taken.entry.recorded_at) == (later, later)
    assert (taken.entry.source, taken.entry.kind) == ("organizer", "adjustment")


def test_adjust_is_in_no_total(game: Game) -> None:
    before = game.board().totals

    game.adjust(OWLS, 5)

    assert game.board().totals == before


@pytest.mark.parametrize("points", [0, 100_001, -100_001, 2**70])
def test_adjust_of_impossible_points_is_refused(game: Game, points: int) -> None:
    with pytest.raises(Malformed, match="points"):
        game.adjust(OWLS, points)


@pytest.mark.parametrize("external_id", ["", "x" * 201, "a\0b", "a\nb", "\ud800"])
def test_adjust_with_an_impossible_external_id_is_refused(game: Game, external_id: str) -> None:
    with game.database.unit_of_work() as session, pytest.raises(Malformed, match="external_id"):
        ledger.adjust(
            session, game.slug, act_by("Olu", NOW), team_id="0" * 16, points=5, reason="So", external_id=external_id
        )


def test_adjust_with_a_known_key_answers_with_the_first_one(game: Game) -> None:
    first = game.adjust(OWLS, 5, "a-1")
    game.close()

    again = game.adjust(CATS, -7, "a-1")

    assert (again.entry.id, again.repeated) == (first.entry.id, True)
    assert game.points() == {OWLS: 5, CATS: 0}


def test_adjust_in_a_closed_week_is_refused(game: Game) -> None:
    game.close()

    with pytest.raises(WeekNotOpen):
        game.adjust(OWLS, 5)


@pytest.mark.parametrize("team_id", ["0" * 16, "\0", ""])
def test_adjust_for_an_unknown_team_is_refused(game: Game, team_id: str) -> None:
    with game.database.unit_of_work() as session, pytest.raises(NotFound):
        ledger.adjust(session, game.slug, act_by("Olu", NOW), team_id=team_id, points=5, reason="So", external_id="a")


def test_adjust_for_a_team_of_another_week_is_refused(game: Game) -> None:
    elsewhere = Game(game.database, slug="q4-2022").start().team_id(OWLS)

    with game.database.unit_of_work() as session, pytest.raises(NotFound):
        ledger.adjust(session, game.slug, act_by("Olu", NOW), team_id=elsewhere, points=5, reason="So", external_id="a")


def test_reverse_and_reinstate_of_an_adjustment_move_its_points(game: Game) -> None:
    taken = game.adjust(OWLS, 5)

    game.reverse(taken.entry)
    reversed_points = game.points()
    game.reinstate(taken.entry)

    assert (reversed_points[OWLS], game.points()[OWLS]) == (0, 5)
    assert game.verify() == []
