"""Standings: teams ranked, with movement, trophies, totals and headline, from the score kept per team."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from app.domain.rules.model import Rules, Trophy
from app.domain.scoring.tally import TeamScore
from app.domain.standings.board import Board, BoardHead, Standing, TrophyResult
from app.domain.standings.lines import Line, TeamInfo, is_below, make_line
from app.domain.standings.ranking import SortKey
from app.domain.wording import headline, metric_words


@dataclass(frozen=True, slots=True)
class WeekInfo:
    """The week's part of a board; `starts` and `ends` are its first and last local day."""

    slug: str
    name: str
    state: str
    starts: date
    ends: date

    @property
    def repeats_weekdays(self) -> bool:
        """Tell whether a weekday may be more than one of its days."""
        return (self.ends - self.starts).days >= 7


@dataclass(frozen=True)
class Standings:
    """Every team of one week compared with every other. `with_scores` costs what changed, not what there is.

    `lines` are by team id, in the order of the teams' names; `people` are names by person id, `people_values` what
    each person id has for each trophy of people, in whatever team; `counts` are live activities of teams per kind.
    """

    week: WeekInfo
    rules: Rules
    today: date
    teams: tuple[TeamInfo, ...]
    people: Mapping[str, str]
    lines: Mapping[str, Line]
    people_values: Mapping[str, tuple[int, ...]]
    counts: Mapping[str, int]
    unassigned_counts: Mapping[str, int]
    kept_trophies: Mapping[int, TrophyResult] = field(default_factory=dict, repr=False, compare=False)

    def with_scores(self, scores: Mapping[str, TeamScore], unassigned_counts: Mapping[str, int]) -> "Standings":
        """Return the standings after these teams' scores changed. Raises KeyError for a team that is not in them."""
        lines, people_values, counts = dict(self.lines), dict(self.people_values), Counter(self.counts)
        for team_id, score in scores.items():
            before = lines[team_id]
            after = lines[team_id] = make_line(
                self.teams[before.place],
                before.place,
                score,
                self.rules,
                self.people,
                self.today,
                self.week.repeats_weekdays,
            )
            counts.subtract(before.counts)
            counts.update(after.counts)
            _add(people_values, before.people, -1)
            _add(people_values, after.people, 1)
        changed = replace(
            self,
            lines=lines,
            people_values=people_values,
            counts=counts,
            unassigned_counts=dict(unassigned_counts),
            kept_trophies=self._untouched_trophies(lines, people_values, scores),
        )
        pairs = [(self.lines[team_id], lines[team_id]) for team_id in scores]
        if "morning_ranks" in vars(self) and all(old.is_same_morning(new) for old, new in pairs):
            vars(changed)["morning_ranks"] = self.morning_ranks
        if (
            "leaders" in vars(self)
            and self.leaders
            and all(min(old.key, new.key) > self.leaders[0].key for old, new in pairs)
        ):
            vars(changed)["leaders"] = self.leaders  # nobody came to the top or left it
        return changed

    def _untouched_trophies(
        self, lines: Mapping[str, Line], people_values: Mapping[str, tuple[int, ...]], team_ids: Iterable[str]
    ) -> dict[int, TrophyResult]:
        """The trophies, by number, that nobody of these teams came to hold or lost; none before they were asked for."""
        if "trophies" not in vars(self):
            return {}
        before = self.lines
        changes = {
            "team": [(before[each].own, lines[each].own) for each in team_ids],
            "person": [
                (self.people_values.get(person, ()), people_values[person])
                for each in team_ids
                for person in {*before[each].people, *lines[each].people}
            ],
        }
        return {
            number: result
            for (number, place, trophy), result in zip(self._numbered_trophies(), self.trophies, strict=True)
            if all(is_below(one, another, place, result.value) for one, another in changes[trophy.audience])
        }

    def _numbered_trophies(self) -> Iterator[tuple[int, int, Trophy]]:
        """Each trophy with its number, and its place among those of its audience."""
        places = Counter[str]()
        for number, trophy in enumerate(self.rules.trophies):
            yield number, places[trophy.audience], trophy
            places[trophy.audience] += 1

    @cached_property
    def ordered(self) -> list[Line]:
        """The teams, best first, equal ones by name."""
        return sorted(self.lines.values(), key=lambda line: (line.key, line.place))

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Each team's rank from 1; equal teams share a rank and the next is skipped (1, 2, 2, 4)."""
        return _ranks((line.standing.team_id, line.key) for line in self.ordered)

    @cached_property
    def morning_ranks(self) -> dict[str, int]:
        """Each team's rank by the activities before today, in the order of names.

        Empty while no team had an activity before today, and once the week's days are over.
        """
        lines = self.lines.values()
        if self.today > self.week.ends or not any(line.was_active for line in lines):
            return {}
        ranks = _ranks(sorted(((line.standing.team_id, line.morning) for line in lines), key=lambda pair: pair[1]))
        return {team_id: ranks[team_id] for team_id in self.lines}

    def movement(self, team_id: str) -> int | None:
        """Return how many ranks a team gained since the morning; None where there is nothing to compare with."""
        then = self.morning_ranks.get(team_id)
        return None if then is None else then - self.ranks[team_id]

    @cached_property
    def totals(self) -> dict[str, int]:
        """Live activities per kind of the whole week, with or without a team, every kind in file order."""
        names = [kind.name for kind in self.rules.kinds]
        return {name: self.counts.get(name, 0) + self.unassigned_counts.get(name, 0) for name in names}

    @cached_property
    def headline(self) -> str:
        """The week in one line."""
        return headline(self.totals, self.rules)

    @cached_property
    def trophies(self) -> tuple[TrophyResult, ...]:
        """The holders of each trophy: all who share the most, and nobody with zero or less."""
        return tuple(
            self.kept_trophies.get(number) or self._trophy(trophy, place)
            for number, place, trophy in self._numbered_trophies()
        )

    def _trophy(self, trophy: Trophy, place: int) -> TrophyResult:
        if trophy.audience == "team":
            values = {team_id: line.own[place] for team_id, line in self.lines.items()}
        else:
            values = {person: values[place] for person, values in self.people_values.items()}
        most = max(values.values(), default=0)
        if most <= 0:
            return TrophyResult(trophy.name, trophy.audience, 0, (), metric_words(trophy.most, 0, self.rules))
        holders = [each for each, value in values.items() if value == most]
        names = [self.lines[each].standing.team if trophy.audience == "team" else self.people[each] for each in holders]
        names.sort(key=lambda name: (name.casefold(), name))
        unit = metric_words(trophy.most, most, self.rules)
        return TrophyResult(trophy.name, trophy.audience, most, tuple(names), unit)

    @cached_property
    def leaders(self) -> list[Line]:
        """The teams of rank 1, in the order of names; found without ordering the others."""
        best = min((line.key for line in self.lines.values()), default=None)
        return [line for line in self.lines.values() if line.key == best]

    def head(self, *, as_of: datetime, version: int) -> BoardHead:
        """Return what the board shows beside its rows, without ordering them; `as_of` is UTC."""
        return BoardHead(
            week=self.week.slug,
            name=self.week.name,
            state=self.week.state,
            frozen=False,
            version=version,
            as_of=as_of,
            headline=self.headline,
            totals=self.totals,
            trophies=self.trophies,
            teams=len(self.lines),
            leaders=tuple(line.standing.team for line in self.leaders),
            best=self.leaders[0].standing.points if self.leaders else 0,
            is_scored=any(line.standing.last_earned or line.standing.points for line in self.lines.values()),
            unassigned=sum(self.unassigned_counts.get(kind.name, 0) for kind in self.rules.kinds),
        )

    def board(self, *, as_of: datetime, version: int, frozen: bool = False) -> Board:
        """Return the board; `as_of` is UTC."""
        return Board(
            week=self.week.slug,
            name=self.week.name,
            state=self.week.state,
            frozen=frozen,
            version=version,
            as_of=as_of,
            headline=self.headline,
            totals=self.totals,
            standings=tuple(self._placed(line.standing) for line in self.ordered),
            trophies=self.trophies,
        )

    def _placed(self, standing: Standing) -> Standing:
        return replace(standing, rank=self.ranks[standing.team_id], movement=self.movement(standing.team_id))


def make_standings(
    week: WeekInfo,
    rules: Rules,
    teams: Sequence[TeamInfo],
    scores: Mapping[str, TeamScore],
    unassigned_counts: Mapping[str, int],
    people: Mapping[str, str],
    today: date,
) -> Standings:
    """Compare the teams of one week; the arguments are those of `make_board`."""
    named = tuple(sorted(teams, key=lambda team: (team.name.casefold(), team.name, team.id)))
    bare = Standings(week, rules, today, named, people, {}, {}, {}, dict(unassigned_counts))
    lines = {
        team.id: make_line(team, place, scores.get(team.id, TeamScore()), rules, people, today, week.repeats_weekdays)
        for place, team in enumerate(named)
    }
    counts: Counter[str] = Counter()
    people_values: dict[str, tuple[int, ...]] = {}
    for line in lines.values():
        counts.update(line.counts)
        _add(people_values, line.people, 1)
    return replace(bare, lines=lines, people_values=people_values, counts=counts)


def make_board(
    week: WeekInfo,
    rules: Rules,
    teams: Sequence[TeamInfo],
    scores: Mapping[str, TeamScore],
    unassigned_counts: Mapping[str, int],
    people: Mapping[str, str],
    today: date,
    *,
    as_of: datetime,
    version: int,
    frozen: bool = False,
) -> Board:
    """One week's board.

    `scores` are by team id, and a team without one has no points; `unassigned_counts` are live activities of people
    without a team; `people` names by person id; `today` the local day; `as_of` UTC.
    Raises KeyError where `people` lacks a name.
    """
    standings = make_standings(week, rules, teams, scores, unassigned_counts, people, today)
    return standings.board(as_of=as_of, version=version, frozen=frozen)


def _add(sums: dict[str, tuple[int, ...]], values: Mapping[str, tuple[int, ...]], sign: int) -> None:
    """Add what people have in one team to what they have in all, or take it away again."""
    for person, more in values.items():
        known = sums.get(person, (0,) * len(more))
        sums[person] = tuple(one + sign * another for one, another in zip(known, more, strict=True))


def _ranks(ordered: Iterable[tuple[str, SortKey]]) -> dict[str, int]:
    """Ranks of teams that come best first."""
    ranks: dict[str, int] = {}
    last: SortKey | None = None
    rank = 0
    for place, (team_id, key) in enumerate(ordered, start=1):
        if key != last:
            last, rank = key, place
        ranks[team_id] = rank
    return ranks
