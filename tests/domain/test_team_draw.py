"""Teams drawn by lot: equal in size, mixed by function and office, repeatable."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.domain.team_draw import Player, draw

PEOPLE = st.lists(
    st.builds(Player, st.uuids().map(str), st.just("A"), st.sampled_from("abcde"), st.sampled_from(["", "x", "y"])),
    max_size=60,
    unique_by=lambda player: player.email,
)


@given(PEOPLE, st.integers(1, 7), st.integers(0, 999))
def test_everybody_is_in_one_team_and_teams_are_balanced(people: list[Player], size: int, seed: int) -> None:
    teams = draw(people, size, seed)

    assert sorted(player.email for team in teams for player in team) == sorted(player.email for player in people)
    assert len(teams) == -(-len(people) // size)
    assert spread([len(team) for team in teams]) <= 1
    for function in {player.function for player in people}:
        assert spread([Counter(player.function for player in team)[function] for team in teams]) <= 1


@given(PEOPLE, st.integers(0, 999), st.randoms())
def test_draw_depends_on_seed_and_people_alone(people: list[Player], seed: int, random: object) -> None:
    mixed = list(people)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # Hypothesis's own kind of Random

    assert draw(mixed, 3, seed) == draw(people, 3, seed)


def test_other_seeds_draw_other_teams() -> None:
    people = [Player(f"p{number}@example.com", "P") for number in range(30)]

    assert len({str(draw(people, 3, seed)) for seed in range(20)}) == 20


def test_offices_are_mixed_within_functions() -> None:
    offices = ["Berlin"] * 3 + ["Oslo"] * 3 + ["Lima"] * 3
    people = [Player(f"p{number}@example.com", "P", "Sales", office) for number, office in enumerate(offices)]

    assert [sorted(player.office for player in team) for team in draw(people, 3, 7)] == [["Berlin", "Lima", "Oslo"]] * 3


def test_nobody_makes_no_team() -> None:
    assert draw([], 3, 1) == []


def spread(numbers: list[int]) -> int:
    """The difference between the most and the least."""
    return max(numbers, default=0) - min(numbers, default=0)
