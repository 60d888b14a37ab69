"""Random rules and weeks for properties; few distinct values, so that ties, caps and quests are common."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import prod
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.domain.calendar.days import first_moment
from app.domain.rules.model import Bonus, Cap, CapScope, Kind, Metric, Quest, Rules, Trophy, Window
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


def caps() -> st.SearchStrategy[Cap | None]:
    """Caps small enough to be reached."""
    return st.none() | st.builds(Cap, st.integers(1, 3), st.sampled_from(SCOPES))


def windows() -> st.SearchStrategy[Window | None]:
    """Windows by day, over midnight, until it and until 24:00."""
    ends = ((time(6), time(18)), (time(18), time(6)), (time(20), time(0)), (time(12), None))
    return st.none() | st.sampled_from([Window(start, until) for start, until in ends])


@st.composite
def kinds(draw: st.DrawFn, points: st.SearchStrategy[int]) -> tuple[Kind, ...]:
    """The three kinds, with points and caps."""
    return tuple(Kind(name, draw(points), name, f"{name}s", draw(caps())) for name in KIND_NAMES)


@st.composite
def bonuses(draw: st.DrawFn, name: str, points: st.SearchStrategy[int]) -> Bonus:
    """A bonus of either sort with any conditions."""
    times = draw(st.none() | st.integers(2, 4))
    return Bonus(
        name=name,
        activity=draw(st.sampled_from(KIND_NAMES)),
        points=draw(points) if times is None else None,
        times=times,
        starts=draw(windows()),
        days=draw(st.none() | st.frozensets(st.integers(0, 6), min_size=3)),
        within=draw(st.none() | st.just(60)),
        cap=draw(caps()),
    )


@st.composite
def quests(draw: st.DrawFn, name: str, points: st.SearchStrategy[int]) -> Quest:
    """A quest small enough to be completed."""
    needs = draw(st.dictionaries(st.sampled_from(KIND_NAMES), st.integers(1, 2), min_size=1, max_size=2))
    members = draw(st.none() | st.integers(1, 2))
    return Quest(name, tuple(needs.items()), draw(points), members, draw(st.sampled_from(("week", "day"))))


@st.composite
def rule_sets(draw: st.DrawFn, lowest: int = -5) -> Rules:
    """Rules whose points are `lowest` to 9; 0 makes scores that can only grow."""
    points = st.integers(lowest, 9)
    metrics = [
        Metric("points"),
        *(Metric("count", kind) for kind in KIND_NAMES),
        *(Metric("points_of", kind) for kind in KIND_NAMES),
        *(Metric("bonus", name) for name in ("B1", "B2")),
    ]
    ties = st.sampled_from([*metrics, Metric("quests"), Metric("earliest")])
    return Rules(
        kinds=draw(kinds(points)),
        bonuses=tuple(draw(bonuses(name, points)) for name in ("B1", "B2")),
        quests=tuple(draw(quests(name, points)) for name in ("Q1", "Q2")),
        ties=tuple(draw(st.lists(ties, max_size=3, unique=True))),
        trophies=tuple(Trophy(who, who, draw(st.sampled_from(metrics))) for who in ("team", "person")),
    )


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


@st.composite
def adjustment_lists(draw: st.DrawFn, begins: datetime) -> tuple[Adjustment, ...]:
    """Up to three adjustments, recorded from the day before the week to the day after it."""
    hours = draw(st.lists(st.integers(-24, 95), max_size=3))
    return tuple(
        Adjustment(
            f"j{number}",
            draw(st.sampled_from(("t1", "t2"))),
            draw(st.integers(-9, 9)),
            "Why",
            begins + timedelta(hours=hour),
        )
        for number, hour in enumerate(hours)
    )


@st.composite
def weeks(draw: st.DrawFn, lowest: int = -5, fewest: int = 0) -> RandomWeek:
    """A week of three days, clocks changing on the second; at least `fewest` activities."""
    name, second = draw(st.sampled_from(PLACES))
    zone, day = ZoneInfo(name), timedelta(days=1)
    begins = first_moment(second - day, zone).astimezone(UTC)
    return RandomWeek(
        zone=zone,
        facts=WeekInfo("w", "Week", "open", second - day, second + day),
        today=second + draw(st.integers(0, 2)) * day,
        rules=draw(rule_sets(lowest)),
        activities=draw(ledgers(begins, fewest)),
        adjustments=draw(adjustment_lists(begins)),
    )
