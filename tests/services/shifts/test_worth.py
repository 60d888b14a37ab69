"""Worth names the points a seat would bring and the rank, and is scored anew only when its team's score changes."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from app.domain.scoring.sums import score_teams
from app.domain.shifts.worth import WorthPart
from app.domain.view import EVERYTHING
from app.services.shifts import listing
from app.services.shifts.worth import ShiftWorth, Worths
from app.services.standings import boards
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, CHIDI, DUA, GUS, OWLS, SLUG, Game, changed_rules
from tests.services.shifts.test_seats import Plan

SHIFT, EARLY, ALL_HANDS = WorthPart("shift", 10), WorthPart("6 a.m. shift", 10), WorthPart("All hands", 15)


@dataclass
class Reader:
    """Worths as one process keeps them."""

    plan: Plan
    worths: Worths = field(default_factory=Worths)

    def of(self, email: str, *, public: bool = False) -> list[ShiftWorth]:
        """The worth of the week's shifts to a person, in order of their start."""
        with self.plan.game.database.reading() as session:
            week = weeks.find(session, SLUG, self.plan.now)
            view = weeks.view_of(week, "public") if public else EVERYTHING
            items = listing.of_week(session, week, view)
            found = self.worths.for_person(session, week, items, view, self.plan.now, self.plan.person(email).id)
            return [found[item.shift.id] for item in items]

    def of_team(self, name: str) -> list[ShiftWorth]:
        """The worth of the week's shifts to a whole team."""
        team_id = self.plan.game.team_id(name)
        with self.plan.game.database.reading() as session:
            week = weeks.find(session, SLUG, self.plan.now)
            items = listing.of_week(session, week, EVERYTHING)
            found = self.worths.for_team(session, week, items, EVERYTHING, self.plan.now, team_id)
            return [found[item.shift.id] for item in items]


@pytest.fixture
def reader(game: Game) -> Reader:
    return Reader(Plan(game))


def test_for_person_names_points_parts_and_the_rank_they_take_the_team_to(reader: Reader) -> None:
    reader.plan.shift(6), reader.plan.shift(9)
    reader.plan.game.take(person=DUA)
    reader.plan.game.take(person=DUA)

    early, later = reader.of(ADA)

    assert early == ShiftWorth(20, (SHIFT, EARLY), rank_now=2, rank_then=1)
    assert later == ShiftWorth(10, (SHIFT,), rank_now=2, rank_then=1)


def test_for_person_without_a_team_is_nothing(reader: Reader) -> None:
    reader.plan.shift(6)
    reader.plan.newcomer()

    assert reader.of(GUS) == [ShiftWorth()]


def test_for_person_counts_a_teammates_slot_as_credited(reader: Reader) -> None:
    reader.plan.sign_up(reader.plan.shift(6), BO)
    reader.plan.sign_up(reader.plan.shift(9), ADA)

    taken, own = reader.of(ADA)

    assert (taken.points, taken.parts, own.points) == (0, (), 10)


def test_for_team_counts_all_its_members_together(reader: Reader) -> None:
    reader.plan.shift(6)
    reader.plan.sign_up(reader.plan.shift(9), CHIDI)

    early, later = reader.of_team(OWLS)

    assert (early.points, early.parts) == (35, (SHIFT, EARLY, ALL_HANDS))
    assert (later.points, later.parts) == (15, (ALL_HANDS,))


def test_for_reader_tells_of_the_team_they_are_in_as_well(reader: Reader) -> None:
    shift_id = reader.plan.shift(6)
    ada, bo, chidi = (reader.plan.person(email).id for email in (ADA, BO, CHIDI))

    with reader.plan.game.database.reading() as session:
        week = weeks.find(session, SLUG, reader.plan.now)
        items = listing.of_week(session, week, EVERYTHING)
        asked = (session, week, items, EVERYTHING, reader.plan.now, ada)
        alone, together = (reader.worths.for_reader(*asked, members) for members in ((), (ada, bo, chidi)))

    assert (alone.own, alone.team) == (together.own, {})
    assert (together.own[shift_id].points, together.team[shift_id].points) == (20, 35)


def test_for_person_in_a_freeze_is_as_it_was_then_and_without_ranks(reader: Reader) -> None:
    reader.plan.shift(6)
    reader.plan.game.freeze()
    reader.plan.game.activate(changed_rules("points = 10\none", "points = 30\none"))

    assert reader.of(ADA, public=True) == [ShiftWorth(20, (SHIFT, EARLY))]
    assert reader.of(ADA)[0].points == 40


def test_for_person_tells_by_the_time_where_only_that_parts_teams(reader: Reader) -> None:
    reader.plan.game.activate(changed_rules('ties = ["bonus:6 a.m. shift", "shift", "points:response", "earliest"]',
                                            'ties = ["earliest"]'))  # fmt: skip
    reader.plan.shift(9), reader.plan.shift(15)
    reader.plan.game.at("2022-09-15 12:00").take(kind="issue", person=DUA, occurred_at="2022-09-15T11:00:00-07:00")
    reader.plan.game.at("2022-09-15 12:00").take(kind="issue", person=DUA, occurred_at="2022-09-15T11:30:00-07:00")

    assert [each.rank_then for each in reader.of(ADA)] == [1, 2]


def test_worths_are_kept_for_those_who_looked_last(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.shifts.worth.MOST_PEOPLE", 2)
    reader.plan.shift(6)

    for email in (ADA, BO, ADA, DUA):
        reader.of(email)

    [kept] = reader.worths._weeks.values()
    assert list(kept.people) == [reader.plan.person(email).id for email in (ADA, DUA)]


def test_for_person_scores_a_team_again_only_when_its_score_changes(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored: list[str] = []
    activities_of = boards.activities_of

    def count(name: str, call: Callable[..., object]) -> Callable[..., object]:
        def counting(*args: object) -> object:
            scored.append(name)
            return call(*args)

        return counting

    monkeypatch.setattr("app.services.shifts.worth.score_teams", count("slot", score_teams))
    monkeypatch.setattr(boards, "activities_of", count("team", activities_of))
    for start in (6, 8, 10, 12, 14):
        reader.plan.shift(start)

    def scorings() -> list[str]:
        scored.clear()
        reader.of(ADA)
        return scored

    assert scorings() == ["team", "slot", "slot"]
    assert scorings() == []
    reader.plan.game.take(person=DUA)
    assert scorings() == []
    reader.plan.game.take(person=BO)
    assert scorings() == ["team", "slot", "slot"]
    assert reader.of(DUA)[0].rank_now == reader.of(ADA)[0].rank_now == 1
    reader.plan.game.adjust(CATS, 5)
    assert [reader.of(ADA)[1].rank_now, reader.of(ADA)[1].rank_then] == [2, 1]
