"""Lines: what one team's score decides of its standing, before teams are compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.domain.rules.model import Metric, Rules, Trophy
from app.domain.scoring.tally import LatestAward, Tally, TeamScore, total
from app.domain.standings.board import LastEarned, Standing, TieValue
from app.domain.standings.ranking import SortKey, sort_key, value
from app.domain.wording import award_title, metric_words


@dataclass(frozen=True, slots=True)
class TeamInfo:
    """A team on the board; `members` are the names of who is in it now, `tone` and `emblem` what was chosen for it."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    tone: int | None = None
    emblem: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A team's row before ranking: its standing but for rank and movement, and the values it is compared by.

    `place` is the team's among the names, which settles the order of equal teams; `key` compares it now, `morning`
    as of before today, None where it had no activity by then. `own` are the team's values for each trophy of teams,
    `people` those of each person id for each trophy of people.
    """

    standing: Standing
    place: int
    key: SortKey
    morning: SortKey
    was_active: bool
    counts: Mapping[str, int]
    own: tuple[int, ...]
    people: Mapping[str, tuple[int, ...]]

    def is_same_morning(self, other: "Line") -> bool:
        """Tell whether both say the same of the time before today."""
        return (self.morning, self.was_active) == (other.morning, other.was_active)


def make_line(
    team: TeamInfo,
    place: int,
    score: TeamScore,
    rules: Rules,
    people: Mapping[str, str],
    today: date,
    is_dated: bool = False,
) -> Line:
    """Make a team's line; the arguments are those of `make_standings`, `place` is the team's among the names.

    With `is_dated` moments are told with their date.
    """
    tally = total(score.days.values())
    before = total(tally for day, tally in score.days.items() if day < today)
    standing = Standing(
        rank=0,
        team=team.name,
        team_id=team.id,
        points=tally.points,
        counts={kind.name: tally.counts.get(kind.name, 0) for kind in rules.kinds},
        bonuses={bonus.name: tally.bonuses.get(bonus.name, 0) for bonus in rules.bonuses},
        quests=tuple(quest.name for quest in rules.quests if quest.name in tally.quests),
        members=team.members,
        movement=None,
        last_earned=_last_earned(score.last_earned, people, rules),
        ties=tuple(_tie(tally, metric, rules, is_dated=is_dated) for metric in rules.ties),
        tone=team.tone,
        emblem=team.emblem,
    )
    return Line(
        standing=standing,
        place=place,
        key=sort_key(tally, rules.ties),
        morning=sort_key(before, rules.ties),
        was_active=bool(before.counts),
        counts=tally.counts,
        own=_values(tally, rules.trophies, "team"),
        people={person: _values(each, rules.trophies, "person") for person, each in score.people.items()},
    )


def _tie(tally: Tally, metric: Metric, rules: Rules, *, is_dated: bool) -> TieValue:
    if metric.kind == "earliest":
        if tally.last_award is None:
            return TieValue("not scored yet")
        return TieValue("points in by", tally.last_award, is_dated)
    number = value(tally, metric)
    sign = "\u2212" if number < 0 else ""
    return TieValue(f"{sign}{abs(number):,} {metric_words(metric, number, rules)}")


def is_below(before: tuple[int, ...], after: tuple[int, ...], place: int, most: int) -> bool:
    """Tell whether a value that may have changed is, and was, less than what the holders of a trophy have."""
    old, new = (values[place] if values else 0 for values in (before, after))
    return old == new or max(old, new) < max(most, 1)


def _values(tally: Tally, trophies: Iterable[Trophy], audience: str) -> tuple[int, ...]:
    return tuple(value(tally, trophy.most) for trophy in trophies if trophy.audience == audience)


def _last_earned(earned: LatestAward | None, people: Mapping[str, str], rules: Rules) -> LastEarned | None:
    if earned is None:
        return None
    person = None if earned.person is None else people[earned.person]
    return LastEarned(earned.at, award_title(earned.reason, earned.name, rules), person, earned.points)
