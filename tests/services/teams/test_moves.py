"""Moves: people join, move and leave teams, and no points move with them."""

from datetime import timedelta

import pytest

from app.domain.calendar.days import day_bounds
from app.services import memberships
from app.services.imports import roster_import
from app.services.imports.roster_import import Entry
from app.services.organizing import team_admin
from app.services.scoring import scores
from app.services.weeks import weeks
from tests.builders import (
    ADA,
    BO,
    CATS,
    DUA,
    ELIF,
    ENDS,
    GUS,
    NOW,
    OWLS,
    PACIFIC,
    STARTS,
    Game,
    act_by,
    entries,
    moment,
)

START, _ = day_bounds(STARTS, ENDS, PACIFIC)


@pytest.fixture
def foxes(game: Game) -> Game:
    """The standard week at Wednesday 13:00, where Ada has just moved from the Owls to the Foxes."""
    game.at("10:00").take(occurred_at=moment("09:00"), external_id="before")
    game.team("Foxes", ADA)
    return game


def test_team_at_moves_no_points_after_a_move(foxes: Game) -> None:
    assert foxes.points() == {OWLS: 5, CATS: 0, "Foxes": 0}
    assert foxes.verify() == []


def test_team_at_after_a_move_is_the_new_team(foxes: Game) -> None:
    foxes.at("14:00").take(occurred_at=moment("13:30"))

    assert foxes.points() == {OWLS: 5, CATS: 0, "Foxes": 5}


def test_team_at_the_moment_of_a_move_is_the_new_team(foxes: Game) -> None:
    foxes.take(occurred_at=NOW)

    assert foxes.points() == {OWLS: 5, CATS: 0, "Foxes": 5}


def test_team_at_a_moment_credited_late_is_the_team_of_then(foxes: Game) -> None:
    foxes.at("15:00").take(occurred_at=NOW - timedelta(microseconds=1))

    assert foxes.points() == {OWLS: 10, CATS: 0, "Foxes": 0}
    assert foxes.verify() == []


def test_reverse_after_a_move_takes_the_points_from_the_old_team(foxes: Game) -> None:
    first = foxes.take(external_id="before")

    foxes.reverse(first.entry)

    assert foxes.points() == {OWLS: 0, CATS: 0, "Foxes": 0}
    assert foxes.verify() == []


def test_team_at_a_moment_before_the_first_team_is_that_first_team(game: Game) -> None:
    game.take(occurred_at=START)

    assert game.points() == {OWLS: 5, CATS: 0}


def test_team_at_a_moment_before_joining_stays_the_first_after_a_move(foxes: Game) -> None:
    foxes.take(occurred_at=START)

    assert foxes.points() == {OWLS: 10, CATS: 0, "Foxes": 0}


def test_team_at_after_leaving_is_the_last_team(game: Game) -> None:
    game.at("10:00").leave(ADA)

    game.take(occurred_at=moment("12:00"))

    assert game.points() == {OWLS: 5, CATS: 0}
    assert [standing.members for standing in game.board().standings if standing.team == OWLS] == [
        ("Bo Nguyen", "Chidi Okafor")
    ]


def test_team_at_after_coming_back_is_the_other_team(game: Game) -> None:
    game.at("14:00").leave(ADA)
    game.at("16:00").team("Foxes", ADA)

    later = game.at("18:00")
    later.take(occurred_at=moment("15:00"))
    later.take(occurred_at=moment("16:00"), kind="knowledge_card")

    assert later.points() == {OWLS: 5, CATS: 0, "Foxes": 8}


def test_team_at_of_work_without_a_team_is_the_team_joined_later(game: Game) -> None:
    Game(game.database, slug="q4-2022").start().team("Guests", GUS)
    game.take(person=GUS)

    before = game.points()
    game.at("16:00").team("Foxes", GUS)

    assert (before, game.points()) == ({OWLS: 0, CATS: 0}, {OWLS: 0, CATS: 0, "Foxes": 5})
    assert game.board().totals["issue"] == 1
    assert game.verify() == []


def test_add_by_hand_brings_work_done_without_a_team(game: Game) -> None:
    Game(game.database, slug="q4-2022").start().team("Guests", GUS)
    game.take(person=GUS)
    with game.database.unit_of_work() as session:
        foxes = team_admin.make_team(session, game.slug, "Foxes", act_by("Olu", NOW))
        team_admin.add(session, game.slug, foxes.id, act_by("Olu", NOW), name="", email=GUS)

    assert game.points() == {OWLS: 0, CATS: 0, "Foxes": 5}
    assert game.verify() == []


def test_assign_scores_no_other_team_than_the_two_between_which_work_moves(game: Game) -> None:
    game.team("Foxes", GUS)
    before = game.week().version

    game.team("Foxes", ADA)

    with game.database.reading() as session:
        week = weeks.find(session, game.slug, NOW)
        changed, unassigned = scores.changed_since(session, week.id, before)
    assert (set(changed), unassigned) == ({game.team_id(OWLS), game.team_id("Foxes")}, None)


def test_assign_all_of_many_teams_leaves_every_score_right(game: Game) -> None:
    game.at("10:00").take(occurred_at=moment("09:00"))
    Game(game.database, slug="q4-2022").start().team("Guests", GUS)
    game.take(person=GUS)
    names = [f"Team {number}" for number in range(memberships.FEW_TEAMS)]
    roster = [Entry(2, name, name, f"{number}@example.com") for number, name in enumerate(names)]
    with game.database.unit_of_work() as session:
        roster_import.apply(session, game.slug, [*roster, *entries("Foxes", [ADA, GUS])], act_by("Olu", NOW))

    assert (game.points()["Foxes"], game.board().totals["issue"], game.verify()) == (5, 2, [])


def test_team_at_the_time_has_the_caps_and_quests(game: Game) -> None:
    for number in range(3):
        game.at("10:00").take(kind="response", subject="t-1", external_id=f"r-{number}", occurred_at=moment("09:00"))
    game.team("Foxes", ADA)

    later = game.at("14:00")
    later.take(kind="response", subject="t-1", external_id="late", occurred_at=moment("09:30"))
    later.take(kind="response", subject="t-1", external_id="fresh", occurred_at=moment("13:30"))

    assert later.points() == {OWLS: 6, CATS: 0, "Foxes": 2}


def test_reverse_and_reinstate_after_a_move_count_work_once(foxes: Game) -> None:
    foxes.team("Foxes", BO)
    later = foxes.at("15:00")
    mistake = later.take(person=BO, occurred_at=moment("14:00")).entry

    later.reverse(mistake)
    reversed_points = later.points()
    later.reinstate(mistake)

    assert reversed_points == {OWLS: 5, CATS: 0, "Foxes": 0}
    assert later.points() == {OWLS: 5, CATS: 0, "Foxes": 5}
    assert later.verify() == []


def test_move_back_and_forth_within_a_moment_ends_where_it_ended(game: Game) -> None:
    game.team("Foxes", ADA)
    game.team(OWLS, ADA)

    game.take(occurred_at=NOW)

    assert game.points() == {OWLS: 5, CATS: 0, "Foxes": 0}
    assert game.verify() == []


def test_move_after_a_clock_was_set_back_keeps_the_order(game: Game) -> None:
    game.at("15:00").team("Foxes", ADA)
    game.at("14:00").team("Hens", ADA)

    game.at("16:00").take(occurred_at=moment("15:30"))

    assert game.points() == {OWLS: 0, CATS: 0, "Foxes": 0, "Hens": 5}


def test_team_at_a_moment_may_be_one_that_everybody_left(game: Game) -> None:
    game.team("Foxes", ADA)
    game.team("Hens", BO)
    game.at("14:00").leave("chidi@example.com")

    game.at("16:00").take(person=BO, occurred_at=moment("09:00"))

    assert game.points() == {OWLS: 5, CATS: 0, "Foxes": 0, "Hens": 0}


def test_apply_swaps_two_people_between_full_teams(game: Game) -> None:
    with game.database.unit_of_work() as session:
        swap = entries(CATS, [ADA]) + entries(OWLS, [DUA])
        outcome = roster_import.apply(session, game.slug, swap, act_by("Olu", NOW))

    assert (outcome.moved, game.points()) == (2, {OWLS: 0, CATS: 0})
    assert [sorted(standing.members) for standing in game.board().standings] == [
        ["Ada Lovelace", "Elif Şahin", "文子 Fumiko"],
        ["Bo Nguyen", "Chidi Okafor", "Dua Krasniqi"],
    ]


def test_team_at_leaves_out_memberships_of_another_week(game: Game) -> None:
    other = Game(game.database, slug="q4-2022").start()
    other.team("Foxes", ELIF)

    game.take(person=ELIF)

    assert (game.points(), other.points()) == ({OWLS: 0, CATS: 5}, {OWLS: 0, CATS: 0, "Foxes": 0})
