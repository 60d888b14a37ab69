"""The cost of one more activity in a small week and in a large one."""

import json
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from app.db.database import Database
from app.domain.draft import Reading
from app.errors import Problem
from app.services.ledger import ledger
from app.services.ledger.drafts import read_json
from app.services.ledger.ledger import Submission
from bench import weeks
from bench.figures import Figure, duel
from bench.scale import Scale

SLUG = "growth"


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """The time of one committed write in a week of one team, and in one of many, as many activities in each team."""
    small, few = _week(place / "small", 1, scale)
    large, many = _week(place / "large", scale.teams, scale)
    found = duel(
        lambda number: _rate(small, few, number, scale), lambda number: _rate(large, many, number, scale), scale.rounds
    )
    small.dispose()
    large.dispose()
    sizes = f"{scale.teams * scale.per_team:,} against {scale.per_team:,} activities"
    note = f"{1_000 / found.bare:.2f} ms against {1_000 / found.ours:.2f} ms"
    yield Figure(f"one write in a week of {sizes}", found.ratio, "times", 1.5, "at most", note)


def _week(place: Path, teams: int, scale: Scale) -> tuple[Database, list[str]]:
    database = weeks.open_database(place)
    return database, weeks.make_week(database, SLUG, teams=teams, per_team=scale.per_team)


def _rate(database: Database, people: list[str], number: int, scale: Scale) -> float:
    """Writes a second, each of them a transaction of its own, by people all over the week."""
    readings = _readings(people[:: max(len(people) // scale.growth_writes, 1)], number, scale.growth_writes)
    began = time.perf_counter()
    for reading in readings:
        with database.unit_of_work() as session:
            submissions = [Submission(reading, weeks.ACTOR)]
            [outcome] = ledger.record(session, SLUG, submissions, now=weeks.NOW, with_activities=True)
        if isinstance(outcome, Problem):
            raise outcome
    return scale.growth_writes / (time.perf_counter() - began)


def _readings(people: list[str], number: int, size: int) -> list[Reading]:
    return [
        read_json(json.dumps({**fact, "occurred_at": fact["occurred_at"].isoformat()}))
        for fact in islice(weeks.activities(people, f"growth {number} "), size)
    ]
