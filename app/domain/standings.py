"""Standings: teams ranked, with movement, trophies, totals and headline, from the score kept per team."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.board import Board, LastEarned, Standing, TrophyResult
from app.domain.ranking import ranks, value
from app.domain.rules.model import Rules, Trophy
from app.domain.tally import Earned, Tally, TeamScore, total
from app.domain.wording import award_title, headline


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """What the board says of its week; `starts` and `ends` are its first and last local day."""

    slug: str
    name: str
    state: str
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team on the board; `members` are the names of who is in it now."""

    id: str
    name: str
    members: tuple[str, ...] = ()


def make_board(
    week: WeekFacts,
    rules: Rules,
    teams: Sequence[TeamFacts],
    scores: Mapping[str, TeamScore],
    loose_counts: Mapping[str, int],
    people: Mapping[str, str],
    today: date,
    *,
    as_of: datetime,
    version: int,
    frozen: bool = False,
) -> Board:
    """One week's board.

    `scores` are by team id, and a team without one has no points; `loose_counts` are live activities of people
    without a team; `people` names by person id; `today` the local day; `as_of` UTC.
    Raises KeyError where `people` lacks a name.
    """
    scores = {team.id: scores.get(team.id, TeamScore()) for team in teams}
    sums = {team: total(score.days.values()) for team, score in scores.items()}
    totals = _totals(sums, loose_counts, rules)
    return Board(
        week=week.slug,
        name=week.name,
        state=week.state,
        frozen=frozen,
        version=version,
        as_of=as_of,
        headline=headline(totals, rules),
        totals=totals,
        standings=_standings(teams, sums, scores, people, _movement(scores, sums, week, rules, today), rules),
        trophies=_trophies(teams, sums, scores, people, rules),
    )


def _totals(sums: Mapping[str, Tally], loose_counts: Mapping[str, int], rules: Rules) -> dict[str, int]:
    """Live activities per kind of the whole week, with or without a team, every kind in file order."""
    counts = Counter(loose_counts)
    for tally in sums.values():
        counts.update(tally.counts)
    return {kind.name: counts[kind.name] for kind in rules.kinds}


def _movement(
    scores: Mapping[str, TeamScore], sums: Mapping[str, Tally], week: WeekFacts, rules: Rules, today: date
) -> dict[str, int]:
    """Ranks each team gained against the board of the activities before today.

    Empty while no team had an activity before today, and once the week's days are over.
    """
    before = {team: total(tally for day, tally in score.days.items() if day < today) for team, score in scores.items()}
    if today > week.ends or not any(tally.counts for tally in before.values()):
        return {}
    then, now = ranks(before, rules.ties), ranks(sums, rules.ties)
    return {team: then[team] - now[team] for team in sums}


def _standings(
    teams: Sequence[TeamFacts],
    sums: Mapping[str, Tally],
    scores: Mapping[str, TeamScore],
    people: Mapping[str, str],
    movement: Mapping[str, int],
    rules: Rules,
) -> tuple[Standing, ...]:
    """Every team, best first, those who share a rank by name."""
    places = ranks(sums, rules.ties)
    listed = sorted(teams, key=lambda team: (places[team.id], team.name.casefold(), team.name, team.id))
    return tuple(
        Standing(
            rank=places[team.id],
            team=team.name,
            team_id=team.id,
            points=sums[team.id].points,
            counts={kind.name: sums[team.id].counts.get(kind.name, 0) for kind in rules.kinds},
            bonuses={bonus.name: sums[team.id].bonuses.get(bonus.name, 0) for bonus in rules.bonuses},
            quests=tuple(quest.name for quest in rules.quests if quest.name in sums[team.id].quests),
            members=team.members,
            movement=movement.get(team.id),
            last_earned=_last_earned(scores[team.id].last_earned, people, rules),
        )
        for team in listed
    )


def _last_earned(earned: Earned | None, people: Mapping[str, str], rules: Rules) -> LastEarned | None:
    if earned is None:
        return None
    person = None if earned.person is None else people[earned.person]
    return LastEarned(earned.at, award_title(earned.reason, earned.name, rules), person, earned.points)


def _trophies(
    teams: Sequence[TeamFacts],
    sums: Mapping[str, Tally],
    scores: Mapping[str, TeamScore],
    people: Mapping[str, str],
    rules: Rules,
) -> tuple[TrophyResult, ...]:
    team_tallies = [(team.name, sums[team.id]) for team in teams]
    person_tallies = [(people[person], tally) for person, tally in _person_sums(scores).items()]
    return tuple(
        _trophy(trophy, team_tallies if trophy.audience == "team" else person_tallies) for trophy in rules.trophies
    )


def _person_sums(scores: Mapping[str, TeamScore]) -> dict[str, Tally]:
    """Each person's own activities and bonuses, in whatever team."""
    parts: dict[str, list[Tally]] = {}
    for score in scores.values():
        for person, tally in score.people.items():
            parts.setdefault(person, []).append(tally)
    return {person: total(tallies) for person, tallies in parts.items()}


def _trophy(trophy: Trophy, candidates: Sequence[tuple[str, Tally]]) -> TrophyResult:
    """All who share the most win; nobody wins with zero or less."""
    values = [(name, value(tally, trophy.most)) for name, tally in candidates]
    most = max((number for _, number in values), default=0)
    if most <= 0:
        return TrophyResult(trophy.name, trophy.audience, 0, ())
    winners = sorted((name for name, number in values if number == most), key=lambda name: (name.casefold(), name))
    return TrophyResult(trophy.name, trophy.audience, most, tuple(winners))
