"""Cheers: one for each person and activity, taken back, worth nothing; none in a week that is closed or frozen."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlmodel import select

from app.domain.actor import display, token
from app.errors import Conflict, NotAllowed, NotFound, Problem, WeekNotOpen
from app.models import Cheer, LedgerEntry
from app.services import cheers, topics
from tests.builders import ADA, BO, DUA, NOW, OWLS, SLUG, Game, a_week, act_by
from tests.races import race, repeat
from tests.services.shifts.test_seats import Plan


@dataclass(frozen=True)
class Crowd:
    """People of the standard week who clap; `entry` is an activity of Ada's."""

    plan: Plan
    entry: LedgerEntry

    def cheer(self, email: str = DUA, activity_id: str = "", game: Game | None = None) -> None:
        """Clap, in one's own name."""
        person_id, act = self.plan.person(email).id, self.plan.act_of(email)
        with (game or self.plan.game).database.unit_of_work() as session:
            cheers.cheer(session, SLUG, activity_id or self.entry.id, person_id, act)

    def take_back(self, email: str = DUA, game: Game | None = None) -> None:
        """Take a cheer back."""
        person_id, act = self.plan.person(email).id, self.plan.act_of(email)
        with (game or self.plan.game).database.unit_of_work() as session:
            cheers.take_back(session, SLUG, self.entry.id, person_id, act)

    def count(self) -> int:
        """The number of rows there are."""
        with self.plan.game.database.reading() as session:
            return len(session.exec(select(Cheer)).all())

    def version(self) -> int:
        """The number of changes that watchers were told of."""
        with self.plan.game.database.reading() as session:
            return topics.version(session, self.plan.game.week().id, "cheers")


@pytest.fixture
def crowd(game: Game) -> Crowd:
    """Wednesday afternoon, after an activity of Ada's."""
    return Crowd(Plan(game, NOW), game.take(person=ADA).entry)


def test_cheer_counts_once_each_and_is_taken_back(crowd: Crowd) -> None:
    for email in (DUA, DUA, BO):
        crowd.cheer(email)
    with crowd.plan.game.database.reading() as session:
        found = cheers.count_by_id(session, [crowd.entry.id, "0" * 16])
        of_dua = cheers.of_person(session, crowd.plan.person(DUA).id, [crowd.entry.seq, 0])
    told = crowd.version()

    for _ in range(2):
        crowd.take_back(DUA)

    assert (found, of_dua) == ({crowd.entry.id: 2}, {crowd.entry.seq})
    assert (crowd.count(), told, crowd.version()) == (1, 2, 3)


def test_cheers_earn_nobody_anything(crowd: Crowd) -> None:
    game = crowd.plan.game
    before = game.board(), game.receipt(OWLS), game.week().version

    for email in (DUA, BO):
        crowd.cheer(email)

    assert (game.board(), game.receipt(OWLS), game.week().version) == before
    assert game.verify() == []


def test_taps_at_once_make_one_cheer_and_taps_back_leave_none(crowd: Crowd, games: list[Game]) -> None:
    def tap(number: int) -> None:
        crowd.cheer(game=games[number % len(games)])

    def tap_back(number: int) -> None:
        crowd.take_back(game=games[number % len(games)])

    cheered, once = race(repeat(12, tap)), crowd.count()
    taken_back = race(repeat(12, tap_back))

    assert (cheered, once) == ([None] * 12, 1)
    assert (taken_back, crowd.count(), crowd.version()) == ([None] * 12, 0, 2)


def test_database_itself_keeps_no_second_cheer(crowd: Crowd) -> None:
    crowd.cheer()
    twin = Cheer(activity_seq=crowd.entry.seq, person_id=crowd.plan.person(DUA).id, cheered_at=NOW)

    with pytest.raises(Exception, match=r"(?i)unique"), crowd.plan.game.database.unit_of_work() as session:
        session.add(twin)


def test_nobody_cheers_for_their_own_activity_or_in_another_name(crowd: Crowd) -> None:
    others = crowd.plan.act_of(BO), act_by("A tool", role="player")

    with pytest.raises(Conflict, match="yours"):
        crowd.cheer(ADA)
    for act in (*others, act_by("Olu").by(token("tool", ["admin"])), act_by("Olu").by(display("Hall", "1" * 16))):
        with pytest.raises(NotAllowed), crowd.plan.game.database.unit_of_work() as session:
            cheers.cheer(session, SLUG, crowd.entry.id, crowd.plan.person(DUA).id, act)
    assert crowd.count() == 0


def test_only_activities_of_the_week_that_stand_are_cheered_for(crowd: Crowd) -> None:
    game = crowd.plan.game
    with game.database.unit_of_work() as session:
        a_week(session, "q4-2022")
    given, crowd_act = game.adjust(OWLS, 5).entry, crowd.plan.act_of(DUA)
    game.reverse(crowd.entry)

    with pytest.raises(Conflict, match="reversed"):
        crowd.cheer()
    for slug, activity_id in ((SLUG, given.id), ("q4-2022", crowd.entry.id), (SLUG, "0" * 16), (SLUG, "\0")):
        with pytest.raises(NotFound), game.database.unit_of_work() as session:
            cheers.cheer(session, slug, activity_id, crowd.plan.person(DUA).id, crowd_act)
    game.reinstate(crowd.entry)
    crowd.cheer()

    assert crowd.count() == 1


def test_cheer_stays_with_its_activity_while_that_is_reversed(crowd: Crowd) -> None:
    crowd.cheer()

    crowd.plan.game.reverse(crowd.entry)
    crowd.plan.game.reinstate(crowd.entry)

    assert crowd.count() == 1


@pytest.mark.parametrize(
    ("end", "problem"), [(Game.close, WeekNotOpen), (Game.freeze, Conflict)], ids=["closed", "frozen"]
)
def test_closed_or_frozen_week_stays_as_it_is(
    crowd: Crowd, end: Callable[[Game], None], problem: type[Problem]
) -> None:
    crowd.cheer()
    end(crowd.plan.game)

    with pytest.raises(problem):
        crowd.cheer(BO)
    with pytest.raises(problem):
        crowd.take_back()

    assert crowd.count() == 1


def test_frozen_week_tells_nothing_of_an_activity_it_hides(crowd: Crowd) -> None:
    crowd.plan.game.freeze()
    hidden = crowd.plan.game.take(person=ADA).entry
    crowd.plan.game.close()
    said = []

    for activity_id in (crowd.entry.id, hidden.id, "0" * 16):
        with pytest.raises(Conflict) as refused:
            crowd.cheer(activity_id=activity_id)
        said.append(str(refused.value))

    assert said == ["Q3-2022 is frozen. You can’t cheer while it is."] * 3
