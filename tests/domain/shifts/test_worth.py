"""A seat is worth what the scoring function makes of one more shift, named part by part."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given

from app.domain.rules.model import Quest
from app.domain.scoring.activity import Activity
from app.domain.shifts.worth import Worth, WorthPart, kind_of_slot, worth, would_be
from tests.domain.builders import ALL_HANDS, DEFAULT, PACIFIC, PLAIN, activity, moment, score_of
from tests.domain.strategies import RandomWeek, weeks


def of_slot(at: str, own: Sequence[Activity] = (), *, person: str = "ana", credited: bool = False) -> Worth:
    """The worth of a seat at a local time to somebody of the owls."""
    return worth(own, [would_be(person, "owls", "s1", moment(at), credited=credited)], DEFAULT, PACIFIC)


def test_worth_of_an_early_slot_names_points_and_bonus() -> None:
    assert of_slot("06:00") == Worth(20, (WorthPart("shift", 10), WorthPart("6 a.m. shift", 10)))
    assert of_slot("07:00") == Worth(10, (WorthPart("shift", 10),))


def test_worth_of_the_third_members_first_slot_completes_all_hands() -> None:
    own = [activity("shift", "09:00", "ana"), activity("attendance", "09:00", "ben")]

    assert of_slot("11:00", own, person="chi") == Worth(25, (WorthPart("shift", 10), WorthPart("All hands", 15)))


def test_worth_of_a_credited_slot_is_what_attendance_completes() -> None:
    own = [activity("shift", "09:00", "ana"), activity("attendance", "09:00", "ben")]

    assert of_slot("09:00", own, person="chi", credited=True) == Worth(15, (WorthPart("All hands", 15),))
    assert of_slot("09:00", own, credited=True) == Worth()


def test_worth_for_a_whole_team_counts_its_members_together() -> None:
    seats = [would_be(who, "owls", f"s{who}", moment("06:00"), credited=who != "ana") for who in ("ana", "ben", "chi")]

    found = worth([], seats, DEFAULT, PACIFIC)

    assert found == Worth(35, (WorthPart("shift", 10), WorthPart("6 a.m. shift", 10), WorthPart("All hands", 15)))


def test_worth_of_a_quest_that_takes_points_is_named_too() -> None:
    rules = replace(PLAIN, quests=(Quest("Enough", (("shift", 1),), -4), ALL_HANDS))

    found = worth([], [would_be("ana", "owls", "s1", moment("09:00"), credited=False)], rules, PACIFIC)

    assert found == Worth(6, (WorthPart("shift", 10), WorthPart("Enough", -4)))


@given(week=weeks())
def test_worth_is_the_difference_of_the_teams_score(week: RandomWeek) -> None:
    own = [each for each in week.activities if each.team == "t1"]
    more = [would_be("p1", "t1", "s1", own[0].occurred_at if own else moment("09:00"), credited=False)]

    found = worth(own, more, week.rules, week.zone)

    def points(activities: Sequence[Activity]) -> int:
        return sum(tally.points for tally in score_of("t1", activities, (), week.rules, week.zone).days.values())

    assert found.points == points([*own, *more]) - points(own) == sum(part.points for part in found.parts)


@given(week=weeks())
def test_kind_of_slot_is_the_same_only_for_slots_of_the_same_worth(week: RandomWeek) -> None:
    own = [each for each in week.activities if each.team == "t1"]
    worths: dict[tuple[object, bool], Worth] = {}

    for at in {each.occurred_at for each in week.activities}:
        for credited in (True, False):
            seat = would_be("p1", "t1", "s1", at, credited=credited)
            found = worth(own, [seat], week.rules, week.zone)

            assert worths.setdefault((kind_of_slot(at, week.rules, week.zone), credited), found) == found
