"""Weeks to measure with: the demo's, and synthetic ones of any size."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from app.config import PROJECT, Settings
from app.db import Database
from app.domain.calendar import day_bounds
from app.models import LedgerEntry, Week
from app.services import lifecycle, rosters, startup, tokens, weeks
from app.services import teams as teams_
from app.services.demo import replay

NOW = datetime(2022, 9, 20, tzinfo=UTC)
STARTS, ENDS, ZONE = date(2022, 9, 12), date(2022, 9, 16), "America/Los_Angeles"
TEAM_SIZE = 3
_CHUNK = 50_000
_KINDS = ("response",) * 15 + ("shift", "shift", "issue", "issue", "feature_request")


def open_database(place: Path) -> Database:
    """A fresh SQLite database in a directory, with the shipped rules."""
    settings = Settings(_env_file=None, data_dir=place, rules_file=PROJECT / "scoring_rules.toml")
    database = Database(settings.sqlalchemy_url, checkpoints=True)
    startup.prepare(database, settings, NOW)
    return database


def make_token(database: Database) -> str:
    """A token that may read and record."""
    with database.unit_of_work() as session:
        return tokens.create(session, name="bench", scopes=["read", "activities:write"], days=None, now=NOW)


def play_demo(database: Database) -> None:
    """The demo's week as it ended: ten teams of three, some two hundred activities."""
    replay.prepare(database)
    replay.finish(database)


def make_week(database: Database, slug: str, *, teams: int, per_team: int) -> list[str]:
    """An open week with so many activities in each of so many teams of three; returns everybody's e-mail."""
    roster = [
        rosters.Entry(number + 2, f"Team {number // TEAM_SIZE}", f"Player {number}", f"{slug}-{number}@example.com")
        for number in range(teams * TEAM_SIZE)
    ]
    with database.unit_of_work() as session:
        week = weeks.create(
            session, slug=slug, name=slug, timezone=ZONE, starts=STARTS, ends=ENDS, by="bench", now=NOW
        )  # fmt: skip
        rosters.apply(session, slug, roster, by="bench", now=NOW)
        ids = {person.email: person.id for person in teams_.people_of(session, week).values()}
        rows = _ledger(week, [ids[entry.email] for entry in roster], teams * per_team)
        while chunk := list(islice(rows, _CHUNK)):
            session.execute(insert(LedgerEntry), chunk)
        lifecycle.open_(session, slug, by="bench", now=NOW)
    return [entry.email for entry in roster]


def _ledger(week: Week, people: Sequence[str], size: int) -> Iterator[dict[str, Any]]:
    facts = activities(week.slug, people)
    for number in range(size):
        fact = next(facts)
        yield {
            **fact,
            "person_id": fact.pop("person"),
            "id": f"{week.slug}-{number:07}",
            "week_id": week.id,
            "version": week.version,
            "recorded_at": NOW,
            "recorded_by": "bench",
        }


def activities(prefix: str, people: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Activities without end, all different: everybody in turn, three replies to a ticket, times in no order."""
    begin, end = day_bounds(STARTS, ENDS, ZoneInfo(ZONE))
    span = int((end - begin).total_seconds())
    for number in count():
        turn, place = divmod(number, len(people))
        kind = _KINDS[(turn * 7 + place) % len(_KINDS)]
        at = begin + timedelta(seconds=number * 104_729 % span)
        replied = {"subject": f"ticket-{place}-{turn // 3}", "response_seconds": number * 37 % 7_200}
        unasked: dict[str, Any] = {"subject": None, "response_seconds": None}
        yield {
            "kind": kind,
            "person": people[place],
            "occurred_at": at,
            "source": "bench",
            "external_id": f"{prefix}-{number}",
            **(replied if kind == "response" else unasked),
        }
