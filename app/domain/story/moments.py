"""Best moments: for every team the one thing in which the fewest did better, told in a friendly sentence."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from app.domain.calendar.days import first_moment, local_day
from app.domain.rules.model import Rules
from app.domain.scoring.activity import IN_ORDER, Activity, Adjustment, Award
from app.domain.standings.lines import TeamInfo
from app.domain.story.model import BestMoment
from app.domain.story.replies import RESPONSE, sla
from app.domain.wording import amount, duration, points_text

SHORTEST_STREAK = 3
THANKS = "Thanks for taking part."


class _Best(NamedTuple):
    """The best of one team in one contest: `size` is compared, larger is better; `praise` tells of the most."""

    size: tuple[float, ...]
    at: datetime
    sentence: str
    praise: str


class _Contest(NamedTuple):
    what: Literal["quest", "streak", "day"]
    best: Mapping[str, _Best]  # by team id

    def place(self, team_id: str) -> int:
        """The rank by this measure: one more than the number of teams that did better."""
        return 1 + sum(other.size > self.best[team_id].size for other in self.best.values())


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The names of this week's days: the weekday alone where each comes once."""

    zone: ZoneInfo
    repeats: bool

    def name(self, day: date) -> str:
        return f"{day:%A} {day.day} {day:%B}" if self.repeats else f"{day:%A}"

    def day_of(self, at: datetime) -> str:
        return self.name(local_day(at, self.zone))


def best_moments(
    teams: Sequence[TeamInfo],
    activities: Iterable[Activity],
    awards: Sequence[Award],
    adjustments: Iterable[Adjustment],
    rules: Rules,
    zone: ZoneInfo,
    *,
    days: int,
) -> tuple[BestMoment, ...]:
    """One for each team, in the order given: a quest, a streak of replies inside the limit, or its best day.

    Of those, the one in which the fewest teams did better; in quests that is who was first. A team with nothing but an
    organizer's gift is told of that, one with nothing is thanked. `days` is the length of the week.
    """
    calendar = _Calendar(zone, repeats=days > 7)
    own: defaultdict[str, list[Activity]] = defaultdict(list)
    for activity in sorted(activities, key=IN_ORDER):
        if activity.team is not None:
            own[activity.team].append(activity)
    contests = [
        *_quests(awards, rules, calendar),
        _Contest("streak", _streaks(own, rules, calendar)),
        _Contest("day", _best_days(own, awards, rules, calendar)),
    ]
    gifts = {each.team: each for each in sorted(adjustments, key=lambda each: each.points) if each.points > 0}
    return tuple(_moment(team, contests, gifts.get(team.id), calendar, alone=len(teams) == 1) for team in teams)


def _moment(
    team: TeamInfo, contests: Sequence[_Contest], gift: Adjustment | None, calendar: _Calendar, *, alone: bool
) -> BestMoment:
    places = [(contest.place(team.id), contest) for contest in contests if team.id in contest.best]
    if places:
        place, contest = min(places, key=lambda each: each[0])
        best = contest.best[team.id]
        praise = best.praise if place == 1 and not alone else ""
        return BestMoment(team.name, team.id, contest.what, best.at, f"{best.sentence}.{praise}")
    if gift is not None:
        sentence = f"{points_text(gift.points)} from the organizers on {calendar.day_of(gift.at)}: “{gift.reason}”"
        return BestMoment(team.name, team.id, "gift", gift.at, sentence)
    return BestMoment(team.name, team.id, "thanks", None, THANKS)


def _quests(awards: Iterable[Award], rules: Rules, calendar: _Calendar) -> list[_Contest]:
    """A contest for each quest, who was first; the quests worth most come first."""
    first: dict[str, dict[str, datetime]] = {quest.name: {} for quest in rules.quests if quest.points > 0}
    for award in awards:
        if award.reason == "quest" and award.name in first:
            done = first[award.name]
            done[award.team] = min(award.at, done.get(award.team, award.at))
    worth = {quest.name: quest.points for quest in rules.quests}
    return [
        _Contest("quest", {team_id: _quest(name, at, calendar) for team_id, at in first[name].items()})
        for name in sorted(first, key=lambda name: -worth[name])
    ]


def _quest(name: str, at: datetime, calendar: _Calendar) -> _Best:
    when = f"{calendar.day_of(at)} at {at.astimezone(calendar.zone):%H:%M}"
    return _Best((-at.timestamp(),), at, f"Completed “{name}” on {when}", " No team was earlier.")


def _streaks(own: Mapping[str, Sequence[Activity]], rules: Rules, calendar: _Calendar) -> dict[str, _Best]:
    """Each team's longest run of replies inside the tightest limit; replies whose time is unknown are passed over."""
    within = sla(rules)
    if within is None:
        return {}
    runs = {team_id: _longest_run(activities, within) for team_id, activities in own.items()}
    many = rules.kind_by_name[RESPONSE].many
    return {
        team_id: _Best(
            (len(run),),
            run[0],
            f"{len(run)} {many} in a row within {duration(within)}, {_span(run[0], run[-1], calendar)}",
            " No team had a longer run.",
        )
        for team_id, run in runs.items()
        if len(run) >= SHORTEST_STREAK
    }


def _longest_run(activities: Iterable[Activity], within: int) -> list[datetime]:
    longest: list[datetime] = []
    run: list[datetime] = []
    for activity in activities:
        if activity.kind == RESPONSE and activity.response_seconds is not None:
            run = [*run, activity.occurred_at] if activity.response_seconds <= within else []
            longest = run if len(run) > len(longest) else longest
    return longest


def _span(first: datetime, last: datetime, calendar: _Calendar) -> str:
    begun, ended = calendar.day_of(first), calendar.day_of(last)
    return f"all on {begun}" if begun == ended else f"from {begun} to {ended}"


def _best_days(
    own: Mapping[str, Sequence[Activity]], awards: Iterable[Award], rules: Rules, calendar: _Calendar
) -> dict[str, _Best]:
    """Each team's day with the most points, then the most activities, then the earlier one."""
    points: Counter[tuple[str, date]] = Counter()
    for award in awards:
        points[award.team, local_day(award.at, calendar.zone)] += award.points
    found: dict[str, _Best] = {}
    for team_id, activities in own.items():
        days: defaultdict[date, Counter[str]] = defaultdict(Counter)
        for activity in activities:
            days[local_day(activity.occurred_at, calendar.zone)][activity.kind] += 1
        day = max(sorted(days), key=lambda day: (points[team_id, day], days[day].total()))
        found[team_id] = _best_day(day, days[day], points[team_id, day], rules, calendar)
    return found


def _best_day(day: date, counts: Counter[str], points: int, rules: Rules, calendar: _Calendar) -> _Best:
    done = [amount(counts[kind.name], kind) for kind in rules.kinds if counts[kind.name]]
    worth = [points_text(points)] if points > 0 else []
    sentence = f"Best day: {', '.join([calendar.name(day), *done, *worth])}"
    return _Best((points, counts.total()), first_moment(day, calendar.zone), sentence, " No team had better.")
