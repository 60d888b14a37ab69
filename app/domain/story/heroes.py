"""The early ones: who earned a bonus by starting at its hour, for which team."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from app.domain.rules.model import Rules
from app.domain.scoring.activity import Award
from app.domain.standings.lines import TeamInfo
from app.domain.story.model import Hero


def find_heroes(
    awards: Iterable[Award], rules: Rules, teams: Sequence[TeamInfo], people: Mapping[str, str]
) -> tuple[Hero, ...]:
    """People who earned a bonus with a `starts` window: most first, then the earlier start, then by name.

    Raises KeyError where `people` lacks a name.
    """
    timed = {bonus.name for bonus in rules.bonuses if bonus.starts is not None}
    names = {team.id: team.name for team in teams}
    taken: defaultdict[tuple[str, str, str], list[datetime]] = defaultdict(list)
    for award in awards:
        if award.reason == "bonus" and award.name in timed and award.team in names and award.person is not None:
            taken[award.name, award.team, award.person].append(award.at)
    heroes = [
        Hero(people[person], names[team_id], team_id, bonus, tuple(sorted(starts)))
        for (bonus, team_id, person), starts in taken.items()
    ]
    return tuple(sorted(heroes, key=_most_first))


def _most_first(hero: Hero) -> tuple[int, datetime, str, str, str]:
    return -len(hero.taken), hero.taken[0], hero.person.casefold(), hero.team_id, hero.bonus
