"""Two teams of an open week become one: members, work and points given are the first's."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import select

from app.domain.calendar.slots import slot
from app.domain.view import EVERYTHING
from app.errors import Conflict
from app.models import JoinCode, LedgerEntry
from app.services.ledger import activities
from app.services.organizing import join_codes, team_merging
from app.services.organizing.team_merging import TeamPlan
from app.services.shifts import completion, seats, shifts
from app.services.shifts.shifts import ShiftFields
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, CATS, CHIDI, GUS, NOW, OWLS, PACIFIC, SLUG, Game
from tests.races import outcomes, race
from tests.services.organizing.test_person_merging import person

BATS, HANA = "Bats", "hana@example.com"


@pytest.fixture
def small(game: Game) -> Game:
    """Owls with two members, and Bats with one."""
    game.leave(CHIDI)
    game.team(BATS, GUS)
    return game


def merge(game: Game, kept: str = OWLS, other: str = BATS) -> TeamPlan:
    """Merge the second team into the first, by their names."""
    ids = game.team_id(kept), game.team_id(other)
    with game.database.unit_of_work() as session:
        return team_merging.merge(session, SLUG, *ids, game.act)


def test_merged_team_has_the_members_work_and_points_of_both(small: Game) -> None:
    small.take(person=ADA)
    small.take(person=GUS)
    given = small.adjust(BATS, 7)
    bats = small.team_id(BATS)

    plan = merge(small)

    owls = next(each for each in small.board().standings if each.team == OWLS)
    assert (plan.points, plan.after, owls.points) == ((5, 12), 17, 17)
    assert set(owls.members) == {"Ada Lovelace", "Bo Nguyen", "Gus Björk"}
    assert BATS not in small.points()
    assert small.verify() == []
    assert [line.points for line in small.receipt(OWLS).items if line.person is None] == [7]
    with small.database.reading() as session:
        week = weeks.find(session, SLUG, NOW)
        entry = session.exec(select(LedgerEntry).where(LedgerEntry.id == given.entry.id)).one()
        assert entry.team_id == bats  # the row stays
        assert activities.views(session, week, [entry], EVERYTHING)[0].team == OWLS
        assert teams.find(session, week, bats).name == OWLS
    small.reverse(given.entry)
    small.take(person=GUS, external_id="later")
    assert small.points()[OWLS] == 15
    assert small.verify() == []


def test_name_of_a_merged_team_is_free_again(small: Game) -> None:
    merge(small)

    assert small.team(BATS, HANA) not in {small.team_id(OWLS), ""}
    assert small.verify() == []


def test_slot_that_both_teams_completed_is_one_shift_of_the_merged_one(small: Game) -> None:
    with small.database.unit_of_work() as session:
        span = slot(date(2022, 9, 14), 8 * 60, 10 * 60, PACIFIC)
        shift_id = shifts.create(session, SLUG, span, ShiftFields(), small.act).id
        taken = [
            seats.sign_up(session, SLUG, shift_id, person(small, email).id, small.act, reason="They asked").seat.id
            for email in (GUS, ADA)
        ]
        for seat_id in taken:
            completion.complete(session, SLUG, shift_id, seat_id, small.act, reason="They were here")
    assert small.points()[OWLS] == small.points()[BATS] == 10

    plan = merge(small)

    assert (plan.after, small.points()[OWLS]) == (10, 10)
    assert small.verify() == []


def test_person_who_left_the_merged_team_leaves_their_work_there(small: Game) -> None:
    small.take(person=GUS)
    small.team("Rats", GUS)
    small.team(BATS, HANA)

    merge(small)

    assert (small.points()[OWLS], small.points()["Rats"]) == (5, 0)
    assert small.verify() == []


def test_calendar_and_join_code_lead_to_the_merged_team(small: Game) -> None:
    with small.database.unit_of_work() as session:
        week = weeks.lock(session, SLUG, NOW)
        code = join_codes.renew(session, teams.find(session, week, small.team_id(BATS)), small.act)

    merge(small)

    with small.database.reading() as session:
        row = session.exec(select(JoinCode)).one()
    assert (row.team_id, row.code) == (small.team_id(OWLS), code)


@pytest.mark.parametrize(
    ("settle", "sentence"),
    [
        (Game.close, "Q3-2022 isn’t open. Teams are merged in open weeks."),
        (Game.freeze, "The board of Q3-2022 is frozen, with the teams on it. Reveal it first."),
    ],
)
def test_merge_is_refused_where_the_result_stands(small: Game, settle: Callable[[Game], None], sentence: str) -> None:
    settle(small)

    with pytest.raises(Conflict, match=sentence):
        merge(small)


def test_merge_beyond_the_size_of_a_team_is_refused(game: Game) -> None:
    with pytest.raises(Conflict, match="Together they have 6 members; the rules allow 3"):
        merge(game, OWLS, CATS)


def test_frozen_board_of_later_shows_the_merged_team_alone(small: Game) -> None:
    small.take(person=GUS)
    merge(small)
    small.freeze()
    small.take(person=ADA)

    assert {each.team: each.points for each in small.public().standings}[OWLS] == 5
    assert small.verify() == []


def test_two_organizers_merge_two_teams_at_once_and_one_of_them_does(games: list[Game]) -> None:
    games[0].leave(CHIDI)
    games[0].team(BATS, GUS)
    ids = games[0].team_id(OWLS), games[0].team_id(BATS)

    def attempt(game: Game, kept: str, other: str) -> Callable[[], TeamPlan]:
        def run() -> TeamPlan:
            with game.database.unit_of_work() as session:
                return team_merging.merge(session, SLUG, kept, other, game.act)

        return run

    done = outcomes(race([attempt(games[0], *ids), attempt(games[1], *reversed(ids))]))

    assert sorted(done) == ["Conflict", "TeamPlan"]
    assert games[0].verify() == []
