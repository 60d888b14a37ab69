"""Quests: completed once per team and period, by the team as one or by so many people each."""

from dataclasses import replace

from app.domain.rules.model import Cap, Quest
from app.domain.scoring.activity import Award
from app.domain.scoring.evaluation import score
from tests.domain.builders import (
    ALL_HANDS,
    BERLIN,
    DEFAULT,
    GRAND_SLAM,
    KINDS,
    PACIFIC,
    PLAIN,
    SHIFT,
    activity,
    earned,
    moment,
    with_kind,
)

PAIR = Quest("Pair", (("shift", 2), ("issue", 1)), 7)


def completions(quest: Quest, *run: tuple[str, str, str, str]) -> list[tuple[str, str]]:
    """The completions of the quest, by team and local time, for activities of (kind, at, person, team)."""
    awards = score([activity(*each) for each in run], replace(PLAIN, quests=(quest,)), PACIFIC)
    return [(award.team, f"{award.at.astimezone(PACIFIC):%a %H:%M}") for award in awards if award.reason == "quest"]


def test_quest_is_awarded_by_the_activity_that_completes_it() -> None:
    run = [activity(kind.name, f"1{hour}:00") for hour, kind in enumerate(KINDS)]

    awards = score(run, replace(PLAIN, quests=(GRAND_SLAM,)), PACIFIC)

    assert awards[-1] == Award(moment("14:00"), "owls", "quest", "Grand slam", 25, None, None, None)


def test_quest_wants_every_number_reached() -> None:
    completed = completions(
        PAIR,
        ("shift", "09:00", "ana", "owls"),
        ("issue", "10:00", "ben", "owls"),
        ("issue", "11:00", "ben", "owls"),
        ("shift", "12:00", "chi", "owls"),
    )

    assert completed == [("owls", "Wed 12:00")]


def test_quest_is_per_team() -> None:
    completed = completions(
        PAIR,
        ("shift", "09:00", "ana", "owls"),
        ("shift", "10:00", "ana", "cats"),
        ("issue", "11:00", "ana", "owls"),
        ("shift", "12:00", "ana", "owls"),
        ("issue", "13:00", "ana", "cats"),
    )

    assert completed == [("owls", "Wed 12:00")]


def test_quest_per_week_is_awarded_once_however_much_follows() -> None:
    single = Quest("One", (("shift", 1),), 5)

    completed = completions(
        single,
        ("shift", "2022-09-12 09:00", "ana", "owls"),
        ("shift", "2022-09-12 10:00", "ben", "owls"),
        ("shift", "2022-09-13 09:00", "ana", "owls"),
    )

    assert completed == [("owls", "Mon 09:00")]


def test_quest_per_day_is_awarded_once_a_local_day_and_counts_anew_the_next() -> None:
    completed = completions(
        replace(PAIR, per="day"),
        ("shift", "2022-09-12 09:00", "ana", "owls"),
        ("issue", "2022-09-12 23:00", "ana", "owls"),
        ("shift", "2022-09-13 00:00", "ana", "owls"),
        ("shift", "2022-09-13 22:00", "ana", "owls"),
        ("issue", "2022-09-13 23:00", "ana", "owls"),
        ("issue", "2022-09-13 23:30", "ana", "owls"),
        ("shift", "2022-09-14 09:00", "ana", "owls"),
        ("shift", "2022-09-14 10:00", "ana", "owls"),
        ("issue", "2022-09-14 11:00", "ana", "owls"),
    )

    assert completed == [("owls", "Tue 23:00"), ("owls", "Wed 11:00")]


def test_quest_with_members_wants_different_people() -> None:
    completed = completions(
        ALL_HANDS,
        ("shift", "09:00", "ana", "owls"),
        ("shift", "10:00", "ana", "owls"),
        ("shift", "11:00", "ben", "owls"),
        ("shift", "12:00", "chi", "cats"),
        ("shift", "13:00", "chi", "owls"),
        ("shift", "14:00", "dua", "owls"),
    )

    assert completed == [("owls", "Wed 13:00")]


def test_quest_with_members_wants_each_to_reach_every_number_themselves() -> None:
    completed = completions(
        replace(PAIR, members=2),
        ("shift", "09:00", "ana", "owls"),
        ("shift", "10:00", "ana", "owls"),
        ("shift", "11:00", "ben", "owls"),
        ("issue", "12:00", "ben", "owls"),
        ("shift", "13:00", "chi", "owls"),
        ("issue", "14:00", "ana", "owls"),
        ("shift", "15:00", "ben", "owls"),
    )

    assert completed == [("owls", "Wed 15:00")]


def test_quest_with_members_per_day_forgets_who_reached_it_the_day_before() -> None:
    completed = completions(
        replace(ALL_HANDS, members=2, per="day"),
        ("shift", "2022-09-12 09:00", "ana", "owls"),
        ("shift", "2022-09-13 09:00", "ben", "owls"),
        ("shift", "2022-09-13 10:00", "ana", "owls"),
    )

    assert completed == [("owls", "Tue 10:00")]


def test_quest_with_one_member_wants_one_person_to_do_it_all() -> None:
    completed = completions(
        replace(PAIR, members=1),
        ("shift", "09:00", "ana", "owls"),
        ("shift", "10:00", "ben", "owls"),
        ("issue", "11:00", "ben", "owls"),
        ("shift", "12:00", "ben", "owls"),
    )

    assert completed == [("owls", "Wed 12:00")]


def test_quest_counts_capped_activities() -> None:
    rules = replace(with_kind(replace(SHIFT, cap=Cap(1, "team-week"))), quests=(Quest("Two", (("shift", 2),), 5),))

    awards = earned(rules, activity(at="09:00"), activity(at="10:00"))

    assert awards == [("shift", 10), ("Two", 5)]


def test_earned_quests_completed_at_once_are_in_file_order() -> None:
    quests = tuple(Quest(name, (("shift", 1),), 1) for name in ("Zeal", "Aim"))

    awards = earned(replace(PLAIN, quests=quests), activity("shift"))

    assert awards == [("shift", 10), ("Zeal", 1), ("Aim", 1)]


def test_quest_per_day_lasts_25_hours_when_clocks_go_back() -> None:
    rules = replace(PLAIN, quests=(replace(PAIR, per="day"),))
    run = [
        activity(kind, moment(at, BERLIN))
        for kind, at in (("shift", "2022-10-30 00:00"), ("shift", "2022-10-30 23:30"), ("issue", "2022-10-30 23:59"))
    ]

    awards = earned(rules, *run, zone=BERLIN)

    assert awards[-1] == ("Pair", 7)


def test_quest_with_members_counts_attendances_as_shifts_of_their_people() -> None:
    completed = completions(
        ALL_HANDS,
        ("shift", "06:00", "ana", "owls"),
        ("attendance", "06:00", "ben", "owls"),
        ("attendance", "08:00", "chi", "owls"),
    )

    assert completed == [("owls", "Wed 08:00")]


def test_quest_without_members_counts_no_attendance() -> None:
    double = Quest("Double", (("shift", 2),), 5)

    assert completions(double, ("shift", "06:00", "ana", "owls"), ("attendance", "06:00", "ben", "owls")) == []


def test_quest_with_members_adds_attendances_to_ones_own_shifts() -> None:
    completed = completions(
        replace(PAIR, members=1),
        ("issue", "06:00", "ana", "owls"),
        ("shift", "07:00", "ana", "owls"),
        ("attendance", "08:00", "ben", "owls"),
        ("attendance", "09:00", "ana", "owls"),
    )

    assert completed == [("owls", "Wed 09:00")]


def test_score_of_attendances_alone_is_nothing() -> None:
    awards = earned(DEFAULT, activity("attendance", "06:30"), activity("attendance", "06:30", team=None))

    assert awards == []
