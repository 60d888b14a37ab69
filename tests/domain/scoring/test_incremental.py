"""Adding a few activities to a kept score gives what scoring everything gives, or says that it cannot tell."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations_with_replacement, product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.rules.model import Cap, Quest, QuestPeriod, Rules
from app.domain.scoring.activity import IN_ORDER, Activity, Adjustment
from app.domain.scoring.incremental import CapPeers, add, cap_peers_of
from app.domain.scoring.sums import score_teams
from app.domain.scoring.tally import TeamScore
from tests.domain import dense
from tests.domain.builders import (
    ALL_HANDS,
    DEFAULT,
    EARLY,
    IN_SLA,
    ISSUE,
    PACIFIC,
    PLAIN,
    RESPONSE,
    SHIFT,
    activity,
    moment,
    with_kind,
)
from tests.domain.strategies import RandomWeek, weeks


def scored(
    activities: Sequence[Activity], rules: Rules, given: Sequence[Adjustment] = (), zone: ZoneInfo = PACIFIC
) -> TeamScore:
    """The score of one team's activities and adjustments, computed from nothing."""
    adjustments = [replace(adjustment, team="t1") for adjustment in given]
    return score_teams(map(as_one_team, activities), adjustments, rules, zone).get("t1", TeamScore())


def grown(
    before: Sequence[Activity],
    fresh: Sequence[Activity],
    rules: Rules,
    given: Sequence[Adjustment] = (),
    zone: ZoneInfo = PACIFIC,
) -> TeamScore | None:
    """The score of `before` with the fresh activities added, told no more of `before` than is asked for."""

    def shares(one: Activity, other: Activity) -> bool:
        cap_peers = cap_peers_of(one.kind, rules)
        is_close = cap_peers == "everybody" or (cap_peers == "subject" and one.subject == other.subject)
        return one.kind == other.kind and is_close

    def those_before(one: Activity, by_its_person: bool, most: int) -> list[Activity]:
        same = [each for each in before if each.kind == one.kind and IN_ORDER(each) < IN_ORDER(one)]
        return [each for each in same if each.person == one.person or not by_its_person][:most]

    cap_peers = [each for each in before if any(shares(one, each) for one in fresh)]
    return add(scored(before, rules, given, zone), fresh, cap_peers, those_before, rules, zone)


def test_add_under_dense_rules_is_the_score_of_everything_and_often_known() -> None:
    answers: list[bool] = []

    @given(rules=dense.rules(), before=dense.ledgers(0, 7, "before-"), fresh=dense.ledgers(1, 2, "fresh-"))
    def compare(rules: Rules, before: list[Activity], fresh: list[Activity]) -> None:
        score = grown(before, fresh, rules)

        answers.append(score is not None)
        assert score in (None, scored([*before, *fresh], rules))

    compare()

    # The share says something only of many: the quick profile tries fifteen.
    assert len(answers) < 50 or sum(answers) >= len(answers) / 3


PERIODS: tuple[QuestPeriod, ...] = ("day", "week")
GOALS = [
    Quest("Goal", (("issue", number),), 7, members, per)
    for number, members, per in product((1, 2), (None, 1, 2), PERIODS)
]
GOALS += [Quest("Goal", (("issue", 1), ("response", 1)), 7, members, "week") for members in (None, 1)]


def test_add_beside_a_quest_in_every_small_ledger_is_right_and_often_known() -> None:
    answers = [answer for goal in GOALS for answer in every_answer(goal)]

    assert sum(answers) >= len(answers) / 3


def every_answer(goal: Quest) -> Iterator[bool]:
    """Add one activity to every small ledger; whether the increment knew the score, which must then be right."""
    rules = replace(PLAIN, quests=(goal,))
    moments = [moment(at) for at in ("2022-09-13 18:00", "09:00", "10:00")]
    places = list(product([kind for kind, _ in goal.needs], ("ana", "ben"), moments))
    for ledger in every_ledger(places, most=3 if goal.needs == (("issue", 2),) else 2):
        for place, letter in product(places, "az"):
            fresh = numbered([place], letter)
            score = grown(ledger, fresh, rules)
            assert score in (None, scored([*ledger, *fresh], rules)), (goal, ledger, fresh)
            yield score is not None


def every_ledger(places: list[tuple[str, str, datetime]], most: int) -> Iterator[list[Activity]]:
    """Every choice of up to so many activities, each with a key after "a" and before "z"."""
    for number in range(most + 1):
        yield from (numbered(chosen, "m") for chosen in combinations_with_replacement(places, number))


def numbered(places: Iterable[tuple[str, str, datetime]], letter: str) -> list[Activity]:
    """Activities of these kinds, people and moments whose keys begin with the letter."""
    return [
        Activity(f"{letter}{number}", kind, person, "owls", at, "api", f"{letter}{number}")
        for number, (kind, person, at) in enumerate(places)
    ]


@given(week=weeks(fewest=1), split=st.integers(1, 25))
def test_add_under_any_rules_is_the_score_of_everything_where_it_is_known(week: RandomWeek, split: int) -> None:
    own = [as_one_team(each) for each in week.activities]
    before, fresh = own[:-split], own[-split:]

    score = grown(before, fresh, week.rules, week.adjustments, week.zone)

    assert score in (None, scored(own, week.rules, week.adjustments, week.zone))


def as_one_team(one: Activity) -> Activity:
    """The activity as one of the same team as all others."""
    return one._replace(team="t1")


@pytest.mark.parametrize(
    "fresh",
    [
        activity("issue", "08:00", "ana"),
        activity("response", "08:00", "ana", subject="T-1", seconds=60),
        activity("shift", "12:00", "ben"),
        activity("feature_request", "08:00", "chi"),
    ],
)
def test_add_of_an_ordinary_activity_knows_its_score(fresh: Activity) -> None:
    before = [
        activity("shift", "06:00", "ana"),
        activity("response", "09:00", "ana", subject="T-1", seconds=60),
        activity("issue", "10:00", "ben"),
    ]

    score = grown(before, [fresh], DEFAULT)

    assert score == scored([*before, fresh], DEFAULT)


def test_add_of_several_at_once_is_their_sum() -> None:
    before = [activity("issue", "10:00", "ben")]
    fresh = [activity("issue", "09:00", "ben"), activity("response", "09:30", "ana", subject="T-1")]

    score = grown(before, fresh, DEFAULT)

    assert score == scored([*before, *fresh], DEFAULT)


def test_add_that_pushes_another_activity_over_its_cap_is_none() -> None:
    rules = with_kind(replace(RESPONSE, cap=Cap(1, "subject")))
    before = [activity("response", "10:00", subject="T-1")]

    late, early = (activity("response", at, subject="T-1") for at in ("11:00", "09:00"))

    assert (grown(before, [late], rules), grown(before, [early], rules)) == (scored([*before, late], rules), None)


def test_add_that_completes_a_quest_is_none() -> None:
    before = [activity("shift", "09:00", "ana"), activity("shift", "11:00", "ben")]

    score = grown(before, [activity("shift", "13:00", "chi")], replace(PLAIN, quests=(ALL_HANDS,)))

    assert score is None


@pytest.mark.parametrize(
    ("at", "person", "is_told"),
    [
        ("2022-09-14 10:00", "ana", True),  # ana's second shift changes nothing about when she had her first
        ("2022-09-14 08:00", "ana", False),  # this one is now her first
        ("2022-09-14 18:00", "chi", True),
        ("2022-09-14 08:00", "dua", False),  # dua may be the one who completes it now
        ("2022-09-15 08:00", "dua", True),  # it was completed the day before
    ],
)
def test_add_beside_a_completed_quest_is_known_unless_it_may_move_it(at: str, person: str, is_told: bool) -> None:
    rules = replace(PLAIN, quests=(ALL_HANDS,))
    before = [activity("shift", f"2022-09-14 {at}", who) for at, who in (("09:00", "ana"), ("11:00", "ben"))]
    before.append(activity("shift", "2022-09-14 13:00", "chi"))
    fresh = activity("shift", at, person)

    score = grown(before, [fresh], rules)

    assert score == (scored([*before, fresh], rules) if is_told else None)


@pytest.mark.parametrize(
    ("rules", "kind", "cap_peers"),
    [
        (DEFAULT, "issue", "nobody"),
        (DEFAULT, "shift", "nobody"),
        (DEFAULT, "response", "subject"),
        (with_kind(replace(ISSUE, cap=Cap(1, "team-day"))), "issue", "everybody"),
        (replace(PLAIN, bonuses=(replace(IN_SLA, cap=Cap(1, "person-day")),)), "response", "everybody"),
        (replace(PLAIN, bonuses=(replace(IN_SLA, cap=Cap(1, "person-day")),)), "issue", "nobody"),
        (replace(PLAIN, bonuses=(replace(EARLY, cap=Cap(1, "subject")),)), SHIFT.name, "subject"),
    ],
)
def test_kin_are_those_who_share_a_cap(rules: Rules, kind: str, cap_peers: CapPeers) -> None:
    found = cap_peers_of(kind, rules)

    assert found == cap_peers


def test_add_of_an_attendance_knows_only_where_no_quest_waits_for_it() -> None:
    shift, attendance = activity("shift", "06:00"), activity("attendance", "06:00", "ben")

    assert grown([shift], [attendance], DEFAULT) is None
    assert grown([shift], [attendance], PLAIN) == scored([shift, attendance], PLAIN)


def test_add_of_a_shift_sees_that_attendances_were_missing_it_alone() -> None:
    before = [activity("attendance", "06:00", "ana"), activity("attendance", "06:00", "ben")]

    assert grown(before, [activity("shift", "06:00", "chi")], DEFAULT) is None
