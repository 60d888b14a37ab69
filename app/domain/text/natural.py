"""Names in the order in which people look for them: 2 before 10."""

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

_NUMBER = re.compile(r"([0-9]+)")


class OfTeam(Protocol):
    """Something that carries a team's name."""

    @property
    def team(self) -> str:
        """The name of the team."""


T = TypeVar("T", bound=OfTeam)


def name_order(name: str) -> list[tuple[int, str]]:
    """The key that sorts names without regard to case, and numbers in them by their value."""
    parts = _NUMBER.split(name.casefold())
    return [(int(part[-18:]), part) if number % 2 else (0, part) for number, part in enumerate(parts)]


def by_team(items: Iterable[T]) -> list[T]:
    """Sort what carries teams' names by those."""
    return sorted(items, key=lambda item: name_order(item.team))
