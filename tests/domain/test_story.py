"""The week's story: race, days, coverage, early heroes, response times and best moments."""

from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.domain.rules.model import Bonus, Quest, Rules, Window
from app.domain.scoring.activity import Activity, Adjustment
from app.domain.standings.lines import TeamInfo
from app.domain.story import BestMoment, Bucket, Cell, Hero, Lead, ResponseTimes, Step, Story, tell_story
from app.domain.story.moments import THANKS
from tests.domain.builders import (
    ALL_HANDS,
    DEFAULT,
    EARLY,
    IN_SLA,
    PACIFIC,
    PEOPLE,
    PLAIN,
    WEEK,
    activity,
    adjustment,
    board_of,
    moment,
)
from tests.domain.strategies import PEOPLE as RANDOM_PEOPLE
from tests.domain.strategies import TEAMS, RandomWeek, weeks

OWLS, CATS = TeamInfo("owls", "Owls"), TeamInfo("cats", "Cats")
MONDAY = moment("2022-09-12 00:00")


def story_of(
    *done: Activity,
    rules: Rules = DEFAULT,
    given: tuple[Adjustment, ...] = (),
    teams: tuple[TeamInfo, ...] = (OWLS, CATS),
) -> Story:
    return tell_story(WEEK, rules, PACIFIC, teams, done, given, PEOPLE)


def sentences(story: Story) -> dict[str, str]:
    return {each.team: each.sentence for each in story.moments}


def replies(*seconds: int | None) -> list[Activity]:
    return [activity("response", f"09:{minute}", seconds=each) for minute, each in enumerate(seconds, 10)]


def test_race_steps_at_every_moment_that_changes_points() -> None:
    done = [activity("shift", "06:00"), activity("issue", "08:00"), activity("issue", "08:00")]

    race = story_of(*done, given=(adjustment(-3, "09:00"),)).race

    assert [series.steps for series in race.all_series] == [
        (Step(MONDAY, 0), Step(moment("06:00"), 20), Step(moment("08:00"), 30), Step(moment("09:00"), 27)),
        (Step(MONDAY, 0),),
    ]
    assert (race.begins, race.until) == (MONDAY, moment("09:00"))


def test_race_begins_with_what_came_before_the_week() -> None:
    race = story_of(given=(adjustment(5, "2022-09-09 10:00"),)).race

    assert race.all_series[0].steps == (Step(moment("2022-09-09 10:00"), 0), Step(moment("2022-09-09 10:00"), 5))


def test_lead_changes_only_when_another_team_is_alone_ahead() -> None:
    done = [
        activity("issue", "08:00", team="owls"),
        activity("issue", "09:00", team="cats"),
        activity("issue", "10:00", team="owls"),
        activity("shift", "11:00", team="cats"),
    ]

    race = story_of(*done).race

    assert race.leads == (Lead(moment("08:00"), "Owls", "owls", 5), Lead(moment("11:00"), "Cats", "cats", 15))
    assert race.changes_of_lead == 1


def test_lead_goes_to_the_next_when_points_are_taken_away() -> None:
    done = [activity("shift", "08:00", team="owls"), activity("issue", "09:00", team="cats")]

    race = story_of(*done, given=(adjustment(-9, "10:00"),)).race

    assert [(lead.team, lead.points) for lead in race.leads] == [("Owls", 10), ("Cats", 5)]


def test_days_hold_every_day_of_the_week_and_who_has_no_team() -> None:
    done = [activity("shift", "2022-09-12 23:30"), activity("issue", "2022-09-16 09:00", team=None)]

    days = story_of(*done).days

    assert [(day.day, day.counts["shift"], day.counts["issue"]) for day in days] == [
        (date(2022, 9, 12), 1, 0),
        (date(2022, 9, 13), 0, 0),
        (date(2022, 9, 14), 0, 0),
        (date(2022, 9, 15), 0, 0),
        (date(2022, 9, 16), 0, 1),
    ]


def test_coverage_counts_shifts_by_local_weekday_and_hour() -> None:
    done = [
        activity("shift", "2022-09-12 23:30"),
        activity("shift", "06:00"),
        activity("shift", "06:30", team="cats"),
        activity("issue", "06:00"),
    ]

    assert story_of(*done).coverage == (Cell(0, 23, 1), Cell(2, 6, 2))


def test_heroes_are_who_earned_a_bonus_for_an_hour_most_first() -> None:
    done = [
        activity("shift", "2022-09-13 06:00", "dua", "cats"),
        activity("shift", "2022-09-14 06:59", "ana"),
        activity("shift", "2022-09-12 06:00", "ana"),
        activity("shift", "2022-09-12 07:00", "ben"),
        activity("response", "06:10", "ben", seconds=60),
    ]

    assert story_of(*done).heroes == (
        Hero("Ana", "Owls", "owls", "6 a.m. shift", (moment("2022-09-12 06:00"), moment("2022-09-14 06:59"))),
        Hero("Dua", "Cats", "cats", "6 a.m. shift", (moment("2022-09-13 06:00"),)),
    )


def test_hero_for_two_teams_is_named_with_each() -> None:
    done = [activity("shift", "06:00", "ana", team) for team in ("owls", "cats")]

    assert [(hero.person, hero.team_id) for hero in story_of(*done).heroes] == [("Ana", "cats"), ("Ana", "owls")]


def test_response_times_are_held_against_the_tightest_limit() -> None:
    looser = Bonus("Same day", "response", points=1, within=86400)

    times = story_of(
        *replies(0, 900, 901, 3600, 3601, 9000, None), rules=replace(PLAIN, bonuses=(looser, IN_SLA))
    ).responses

    assert times == ResponseTimes(
        responses=7,
        known=6,
        median=2250,
        within=3600,
        inside=4,
        buckets=(
            Bucket(0, 900, 2),
            Bucket(900, 1800, 1),
            Bucket(1800, 2700, 0),
            Bucket(2700, 3600, 1),
            Bucket(3600, 5400, 1),
            Bucket(5400, 7200, 0),
            Bucket(7200, None, 1),
        ),
    )


def test_response_times_without_a_limit_name_none() -> None:
    times = story_of(*replies(60), rules=PLAIN).responses

    assert times is not None
    assert (times.within, times.inside, times.median) == (None, None, 60)


def test_response_times_are_none_where_none_is_known() -> None:
    assert story_of(*replies(None), activity("issue", seconds=None)).responses is None


def test_best_moment_is_the_quest_a_team_was_first_to_complete() -> None:
    done = [
        activity("shift", f"{8 + turn:02}:00", person, team)
        for team in ("owls", "cats")
        for turn, person in enumerate(("ana", "ben", "chi"), start=team == "cats")
    ]

    story = story_of(*done, rules=replace(PLAIN, quests=(ALL_HANDS,)))

    assert sentences(story) == {
        "Owls": "Completed “All hands” on Wednesday at 10:00. No team was earlier.",
        "Cats": "Best day: Wednesday, 3 shifts, 45 points. No team had better.",
    }


def test_best_moment_is_a_streak_where_others_had_better_days() -> None:
    done = [
        *replies(60, 60, 9999, 60, None, 60, 60),
        *(activity("shift", f"1{hour}:00", team="cats") for hour in range(3)),
    ]

    story = story_of(*done)

    assert story.moments[0] == BestMoment(
        "Owls",
        "owls",
        "streak",
        moment("09:13"),
        "3 responses in a row within 1 hour, all on Wednesday. No team had a longer run.",
    )


def test_best_moment_of_a_team_behind_in_everything_is_told_without_comparing() -> None:
    done = [activity("shift", "08:00", team="cats"), activity("issue", "2022-09-13 09:00", team="owls")]

    story = story_of(*done, rules=PLAIN)

    assert sentences(story)["Owls"] == "Best day: Tuesday, 1 issue, 5 points."


def test_best_moment_of_a_team_with_a_gift_alone_is_the_gift() -> None:
    story = story_of(given=(adjustment(1, reason="Brought cake"), adjustment(-5, team="cats")))

    assert sentences(story) == {"Owls": "1 point from the organizers on Wednesday: “Brought cake”", "Cats": THANKS}


def test_best_moment_of_a_long_week_names_the_date() -> None:
    long = replace(WEEK, ends=date(2022, 9, 30))

    story = tell_story(long, PLAIN, PACIFIC, (OWLS,), [activity("issue")], (), PEOPLE)

    assert sentences(story) == {"Owls": "Best day: Wednesday 14 September, 1 issue, 5 points."}


def test_best_moment_of_work_without_points_counts_no_points() -> None:
    story = story_of(activity("fire_drill"), rules=PLAIN, teams=(OWLS,))

    assert sentences(story) == {"Owls": "Best day: Wednesday."}


def test_story_of_an_empty_week_is_empty_and_thanks_everybody() -> None:
    story = story_of()

    assert (story.coverage, story.heroes, story.responses, story.participants, story.race.leads) == (
        (),
        (),
        None,
        0,
        (),
    )
    assert sentences(story) == {"Owls": THANKS, "Cats": THANKS}


def test_story_counts_people_once_with_or_without_a_team() -> None:
    done = [activity(person="ana"), activity(person="ana", team="cats"), activity(person="ben", team=None)]

    assert story_of(*done).participants == 2


def told(week: RandomWeek) -> Story:
    return tell_story(week.facts, week.rules, week.zone, TEAMS, week.activities, week.adjustments, RANDOM_PEOPLE)


def timed(week: RandomWeek) -> RandomWeek:
    """The week with every bonus given for an hour."""
    bonuses = tuple(
        replace(bonus, starts=Window(EARLY.starts.start, None)) for bonus in week.rules.bonuses if EARLY.starts
    )
    return replace(week, rules=replace(week.rules, bonuses=bonuses))


@given(weeks())
def test_story_adds_up_to_the_board(week: RandomWeek) -> None:
    board = board_of(
        week.activities, week.rules, week.adjustments, TEAMS,
        week=week.facts, today=week.today, zone=week.zone, people=RANDOM_PEOPLE,
    )  # fmt: skip

    story = told(week)

    points = {standing.team_id: standing.points for standing in board.standings}
    assert {series.team_id: series.points for series in story.race.all_series} == points
    sums = {kind.name: sum(day.counts[kind.name] for day in story.days) for kind in week.rules.kinds}
    assert sums == board.totals
    assert sum(cell.shifts for cell in story.coverage) == board.totals["shift"]
    if story.responses is not None:
        assert story.responses.responses == board.totals["response"]
        assert sum(bucket.responses for bucket in story.responses.buckets) == story.responses.known
    assert [each.team_id for each in story.moments] == [team.id for team in TEAMS]


@given(weeks().map(timed))
def test_heroes_add_up_to_the_bonuses_of_the_board(week: RandomWeek) -> None:
    board = board_of(
        week.activities, week.rules, week.adjustments, TEAMS,
        week=week.facts, today=week.today, zone=week.zone, people=RANDOM_PEOPLE,
    )  # fmt: skip

    heroes = told(week).heroes

    given_out = sum(sum(standing.bonuses.values()) for standing in board.standings)
    assert sum(len(hero.taken) for hero in heroes) == given_out


@given(weeks(), st.randoms(use_true_random=False))
def test_story_does_not_depend_on_the_order_of_arrival(week: RandomWeek, lot: Random) -> None:
    shuffled = replace(week, activities=tuple(lot.sample(week.activities, len(week.activities))))

    assert told(shuffled) == told(week)


@given(weeks())
def test_lead_is_taken_by_whoever_is_alone_ahead(week: RandomWeek) -> None:
    race = told(week).race

    seen: list[tuple[str, int]] = []
    for at in sorted({step.at for series in race.all_series for step in series.steps}):
        then = {
            series.team_id: [step.points for step in series.steps if step.at <= at][-1] for series in race.all_series
        }
        most = max(then.values())
        ahead = [(team_id, points) for team_id, points in then.items() if points == most > 0]
        if len(ahead) == 1 and [ahead[0][0]] != [team_id for team_id, _ in seen[-1:]]:
            seen += ahead
    assert [(lead.team_id, lead.points) for lead in race.leads] == seen


def test_quests_worth_nothing_are_no_moment() -> None:
    quest = Quest("Tidy up", (("shift", 1),), 0)

    story = story_of(activity("shift"), rules=replace(PLAIN, quests=(quest,)), teams=(OWLS,))

    assert [each.what for each in story.moments] == ["day"]
