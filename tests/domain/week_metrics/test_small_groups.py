"""Small groups: what is shown never lets anybody work out the numbers of a few."""

from itertools import chain, combinations
from random import Random

from app.domain.week_metrics import OTHER, SMALLEST, Group, protect


def sizes(*members: int) -> list[Group]:
    return [Group(f"F{number}", 0, size) for number, size in enumerate(members)]


def test_protect_large_functions_stand_by_themselves_in_order_of_name() -> None:
    groups = [Group("sales", 1, 5), Group("Engineering", 2, 9)]

    assert protect(groups) == [Group("Engineering", 2, 9), Group("sales", 1, 5)]


def test_protect_small_functions_join_others_which_come_last() -> None:
    groups = [Group("Legal", 1, 2), Group("Finance", 1, 3), Group("Sales", 4, 7)]

    assert protect(groups) == [Group("Sales", 4, 7), Group(OTHER, 2, 5)]


def test_protect_one_small_function_takes_the_next_smallest_along_then_by_name() -> None:
    groups = [Group("Legal", 1, 1), Group("B", 0, 5), Group("A", 2, 5), Group("C", 3, 6)]

    assert protect(groups) == [Group("B", 0, 5), Group("C", 3, 6), Group(OTHER, 3, 6)]


def test_protect_others_alone_are_not_shown() -> None:
    assert protect(sizes(1, 5)) == []
    assert protect(sizes(4, 4)) == []
    assert protect(sizes(3)) == []
    assert protect([]) == []


def test_protect_function_called_like_others_joins_them() -> None:
    assert protect([Group(OTHER, 2, 8), Group("Sales", 1, 6)]) == [Group("Sales", 1, 6), Group(OTHER, 2, 8)]
    assert protect([Group(OTHER, 2, 8)]) == []


def test_protect_no_sum_of_what_is_shown_tells_of_fewer_than_five() -> None:
    random = Random(16)  # noqa: S311 (a seed, not a secret)
    for _ in range(2_000):
        groups = [
            Group(f"F{number}", random.randint(0, size), size)
            for number, size in enumerate(random.choices(range(1, 12), k=random.randint(0, 7)))
        ]

        shown = protect(random.sample(groups, len(groups)))

        total = sum(group.members for group in groups)
        assert shown == protect(groups)
        assert not shown or sum(group.members for group in shown) == total
        assert not shown or sum(group.took_part for group in shown) == sum(group.took_part for group in groups)
        parts = chain.from_iterable(combinations(shown, number) for number in range(1, len(shown) + 1))
        for part in parts:  # what a reader gets by adding some, and by taking them off the total
            told = sum(group.members for group in part)
            assert told >= SMALLEST
            assert total - told == 0 or total - told >= SMALLEST
