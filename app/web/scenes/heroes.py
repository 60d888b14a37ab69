"""The scene “heroes”: who has earned the bonuses for starting at a certain hour, the 6 a.m. shift first of all."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.rules import Rules
from app.domain.scoring.tally import TeamScore
from app.domain.standings.lines import TeamInfo
from app.web.scenes.scene import Scene, SceneContext

MOST = 8  # two rows of four


@dataclass(frozen=True, slots=True)
class Hero:
    """Somebody with how often they earned such a bonus, for one team."""

    person: str
    team: TeamInfo
    times: int


def find_heroes(
    scores: Mapping[str, TeamScore], teams: list[TeamInfo], rules: Rules, names: Mapping[str, str]
) -> list[Hero]:
    """Everybody who earned a bonus with a `starts` window: the most first, then by name."""
    timed = {bonus.name for bonus in rules.bonuses if bonus.starts is not None}
    heroes = [
        Hero(names[person], team, times)
        for team in teams
        for person, tally in scores.get(team.id, TeamScore()).people.items()
        if (times := sum(tally.bonuses.get(name, 0) for name in timed))
    ]
    return sorted(heroes, key=lambda hero: (-hero.times, hero.person.casefold(), hero.team.id))


def build_context(context: SceneContext) -> Mapping[str, object] | None:
    """The heroes, under the name of their bonus where there is one; nothing to say before the first one."""
    heroes = find_heroes(context.scores, context.teams, context.rules, context.names)
    if not heroes:
        return None
    bonuses = [bonus.name for bonus in context.rules.bonuses if bonus.starts is not None]
    named = {"title": f"Heroes of the {bonuses[0]}"} if len(bonuses) == 1 else {}
    more = {"aside": f"and {len(heroes) - MOST} more"} if len(heroes) > MOST else {}
    return {"heroes": heroes[:MOST], **named, **more}


SCENE = Scene("heroes", "Heroes of the hour", 10, build_context)
