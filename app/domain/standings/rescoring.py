"""Rescoring: what other rules change in a team's score, reason by reason, and in the standings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.domain.rules.model import Rules
from app.domain.rules.values import same_name
from app.domain.scoring.activity import AwardReason
from app.domain.scoring.bonuses import bonus_points
from app.domain.scoring.tally import TeamScore, total
from app.domain.standings.board import Board, Standing, TrophyResult
from app.domain.wording import award_title


@dataclass(frozen=True, slots=True)
class Sum:
    """Points for one reason: how often they were given, and how many in all."""

    times: int = 0
    points: int = 0


@dataclass(frozen=True, slots=True)
class ReasonChange:
    """One reason on a receipt, as receipts call it, whose sum is another."""

    what: str
    before: Sum
    after: Sum

    @property
    def points(self) -> int:
        """The points gained, or lost where negative."""
        return self.after.points - self.before.points


@dataclass(frozen=True, slots=True)
class TeamChange:
    """A team before and after; `is_rescored` where its receipt has other points, maybe with the same sums."""

    before: Standing
    after: Standing
    reasons: tuple[ReasonChange, ...]
    is_rescored: bool

    @property
    def points(self) -> int:
        """The points gained, or lost where negative."""
        return self.after.points - self.before.points

    @property
    def is_changed(self) -> bool:
        """True if the team's receipt, points or rank differ."""
        return self.is_rescored or self.points != 0 or self.ranks != 0

    @property
    def ranks(self) -> int:
        """The ranks gained, or lost where negative."""
        return self.before.rank - self.after.rank


@dataclass(frozen=True, slots=True)
class TrophyChange:
    """A trophy that goes to others; empty winners for nobody, or where there is no such trophy."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scoring:
    """A week's teams as one version of the rules scores them: the rules, each team's score, the board."""

    rules: Rules
    scores: Mapping[str, TeamScore]
    board: Board


def team_changes(before: Scoring, after: Scoring) -> tuple[TeamChange, ...]:
    """Compare every team of a week, in the order of the later board."""
    standing_of = {standing.team_id: standing for standing in before.board.standings}
    return tuple(
        _team_change(standing_of[standing.team_id], standing, before, after) for standing in after.board.standings
    )


def _team_change(old: Standing, new: Standing, before: Scoring, after: Scoring) -> TeamChange:
    scores = [scoring.scores.get(new.team_id, TeamScore()) for scoring in (before, after)]
    sums = [_sums(score, scoring.rules) for score, scoring in zip(scores, (before, after), strict=True)]
    return TeamChange(old, new, tuple(_reasons(*sums)), scores[0] != scores[1])


def _reasons(before: Mapping[str, tuple[str, Sum]], after: Mapping[str, tuple[str, Sum]]) -> Iterable[ReasonChange]:
    for key in {**before, **after}:
        what, new = after.get(key, (before.get(key, ("", Sum()))[0], Sum()))
        old = before.get(key, (what, Sum()))[1]
        if old != new:
            yield ReasonChange(what, old, new)


def _sums(score: TeamScore, rules: Rules) -> dict[str, tuple[str, Sum]]:
    """The sums of a score by reason, with the words of receipts; names of bonuses and quests as the rules fold them."""
    tally = total(score.days.values())
    found: dict[str, tuple[str, Sum]] = {}

    def add(reason: AwardReason, name: str, times: int, points: int) -> None:
        if times:
            found[f"{reason} {same_name(name)}"] = (award_title(reason, name, rules), Sum(times, points))

    worths = {bonus.name: bonus_points(bonus, rules.kind_by_name[bonus.activity]) for bonus in rules.bonuses}
    for kind in rules.kinds:
        own = [bonus.name for bonus in rules.bonuses if bonus.activity == kind.name]
        points = tally.kind_points.get(kind.name, 0) - sum(tally.bonuses.get(name, 0) * worths[name] for name in own)
        add("points", kind.name, points // kind.points if kind.points else 0, points)
    for name, worth in worths.items():
        times = tally.bonuses.get(name, 0)
        add("bonus", name, times, times * worth)
    for quest in rules.quests:
        times = tally.quests.get(quest.name, 0)
        add("quest", quest.name, times, times * quest.points)
    return found


def trophy_changes(before: Board, after: Board) -> tuple[TrophyChange, ...]:
    """The trophies that would go to others."""
    old, new = (_winners(board.trophies) for board in (before, after))
    names = {**old, **new}
    pairs = ((names[key][0], old.get(key, ("", ()))[1], new.get(key, ("", ()))[1]) for key in names)
    return tuple(TrophyChange(name, one, other) for name, one, other in pairs if set(one) != set(other))


def _winners(trophies: Iterable[TrophyResult]) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {same_name(trophy.name): (trophy.name, trophy.winners) for trophy in trophies}
