"""Small, nasty weeks drawn from a seed: every feature of the rules, every edge of a day, few distinct values."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.domain.oracle_awards import Adjustment, Entry, Facts, Membership
from tests.domain.oracle_rules import random_rules

MICROSECOND = timedelta(microseconds=1)
CHANGES = {
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "America/Santiago": ["2026-04-04", "2026-04-05", "2026-09-06"],
    "Asia/Kolkata": ["2026-06-10"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "UTC": ["2026-02-28"],
}
EDGES = ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00", "06:00", "07:00", "22:00", "23:00", "23:30"]
TEAM_NAMES = ["Zebra", "ant", "Äpfel", "Straße", "bee", "Émile", "Crow", "10", "9"]
PEOPLE_NAMES = ["Ada", "Bo", "bo b", "Çelik", "Dee", "Eve", "fox", "Żaneta", "Öz"]
SUBJECTS = [None, "", "T-1", "t-1", "T-2"]
SOURCES = ["api", "API", "zendesk", "\uff5e", "\U0001f600"]
EXTERNAL_IDS = ["1", "10", "2", "a", "Z", "é", "e\u0301", "\uffff", "\U0001f600"]
RESPONSE_SECONDS = [None, None, 0, 1, 60, 90, 3599, 3600, 3601, 604800]


def week_days(rng: random.Random, change: str) -> list[date]:
    first = date.fromisoformat(change) - timedelta(days=rng.randint(0, 3))
    return [first + timedelta(days=n) for n in range(rng.randint(4, 7))]


def instants(rng: random.Random, zone: ZoneInfo, days: list[date], count: int) -> list[datetime]:
    """A few moments at edges of the rules' windows and of local days, in UTC."""
    moments: list[datetime] = []
    while len(moments) < count:
        clock = time.fromisoformat(rng.choice(EDGES)).replace(fold=rng.randint(0, 1))
        moment = datetime.combine(rng.choice(days), clock, zone).astimezone(UTC)
        moment += rng.choice([0, 0, -1, 1]) * MICROSECOND
        if days[0] <= moment.astimezone(zone).date() <= days[-1]:
            moments.append(moment)
    return moments


def random_now(rng: random.Random, zone: ZoneInfo, days: list[date], moments: list[datetime]) -> datetime:
    midnight = datetime.combine(rng.choice(days), time(0), zone).astimezone(UTC)
    last_noon = datetime.combine(days[-1], time(12), zone).astimezone(UTC)
    over = datetime.combine(days[-1] + timedelta(days=1), time(0), zone).astimezone(UTC)
    ends = [last_noon, last_noon, over - MICROSECOND, over - MICROSECOND, over, over + timedelta(days=9)]
    return rng.choice([midnight, max(moments), rng.choice(moments), *ends])


def random_memberships(
    rng: random.Random, people: list[str], teams: list[str], near: list[datetime]
) -> list[Membership]:
    """Joiners late and early, movers, leavers, returners, and people who never join."""
    events: list[Membership] = []
    for person in people:
        count = min(rng.choice([0, 1, 1, 1, 1, 2, 3, 4]), len(near))
        for n, at in enumerate(sorted(rng.sample(near, count))):
            team = None if n > 0 and rng.random() < 0.35 else rng.choice(teams)
            events.append(Membership(person=person, team=team, at=at))
    rng.shuffle(events)
    return events


def random_entry(rng: random.Random, kinds: list[str], people: list[str], moments: list[datetime]) -> Entry:
    at = rng.choice(moments)
    return Entry(
        id=f"a{rng.getrandbits(64):016x}",
        kind=rng.choice(kinds),
        person=rng.choice(people),
        occurred_at=at,
        recorded_at=at + timedelta(minutes=rng.randint(0, 5000)),
        source=rng.choice(SOURCES),
        external_id=rng.choice(EXTERNAL_IDS),
        subject=rng.choice(SUBJECTS),
        response_seconds=rng.choice(RESPONSE_SECONDS),
        reversed=rng.random() < 0.12,
    )


def random_entries(rng: random.Random, kinds: list[str], people: list[str], moments: list[datetime]) -> list[Entry]:
    kinds = rng.sample([*kinds, "attendance"], rng.randint(1, len(kinds)))
    drawn = [random_entry(rng, kinds, people, moments) for _ in range(rng.choice([0, 1, 10, 25, 50, 100]))]
    unique = {(entry["source"], entry["kind"], entry["external_id"]): entry for entry in drawn}
    return list(unique.values())


def random_adjustments(rng: random.Random, teams: list[str], moments: list[datetime]) -> list[Adjustment]:
    count = rng.choice([0, 0, 1, 3])
    return [
        Adjustment(
            id=f"j{rng.getrandbits(64):016x}",
            team=rng.choice(teams),
            points=rng.choice([-25, -10, -1, 1, 5, 10]),
            reason="because",
            at=rng.choice(moments),
        )
        for _ in range(count)
    ]


def random_week(rng: random.Random) -> tuple[str, Facts]:
    """The text of a valid rules file, and the facts of a week to evaluate under it."""
    text, kinds = random_rules(rng)
    zone = rng.choice(list(CHANGES))
    days = week_days(rng, rng.choice(CHANGES[zone]))
    moments = instants(rng, ZoneInfo(zone), days, rng.choice([2, 6, 12, 25]))
    now = random_now(rng, ZoneInfo(zone), days, moments)
    team_ids = rng.sample([f"t{n}" for n in range(9)], rng.randint(1, 6))
    people_ids = rng.sample([f"p{n}" for n in range(9)], rng.randint(1, 8))
    before = [min(moments) - timedelta(days=9), min(moments) - timedelta(days=2)]
    near = {now, *before, *(m + n * MICROSECOND for m in moments for n in (-1, 0, 1))}
    past = sorted(moment for moment in near if moment <= now)
    facts = Facts(
        zone=zone,
        week={
            "slug": "q3",
            "name": "Q3 in Zürich",
            "state": "closed" if rng.random() < 0.2 else "open",
            "starts": days[0].isoformat(),
            "ends": days[-1].isoformat(),
        },
        teams=[{"id": i, "name": name} for i, name in zip(team_ids, rng.sample(TEAM_NAMES, 6), strict=False)],
        memberships=random_memberships(rng, people_ids, team_ids, past or [now]),
        people=dict(zip(people_ids, rng.sample(PEOPLE_NAMES, len(people_ids)), strict=True)),
        activities=[
            entry
            for entry in random_entries(rng, kinds, people_ids, moments)
            if entry["occurred_at"] <= now + timedelta(minutes=5)
        ],
        adjustments=random_adjustments(rng, team_ids, past or [now]),
        now=now,
    )
    return text, facts
