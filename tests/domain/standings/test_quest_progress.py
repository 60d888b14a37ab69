"""Quests within reach: which one, what is missing, and in which order teams are named."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from app.domain.rules.model import Quest, Rules
from app.domain.scoring.activity import Activity
from app.domain.standings.lines import TeamInfo
from app.domain.standings.quest_progress import Reach, quests_within_reach
from tests.domain.builders import ALL_HANDS, DEFAULT, GRAND_SLAM, activity, board_of, score_of

TODAY = date(2022, 9, 14)
TEAMS = (TeamInfo("owls", "Owls", ("Ana", "Ben", "Chi")), TeamInfo("cats", "Cats", ("Dua", "Eli", "Fay")))
DAILY = Quest("Busy day", (("response", 2), ("issue", 2)), 10, per="day")


def near(
    activities: Sequence[Activity], *quests: Quest, rules: Rules = DEFAULT, teams: Sequence[TeamInfo] = TEAMS
) -> list[Reach]:
    """The quests within reach of these teams, on Wednesday."""
    rules = replace(rules, quests=quests or rules.quests)
    scores = {team.id: score_of(team.id, activities, (), rules) for team in teams}
    return quests_within_reach(board_of(activities, rules, teams=teams).standings, scores, rules, TODAY)


def gist(reaches: Sequence[Reach]) -> list[tuple[str, str, str]]:
    """Team, quest and what is missing."""
    return [(reach.team, reach.quest, reach.missing) for reach in reaches]


def did(*kinds: str, person: str = "ana", team: str = "owls") -> list[Activity]:
    """One activity of each kind."""
    return [activity(kind, person=person, team=team) for kind in kinds]


def test_quest_that_nobody_began_is_not_within_reach() -> None:
    assert near([]) == []


def test_team_quest_says_what_is_missing() -> None:
    quests = near(did("shift", "response", "issue"), GRAND_SLAM)

    assert quests == [
        Reach(
            "Owls",
            "owls",
            "Grand slam",
            25,
            done=3,
            needed=5,
            missing="1 more feature request and 1 more knowledge card",
        )
    ]


def test_quest_with_most_of_it_missing_is_not_within_reach() -> None:
    assert near(did("shift", "response"), GRAND_SLAM) == []


def test_quest_of_several_people_says_how_many_more_it_takes() -> None:
    one = near(did("shift"), ALL_HANDS)
    two = near([*did("shift"), *did("shift", person="ben")], ALL_HANDS)

    assert gist(one) == [("Owls", "All hands", "1 shift each from 2 more people")]
    assert gist(two) == [("Owls", "All hands", "1 more shift")]


def test_quests_within_reach_are_no_nearer_by_a_second_go_of_the_same_person() -> None:
    quests = near(did("shift", "shift", "shift"), ALL_HANDS)

    assert [(quest.done, quest.needed) for quest in quests] == [(1, 3)]


def test_quest_for_more_people_than_the_team_has_is_left_out() -> None:
    quests = near(did("shift"), ALL_HANDS, teams=[TeamInfo("owls", "Owls", ("Ana", "Ben"))])

    assert quests == []


def test_completed_quest_is_left_out() -> None:
    quests = near([*did("shift"), *did("shift", person="ben"), *did("shift", person="chi")], ALL_HANDS)

    assert quests == []


def test_quest_of_the_day_counts_today_alone() -> None:
    yesterday = [activity("response", "2022-09-13 09:00"), activity("issue", "2022-09-13 09:00")]
    today = did("response", "response", "issue")

    assert near(yesterday, DAILY) == []
    assert gist(near([*yesterday, *today], DAILY)) == [("Owls", "Busy day", "1 more issue")]


def test_quest_of_the_day_that_was_done_yesterday_comes_again() -> None:
    yesterday = [activity(kind, "2022-09-13 09:00") for kind in ("response", "response", "issue", "issue")]

    assert gist(near([*yesterday, *did("response", "issue")], DAILY)) == [
        ("Owls", "Busy day", "1 more response and 1 more issue")
    ]


def test_quest_of_the_day_for_several_people_is_left_out() -> None:
    assert near(did("response", "issue"), replace(DAILY, members=2)) == []


def test_quest_that_takes_points_is_left_out() -> None:
    assert near(did("shift"), replace(ALL_HANDS, points=-5)) == []


def test_quests_within_reach_name_each_team_once_with_its_closest_quest() -> None:
    quests = near(did("shift", "response", "issue", "knowledge_card"))

    assert gist(quests) == [("Owls", "Grand slam", "1 more feature request")]


def test_quests_within_reach_have_the_least_effort_first_then_points_then_the_name() -> None:
    rich = replace(ALL_HANDS, name="Rich", points=99, needs=(("issue", 1),), members=2)
    plain = replace(ALL_HANDS, name="Plain", needs=(("response", 1),), members=2)
    teams = [*TEAMS, TeamInfo("bees", "Bees", ("Gil", "Hue")), TeamInfo("ants", "ants", ("Ivo", "Jo"))]
    activities = [
        *did("shift", person="ana"),
        *did("issue", person="dua", team="cats"),
        *did("response", person="ben", team="bees"),
        *did("response", person="chi", team="ants"),
    ]

    quests = near(activities, ALL_HANDS, plain, rich, teams=teams)

    assert [(quest.team, quest.effort) for quest in quests] == [("Cats", 1), ("ants", 1), ("Bees", 1), ("Owls", 2)]
