"""Random rules and weeks for properties; few distinct values, so that ties, caps and quests are common."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import prod
from typing import Any, get_args
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.domain.calendar.days import first_moment
from app.domain.rules.model import Bonus, Cap, CapScope, Kind, Metric, Quest, QuestPeriod, Rules, Trophy, Window
from app.domain.scoring.activity import Activity, Adjustment
from app.domain.standings.lines import TeamInfo
from app.domain.standings.standings import WeekInfo

KIND_NAMES = ("shift", "response", "card")
TEAMS = (TeamInfo("t1", "Owls"), TeamInfo("t2", "cats"), TeamInfo("t3", "Elks"))
PEOPLE = {"p1": "Ana", "p2": "Ben", "p3": "Chi", "p4": "Dua"}
SCOPES: tuple[CapScope, ...] = ("subject", "person-day", "person-week", "team-day", "team-week")

# Zones with the second day of a three-day week on which their clocks change, at midnight in the last two.
PLACES = (
    ("Europe/Berlin", date(2022, 3, 27)),
    ("Europe/Berlin", date(2022, 10, 30)),
    ("Asia/Beirut", date(2022, 3, 27)),
    ("America/Santiago", date(2022, 9, 11)),
)


@dataclass(frozen=True)
class RandomWeek:
    """Everything a board is made from; `today` is its second, third or next day."""

    zone: ZoneInfo
    facts: WeekInfo
    today: date
    rules: Rules
    activities: tuple[Activity, ...]
    adjustments: tuple[Adjustment, ...]


# To make a strategy takes as long as to draw from it, so each is made once.
CAPS = st.none() | st.builds(Cap, st.integers(1, 3), st.sampled_from(SCOPES))
"""Caps small enough to be reached."""
ENDS = ((time(6), time(18)), (time(18), time(6)), (time(20), time(0)), (time(12), None))
WINDOWS: st.SearchStrategy[Window | None] = st.none() | st.sampled_from([Window(start, until) for start, until in ENDS])
"""Windows by day, over midnight, until it and until 24:00."""
PERIODS: tuple[QuestPeriod, ...] = get_args(QuestPeriod)
A_KIND, A_PERIOD = st.sampled_from(KIND_NAMES), st.sampled_from(PERIODS)
TIMES, MEMBERS = st.none() | st.integers(2, 4), st.none() | st.integers(1, 2)
DAYS, WITHIN = st.none() | st.frozensets(st.integers(0, 6), min_size=3), st.none() | st.just(60)
NEEDS = st.dictionaries(A_KIND, st.integers(1, 2), min_size=1, max_size=2)
METRICS = (
    Metric("points"),
    *(Metric("count", kind) for kind in KIND_NAMES),
    *(Metric("points_of", kind) for kind in KIND_NAMES),
    *(Metric("bonus", name) for name in ("B1", "B2")),
)
A_METRIC = st.sampled_from(METRICS)
TIES = st.lists(st.sampled_from([*METRICS, Metric("quests"), Metric("earliest")]), max_size=3, unique=True)


@cache
@st.composite
def kinds(draw: st.DrawFn, points: st.SearchStrategy[int]) -> tuple[Kind, ...]:
    """The three kinds, with points and caps."""
    return tuple(Kind(name, draw(points), name, f"{name}s", draw(CAPS)) for name in KIND_NAMES)


@cache
@st.composite
def bonuses(draw: st.DrawFn, name: str, points: st.SearchStrategy[int]) -> Bonus:
    """A bonus of either sort with any conditions."""
    times = draw(TIMES)
    return Bonus(
        name=name,
        activity=draw(A_KIND),
        points=draw(points) if times is None else None,
        times=times,
        starts=draw(WINDOWS),
        days=draw(DAYS),
        within=draw(WITHIN),
        cap=draw(CAPS),
    )


@cache
@st.composite
def quests(draw: st.DrawFn, name: str, points: st.SearchStrategy[int]) -> Quest:
    """A quest small enough to be completed."""
    needs = draw(NEEDS)
    members = draw(MEMBERS)
    return Quest(name, tuple(needs.items()), draw(points), members, draw(A_PERIOD))


@cache
@st.composite
def rule_sets(draw: st.DrawFn, lowest: int = -5) -> Rules:
    """Rules whose points are `lowest` to 9; 0 makes scores that can only grow."""
    points = points_from(lowest)
    return Rules(
        kinds=draw(kinds(points)),
        bonuses=tuple(draw(bonuses(name, points)) for name in ("B1", "B2")),
        quests=tuple(draw(quests(name, points)) for name in ("Q1", "Q2")),
        ties=tuple(draw(TIES)),
        trophies=tuple(Trophy(who, who, draw(A_METRIC)) for who in ("team", "person")),
    )


@cache
def points_from(lowest: int) -> st.SearchStrategy[int]:
    """Points from `lowest` to 9."""
    return st.integers(lowest, 9)


CHOICES = (
    (*KIND_NAMES, "attendance"),
    tuple(PEOPLE),
    ("t1", "t1", "t2", "t3", None),
    "aB",
    ("T-1", None),
    (0, 60, 61, None),
)
HALF_HOURS = 3 * 48 - 2  # of three days, one of which may lack an hour
CODES = prod(map(len, CHOICES)) * HALF_HOURS


@cache
def ledgers(begins: datetime, fewest: int) -> st.SearchStrategy[tuple[Activity, ...]]:
    """Up to 25 live activities at half hours of three days, often at the same moment."""
    # One number each: drawing every field takes most of a test's time.
    codes = st.lists(st.integers(0, CODES - 1), min_size=fewest, max_size=25)
    return codes.map(lambda found: tuple(decoded(number, code, begins) for number, code in enumerate(found)))


def decoded(number: int, code: int, begins: datetime) -> Activity:
    """The activity a code below CODES stands for; its number makes its key unique."""
    picked: list[Any] = []
    for choice in CHOICES:
        code, place = divmod(code, len(choice))
        picked.append(choice[place])
    kind, person, team, source, subject, seconds = picked
    at = begins + timedelta(minutes=30 * code)
    return Activity(f"a{number}", kind, person, team, at, source, str(number), subject, seconds)


HOURS = st.lists(st.integers(-24, 95), max_size=3)
A_TEAM, A_GIFT = st.sampled_from(("t1", "t2")), st.integers(-9, 9)


@cache
@st.composite
def adjustment_lists(draw: st.DrawFn, begins: datetime) -> tuple[Adjustment, ...]:
    """Up to three adjustments, recorded from the day before the week to the day after it."""
    return tuple(
        Adjustment(f"j{number}", draw(A_TEAM), draw(A_GIFT), "Why", begins + timedelta(hours=hour))
        for number, hour in enumerate(draw(HOURS))
    )


A_PLACE, A_DAY = st.sampled_from(PLACES), st.integers(0, 2)


@cache
@st.composite
def weeks(draw: st.DrawFn, lowest: int = -5, fewest: int = 0) -> RandomWeek:
    """A week of three days, clocks changing on the second; at least `fewest` activities."""
    name, second = draw(A_PLACE)
    zone, day = ZoneInfo(name), timedelta(days=1)
    begins = first_moment(second - day, zone).astimezone(UTC)
    return RandomWeek(
        zone=zone,
        facts=WeekInfo("w", "Week", "open", second - day, second + day),
        today=second + draw(A_DAY) * day,
        rules=draw(rule_sets(lowest)),
        activities=draw(ledgers(begins, fewest)),
        adjustments=draw(adjustment_lists(begins)),
    )
