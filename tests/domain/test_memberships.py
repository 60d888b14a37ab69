"""Work belongs to the team its person was in at the time, whenever it is credited."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.memberships import Join, current_team, spans_in, team_at, work_moves


def day(number: int) -> datetime:
    return datetime(2022, 9, number, 12, tzinfo=UTC)


MOVED = (Join("owls", day(12)), Join("cats", day(14)))
LEFT = (Join("owls", day(12)), Join(None, day(14)))
CAME_BACK = (*LEFT, Join("cats", day(16)))


@pytest.mark.parametrize(("occurred", "team"), [(11, "owls"), (12, "owls"), (13, "owls"), (14, "cats"), (15, "cats")])
def test_team_at_is_the_team_the_person_was_in(occurred: int, team: str) -> None:
    found = team_at(MOVED, day(occurred))

    assert found == team


def test_team_at_does_not_depend_on_the_order_of_events() -> None:
    found = [team_at(tuple(reversed(CAME_BACK)), day(number)) for number in (11, 13, 15, 16)]

    assert found == ["owls", "owls", "owls", "cats"]


def test_team_at_before_the_only_team_is_that_team() -> None:
    found = team_at((Join("owls", day(14)),), day(11))

    assert found == "owls"


def test_team_at_after_leaving_is_the_team_left() -> None:
    found = team_at(LEFT, day(15))

    assert found == "owls"


@pytest.mark.parametrize("joins", [(), (Join(None, day(12)),), (Join(None, day(12)), Join(None, day(13)))])
def test_team_at_without_any_team_is_none(joins: tuple[Join, ...]) -> None:
    found = team_at(joins, day(14))

    assert found is None


def test_team_at_of_two_joins_in_one_moment_is_the_later_given() -> None:
    found = team_at((Join("owls", day(12)), Join("cats", day(12))), day(12))

    assert found == "cats"


@pytest.mark.parametrize(
    ("joins", "team"),
    [((), None), (MOVED, "cats"), (MOVED[::-1], "cats"), (LEFT, None), (CAME_BACK, "cats")],
)
def test_current_team_is_where_the_last_event_left_the_person(joins: tuple[Join, ...], team: str | None) -> None:
    found = current_team(joins)

    assert found == team


def test_current_team_of_two_joins_in_one_moment_is_the_later_given() -> None:
    found = current_team((Join("owls", day(12)), Join("cats", day(12))))

    assert found == "cats"


@pytest.mark.parametrize(
    ("joins", "team", "moves"),
    [
        ((), "owls", (None, "owls")),
        ((), None, None),
        (MOVED, "owls", ("cats", "owls")),
        (MOVED, "cats", None),
        (MOVED, None, None),
        (LEFT, "owls", None),
        (LEFT, "cats", ("owls", "cats")),
        (CAME_BACK, "owls", ("cats", "owls")),
        ((Join("owls", day(14)), Join("cats", day(14))), "owls", ("cats", "owls")),
    ],
)
def test_work_moves_is_from_the_last_team_to_the_new_one(
    joins: tuple[Join, ...], team: str | None, moves: tuple[str | None, str] | None
) -> None:
    found = work_moves(joins, team)

    assert found == moves


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(2, 6)), max_size=6), st.integers(1, 7))
def test_spans_in_hold_the_moments_that_team_at_gives_to_the_team(
    joined: list[tuple[str | None, int]], at: int
) -> None:
    joins = [Join(team, day(number)) for team, number in joined]

    for team in ("a", "b"):
        spans = spans_in(joins, team)
        is_inside = any((not since or since <= day(at)) and (not until or day(at) < until) for since, until in spans)
        assert is_inside == (team_at(joins, day(at)) == team)
