"""Points and caps, clause by clause."""

from dataclasses import replace

import pytest

from app.domain.rules.model import Cap, CapScope
from app.domain.scoring.activity import Activity, Award
from app.domain.scoring.evaluation import score
from tests.domain.builders import (
    BERLIN,
    DEFAULT,
    PACIFIC,
    PLAIN,
    RESPONSE,
    SHIFT,
    activity,
    earned,
    moment,
    with_kind,
)


def capped(per: CapScope, most: int = 1) -> list[tuple[str, str, str | None, str]]:
    """The earners of points, under a cap on shifts, of a fixed run of them over two days."""
    rules = with_kind(replace(SHIFT, cap=Cap(most, per)))
    run = [
        activity(at=at, person=person, team=team, subject=subject)
        for at in ("2022-09-13 09:00", "2022-09-14 09:00")
        for person, team in (("ana", "owls"), ("ben", "owls"), ("ana", "cats"))
        for subject in ("T-1", "T-1", None)
    ]
    own = {each.id: each for each in run}
    awarded = [own[award.activity or ""] for award in score(run, rules, PACIFIC)]
    return [(each.team or "", each.person, each.subject, f"{each.occurred_at:%a}") for each in awarded]


def test_score_gives_each_activity_the_points_of_its_kind() -> None:
    done = activity("shift", "09:00", "ana", "owls")

    awards = score([done], PLAIN, PACIFIC)

    assert awards == [Award(moment("09:00"), "owls", "points", "shift", 10, "shift", "ana", done.id)]


def test_score_gives_an_award_of_zero_for_a_kind_worth_zero() -> None:
    rules = with_kind(replace(SHIFT, points=0))

    awards = earned(rules, activity("shift"))

    assert awards == [("shift", 0)]


@pytest.mark.parametrize("nothing", [activity("juggling"), activity("adjustment"), activity(team=None)])
def test_score_gives_nothing_without_a_team_or_for_an_unknown_kind(nothing: Activity) -> None:
    awards = earned(DEFAULT, nothing)

    assert awards == []


def test_score_takes_activities_by_time_source_external_id_and_kind_in_code_points() -> None:
    keys = [
        ("09:00", "Zendesk", "2", "shift"),
        ("09:00", "api", "10", "shift"),
        ("09:00", "api", "9", "issue"),
        ("09:00", "api", "9", "shift"),
        ("09:00", "Ärzte", "1", "shift"),
        ("09:01", "Zendesk", "1", "shift"),
    ]
    run = [activity(kind, at, source=source, external_id=ext) for at, source, ext, kind in keys]

    awards = score(reversed(run), PLAIN, PACIFIC)

    assert [award.activity for award in awards] == [each.id for each in run]


def test_score_gives_points_then_bonuses_then_quests_of_one_activity() -> None:
    people = ("ana", "ben", "chi")

    awards = earned(DEFAULT, *(activity("shift", "06:00", person) for person in people))

    assert awards[-3:] == [("shift", 10), ("6 a.m. shift", 10), ("All hands", 15)]


def test_cap_lets_only_the_first_in_a_group_earn() -> None:
    run = [activity("response", at, subject="T-1") for at in ("09:04", "09:03", "09:02", "09:01")]

    awards = score(run, with_kind(replace(RESPONSE, cap=Cap(3, "subject"))), PACIFIC)

    assert [award.activity for award in awards] == [run[3].id, run[2].id, run[1].id]


def test_cap_per_subject_is_per_team_and_none_without_a_subject() -> None:
    awarded = capped("subject")

    assert awarded == [
        ("owls", "ana", "T-1", "Tue"),
        ("owls", "ana", None, "Tue"),
        ("owls", "ben", None, "Tue"),
        ("cats", "ana", "T-1", "Tue"),
        ("cats", "ana", None, "Tue"),
        ("owls", "ana", None, "Wed"),
        ("owls", "ben", None, "Wed"),
        ("cats", "ana", None, "Wed"),
    ]


def test_cap_per_person_day_is_per_team_person_and_local_day() -> None:
    awarded = capped("person-day")

    assert awarded == [
        ("owls", "ana", "T-1", "Tue"),
        ("owls", "ben", "T-1", "Tue"),
        ("cats", "ana", "T-1", "Tue"),
        ("owls", "ana", "T-1", "Wed"),
        ("owls", "ben", "T-1", "Wed"),
        ("cats", "ana", "T-1", "Wed"),
    ]


def test_cap_per_person_week_is_per_team_and_person() -> None:
    awarded = capped("person-week")

    assert awarded == [("owls", "ana", "T-1", "Tue"), ("owls", "ben", "T-1", "Tue"), ("cats", "ana", "T-1", "Tue")]


def test_cap_per_team_day_is_per_team_and_local_day() -> None:
    awarded = capped("team-day")

    assert awarded == [
        ("owls", "ana", "T-1", "Tue"),
        ("cats", "ana", "T-1", "Tue"),
        ("owls", "ana", "T-1", "Wed"),
        ("cats", "ana", "T-1", "Wed"),
    ]


def test_cap_per_team_week_is_per_team() -> None:
    awarded = capped("team-week", most=2)

    assert awarded == [
        ("owls", "ana", "T-1", "Tue"),
        ("owls", "ana", "T-1", "Tue"),
        ("cats", "ana", "T-1", "Tue"),
        ("cats", "ana", "T-1", "Tue"),
    ]


def test_cap_of_one_kind_is_not_used_up_by_another() -> None:
    rules = with_kind(replace(SHIFT, cap=Cap(1, "subject")), with_kind(replace(RESPONSE, cap=Cap(1, "subject"))))

    awards = earned(rules, activity("shift", subject="T-1"), activity("response", subject="T-1"))

    assert awards == [("shift", 10), ("response", 2)]


@pytest.mark.parametrize(
    ("first", "second", "points"),
    [
        ("2022-03-27 00:00", "2022-03-27 23:59", 1),  # clocks go forward: a day of 23 hours
        ("2022-03-26 23:59", "2022-03-27 00:00", 2),
        ("2022-10-30 00:00", "2022-10-30 23:59", 1),  # clocks go back: a day of 25 hours
        ("2022-10-30 23:59", "2022-10-31 00:00", 2),
    ],
)
def test_cap_per_day_counts_whole_local_days_when_clocks_change(first: str, second: str, points: int) -> None:
    rules = with_kind(replace(SHIFT, cap=Cap(1, "team-day"), points=1))

    awards = earned(rules, *(activity(at=moment(at, BERLIN)) for at in (first, second)), zone=BERLIN)

    assert sum(points for _, points in awards) == points
