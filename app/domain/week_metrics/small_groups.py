"""Small groups: functions with few members are told of together, so that nobody can be picked out of the numbers."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from app.domain.week_metrics.share import Share

SMALLEST = 5
"""The fewest members of a group that stands by itself."""
OTHER = "Other functions"


class Group(NamedTuple):
    """People who are told of together: how many of its members took part."""

    name: str
    took_part: int
    members: int

    @property
    def share(self) -> Share:
        """The share of members who took part."""
        return Share(self.took_part, self.members)


def group_by_function(members: Mapping[str, str], took_part: Collection[str]) -> list[Group]:
    """A group for each function, small ones too; `members` are functions by person. For `protect`, not to be shown."""
    people: dict[str, list[str]] = {}
    for person, function in members.items():
        people.setdefault(function, []).append(person)
    return [
        Group(name, sum(person in took_part for person in everyone), len(everyone)) for name, everyone in people.items()
    ]


def protect(groups: Iterable[Group]) -> list[Group]:
    """Join groups with fewer than 5 members into "Other functions", which comes last; others are in order of name.

    While that has 1 to 4 members, the next smallest joins it, of equal ones the first by name. Where nothing is left
    beside it there are no groups to show: the total says it all. No sum of what is shown tells of fewer than 5 people.
    (Threshold rule and complementary suppression, OECD Glossary of Statistical Terms.)
    """
    ranked = sorted(groups, key=lambda group: (group.members, group.name.casefold(), group.name))
    small = [group for group in ranked if group.members < SMALLEST or group.name == OTHER]
    large = [group for group in ranked if group not in small]
    while 0 < sum(group.members for group in small) < SMALLEST and large:
        small.append(large.pop(0))
    joined = sum(group.members for group in small)
    if joined and not large:
        return []
    shown = sorted(large, key=lambda group: (group.name.casefold(), group.name))
    return [*shown, Group(OTHER, sum(group.took_part for group in small), joined)] if joined else shown
