"""Quests within reach: what a team still has to do, the least first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.rules.model import Kind, Quest, Rules
from app.domain.scoring.quests import member_count
from app.domain.scoring.tally import Tally, TeamScore, total
from app.domain.standings.board import Standing
from app.domain.wording import amount, listed

SMALL_EFFORT = 2  # activities: always near, even where that is less than half of a quest


@dataclass(frozen=True, slots=True)
class Reach:
    """One quest a team is close to: `done` of `needed` activities, and what is missing in words."""

    team: str
    team_id: str
    quest: str
    points: int
    done: int
    needed: int
    missing: str

    @property
    def effort(self) -> int:
        """The number of activities that are missing."""
        return self.needed - self.done


def quests_within_reach(
    standings: Sequence[Standing], scores: Mapping[str, TeamScore], rules: Rules, today: date
) -> list[Reach]:
    """Each team's closest quest that it has begun and at least half done, or that two activities complete.

    The least effort first, then more points, then by team. `today` is the local day that quests of a day are about;
    those that ask several people for something on one day are left out, for scores do not know who did what when.
    """
    quests = []
    for standing in standings:
        score = scores.get(standing.team_id, TeamScore())
        near = list(_near(standing, score, rules, today))
        if near:
            quests.append(min(near, key=lambda each: (each.effort, -each.points)))
    return sorted(quests, key=lambda each: (each.effort, -each.points, each.team.casefold(), each.team_id))


def _near(standing: Standing, score: TeamScore, rules: Rules, today: date) -> Iterator[Reach]:
    for quest in rules.quests:
        days = [score.days.get(today, Tally())] if quest.per == "day" else list(score.days.values())
        if quest.points <= 0 or any(quest.name in day.quests for day in days):
            continue
        if quest.members is None:
            done, missing = _by_team(quest, rules, total(days))
        elif quest.per == "week":
            done, missing = _by_members(quest, rules, standing, score, quest.members)
        else:
            continue
        needed = sum(number for _, number in quest.needs) * (quest.members or 1)
        if 0 < done < needed and needed - done <= max(SMALL_EFFORT, needed // 2):
            yield Reach(standing.team, standing.team_id, quest.name, quest.points, done, needed, missing)


def _by_team(quest: Quest, rules: Rules, tally: Tally) -> tuple[int, str]:
    """The progress of a team towards a quest, and what is missing."""
    left = {kind: max(number - tally.counts.get(kind, 0), 0) for kind, number in quest.needs}
    done = sum(number for _, number in quest.needs) - sum(left.values())
    return done, listed([_more(number, rules.kind_by_name[kind]) for kind, number in left.items() if number], "and")


def _more(number: int, kind: Kind) -> str:
    """Words of what is missing: "1 more shift"."""
    count, noun = amount(number, kind).split(" ", 1)
    return f"{count} more {noun}"


def _by_members(quest: Quest, rules: Rules, standing: Standing, score: TeamScore, members: int) -> tuple[int, str]:
    """The same where several people each have to do it: those who have done most of it are counted on."""
    each = sum(number for _, number in quest.needs)
    did = [
        sum(min(member_count(tally.counts, kind), number) for kind, number in quest.needs)
        for tally in score.people.values()
    ]
    blank = max(len(standing.members) - len(did), 0)
    best = sorted([*did, *[0] * blank], reverse=True)[:members]
    if len(best) < members:
        return 0, ""
    people = sum(number < each for number in best)
    if people == 1 and len(quest.needs) == 1:
        return sum(best), _more(each - min(best), rules.kind_by_name[quest.needs[0][0]])
    needs = listed([amount(number, rules.kind_by_name[kind]) for kind, number in quest.needs], "and")
    return sum(best), f"{needs} from 1 more person" if people == 1 else f"{needs} each from {people} more people"
